/// How perplexity was measured, in words.
#pragma once

#include <string>

#include "neuroglot/experiment/report_html.hpp"
#include "neuroglot/experiment/report_run.hpp"
#include "neuroglot/experiment/report_stated.hpp"
#include "neuroglot/experiment/report_words.hpp"

namespace neuroglot::report::detail {

/// perplexity.json says in words how it was measured; where it does not, its definition stands in.
inline std::string perplexity_words(const Perplexities& ppl) {
  const std::string block = grouped(ppl.block);
  const std::string text = !ppl.protocol.empty()
                               ? "<q>" + html(ppl.protocol) + "</q> (perplexity.json). "
                               : "The negative log-likelihood (nats) is averaged over positions 2 to " + block +
                                     " of a block, then over blocks; perplexity is exp of this mean. ";
  return text + blocks_words(ppl.provenance);
}

/// The site is named in the words of perplexity.json.
inline std::string deactivation_words(const Perplexities& ppl) {
  const bool at_mlp_act = ppl.protocol.find("mlp.hook_act") != std::string::npos;
  const std::string site = at_mlp_act ? "<code>mlp.hook_act</code>" : "the site " + std::string(not_stated);
  return "A row stands for a language whose neurons are off: their activations at " + site +
         " are set to 0 at all positions of the text.";
}

inline std::string random_words(const Perplexities& ppl) {
  return "Row <i>random</i>: each language is measured with as many random neurons off as it has neurons of its own, "
         "drawn uniformly over the "
         "layers (seed " +
         or_not_stated(stated(ppl.provenance, {"seed"})) + ").";
}

/// The file's row "random" in words, or that of one language at several rates.
inline std::string control_words(const Run& run, const Perplexities& ppl) {
  std::string text = random_words(ppl);
  if (const auto seeds = stated(ppl.provenance, {"seeds"}); seeds && *seeds != "1")
    text += " It is drawn and measured " + html(*seeds) +
            " times, with other seeds from this one upwards; what is "
            "shown is the mean.";
  if (const auto off = stated(ppl.provenance, {"off"}); off && run.rates)
    text += " Where only " + html(language_name(*off)) +
            " neurons are switched off, there are as many random ones in "
            "every column.";
  return text;
}

/// What the matrix itself, or the matrices of the rates, say of how they were measured.
inline const Perplexities* measured(const Run& run) {
  if (run.perplexities) return &*run.perplexities;
  if (run.rates) return &run.rates->panels.front().ppl;
  return run.rate_curves ? &run.rate_curves->first : nullptr;
}

}  // namespace neuroglot::report::detail

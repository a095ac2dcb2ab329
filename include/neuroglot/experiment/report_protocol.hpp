/// How the numbers of a report came about, in words, as far as the provenance of its files says so.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/experiment/report_html.hpp"
#include "neuroglot/experiment/report_run.hpp"
#include "neuroglot/experiment/report_words.hpp"

namespace neuroglot::report {

namespace detail {

/// A text, number or truth value under `path` (outermost key first), as words; nothing where there is none.
inline std::optional<std::string> stated(const Json& provenance, const std::vector<std::string>& path) {
  const Json* at = &provenance;
  for (const std::string& key : path) {
    if (!at->is_object() || !at->contains(key)) return std::nullopt;
    at = &(*at)[key];
  }
  if (at->is_string()) return at->get<std::string>();
  if (at->is_number() || at->is_boolean()) return at->dump();
  return std::nullopt;
}

inline constexpr std::string_view not_stated = "<i>(not stated)</i>";

inline std::string or_not_stated(const std::optional<std::string>& text) {
  return text ? html(*text) : std::string(not_stated);
}

/// The provenance of the recording: in stats.safetensors, or what neurons.json keeps of it.
inline Json recording(const Run& run) {
  if (run.activations) return run.activations->provenance;
  if (run.selection && run.selection->provenance.contains("recording")) return run.selection->provenance["recording"];
  return Json::object();
}

/// What the recording and the measuring say of the tokens that mark beginnings.
inline std::string marks_words(const std::optional<std::string>& marks) {
  if (!marks) return "whether BOS or EOS tokens stand between them is " + std::string(not_stated);
  if (*marks == "none") return "no BOS or EOS token stands between them";
  if (*marks == "document")
    return "around each document stand the tokens (BOS, EOS) that the tokenizer puts around a text";
  if (*marks == "block") return "each block begins with a BOS token";
  return "marks between them: " + html(*marks);
}

inline std::string blocks_words(const Json& provenance) {
  return "Documents are tokenised and laid end to end, and " + marks_words(stated(provenance, {"marks"})) +
         "; the whole is cut into blocks of " + or_not_stated(stated(provenance, {"block"})) +
         " tokens, and a last partial block is dropped.";
}

inline std::string recording_words(const Run& run) {
  const Json provenance = recording(run);
  const std::optional<std::string> site = stated(provenance, {"site"});
  std::string text = "Activations are recorded at <code>" + or_not_stated(site) + "</code>";
  if (site && site->ends_with("mlp.hook_act"))
    text += ", the MLP activation after the non-linearity and before the up projection is multiplied in";
  return text +
         ". A neuron is active at a position where its activation is above 0; its activation probability in a language "
         "is the share "
         "of all recorded positions. " +
         blocks_words(provenance);
}

/// "the 95% quantile"
inline std::string quantile_words(const Selection& selection) {
  const auto& options = selection.options;
  if (!options.contains("bar_quantile") || !options["bar_quantile"].is_number()) return std::string(not_stated);
  const double share = 100 * options["bar_quantile"].get<double>();
  return fixed(share, share == std::round(share) ? 0 : 2) + "% quantile";
}

inline std::string lape_words(const Selection& selection) {
  const auto& options = selection.options;
  const std::string rate = options.contains("rate") && options["rate"].is_number()
                               ? percent(options["rate"].get<double>())
                               : std::string(not_stated);
  const std::string bar = selection.bar ? fixed(*selection.bar, 4) : std::string(not_stated);
  return "LAPE, language activation probability entropy (Tang et al. 2024). A neuron's activation probabilities in the "
         "languages are divided "
         "by their sum; its score is the entropy of these shares (natural logarithm), low where few languages activate "
         "it. Selected are the " +
         rate +
         " of lowest score of all neurons of all layers together, of those whose probability is above the bar in some "
         "language. The bar is the " +
         quantile_words(selection) + " of all probabilities, here " + bar +
         ". A selected neuron belongs to every language in which its probability is above the bar.";
}

inline std::string selection_words(const Selection& selection) {
  const NeuronSet& set = selection.neurons;
  std::string text;
  if (set.method == "lape") {
    text = lape_words(selection);
  } else {
    text = "Method <code>" + html(set.method) + "</code>, with the options <code>" + html(selection.options.dump()) +
           "</code>";
    if (selection.bar) text += " and the bar " + fixed(*selection.bar, 4);
    text += ".";
  }
  text += " Of " + counted(set.layers, "layer") + " with " + counted(set.neurons_per_layer, "neuron") + " each, " +
          counted(set.unique(), "neuron") + " were selected.";
  if (selection.selected && *selection.selected != set.unique())
    text += " <b>The file's own count is " + grouped(*selection.selected) + ".</b>";
  return text;
}

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

using Words = std::vector<std::pair<std::string, std::string>>;  // what is explained (text), how (HTML)

inline Words words(const Run& run) {
  Words all;
  const Json measured = run.perplexities ? run.perplexities->provenance : Json();
  const Json used = run.perplexities && measured.contains("model") ? measured : recording(run);
  all.emplace_back("Model", "<code>" + or_not_stated(stated(used, {"model", "folder"})) + "</code>, type " +
                                or_not_stated(stated(used, {"model", "model_type"})) +
                                "; tokenizer: " + or_not_stated(stated(used, {"model", "tokenizer"})) +
                                "; computed in " + or_not_stated(stated(used, {"dtype"})) + " by " +
                                or_not_stated(stated(used, {"backend"})) + ".");
  if (run.activations || run.selection) all.emplace_back("Recording", recording_words(run));
  if (run.selection) all.emplace_back("Selection", selection_words(*run.selection));
  if (!run.perplexities) return all;
  all.emplace_back("Deactivation", deactivation_words(*run.perplexities));
  all.emplace_back("Perplexity", perplexity_words(*run.perplexities));
  if (run.perplexities->row("random")) all.emplace_back("Random control", random_words(*run.perplexities));
  return all;
}

/// Tokens recorded and measured, language by language; "–" where the run does not say.
inline HtmlTable token_table(const Run& run) {
  HtmlTable table{"", {"language", "tokens recorded", "tokens measured", "blocks measured"}, {}};
  for (const std::string& language : run.languages) {
    std::string recorded = "\u2013", tokens = "\u2013", blocks = "\u2013";
    if (run.activations) {
      const auto& all = run.activations->languages;
      const auto found = std::find(all.begin(), all.end(), language);
      if (found != all.end())
        recorded = grouped(run.activations->profiles[static_cast<std::size_t>(found - all.begin())].tokens);
    }
    if (run.perplexities)
      if (const auto column = run.perplexities->column(language)) {
        tokens = grouped(run.perplexities->tokens[*column]);
        blocks = grouped(run.perplexities->blocks[*column]);
      }
    const std::string name = language_name(language);
    table.rows.push_back({html(name == language ? name : name + " (" + language + ")"), recorded, tokens, blocks});
  }
  return table;
}

inline std::string provenance_details(std::string_view file, const Json& provenance) {
  return element("details", element("summary", "Provenance of " + html(file)) +
                                element("pre", html(provenance.dump(2, ' ', false, Json::error_handler_t::replace))));
}

}  // namespace detail

/// The section's HTML: words, tokens of each language, and the provenance of each file in full.
inline std::string protocol_html(const Run& run) {
  std::string list;
  for (const auto& [what, how] : detail::words(run)) list += element("dt", html(what)) + element("dd", how);
  std::string out = element("dl", list, "protocol") + to_html(detail::token_table(run));
  if (run.activations) out += detail::provenance_details("stats.safetensors", run.activations->provenance);
  if (run.selection) out += detail::provenance_details("neurons.json", run.selection->provenance);
  if (run.perplexities) out += detail::provenance_details("perplexity.json", run.perplexities->provenance);
  return out;
}

}  // namespace neuroglot::report

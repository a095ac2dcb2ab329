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
#include "neuroglot/experiment/report_perplexity_words.hpp"
#include "neuroglot/experiment/report_run.hpp"
#include "neuroglot/experiment/report_stated.hpp"
#include "neuroglot/experiment/report_words.hpp"

namespace neuroglot::report {

namespace detail {

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

using Words = std::vector<std::pair<std::string, std::string>>;  // what is explained (text), how (HTML)

inline Words words(const Run& run) {
  Words all;
  const Perplexities* const ppl = measured(run);
  Json used = ppl != nullptr && ppl->provenance.contains("model") ? ppl->provenance : recording(run);
  if (used.empty() && !run.probes.empty()) used = run.probes.front().provenance;
  if (used.empty() && run.fact_neurons) used = run.fact_neurons->provenance;
  all.emplace_back("Model", "<code>" + or_not_stated(stated(used, {"model", "folder"})) + "</code>, type " +
                                or_not_stated(stated(used, {"model", "model_type"})) +
                                "; tokenizer: " + or_not_stated(stated(used, {"model", "tokenizer"})) +
                                "; computed in " + or_not_stated(stated(used, {"dtype"})) + " by " +
                                or_not_stated(stated(used, {"backend"})) + ".");
  if (run.activations || run.selection) all.emplace_back("Recording", recording_words(run));
  if (run.selection) all.emplace_back("Selection", selection_words(*run.selection));
  if (ppl == nullptr) return all;
  all.emplace_back("Deactivation", deactivation_words(*ppl));
  all.emplace_back("Perplexity", perplexity_words(*ppl));
  if (!ppl->nll_interval.empty())
    all.emplace_back("Intervals",
                     "Blocks are drawn with replacement 1,000 times; an interval holds the middle 95% of what the "
                     "samples give. Changes are of the same blocks before and after.");
  if (std::find(ppl->row_off.begin(), ppl->row_off.end(), "random") != ppl->row_off.end() || ppl->row("random"))
    all.emplace_back("Random control", control_words(run, *ppl));
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
    if (const Perplexities* const ppl = measured(run))
      if (const auto column = ppl->column(language)) {
        tokens = grouped(ppl->tokens[*column]);
        blocks = grouped(ppl->blocks[*column]);
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
  std::string out = element("dl", list, "protocol");
  if (run.activations || detail::measured(run) != nullptr) out += to_html(detail::token_table(run));
  if (run.activations) out += detail::provenance_details("stats.safetensors", run.activations->provenance);
  if (run.selection) out += detail::provenance_details("neurons.json", run.selection->provenance);
  if (run.perplexities) out += detail::provenance_details("perplexity.json", run.perplexities->provenance);
  if (run.rate_curves)
    out += detail::provenance_details("perplexity at several rates", run.rate_curves->first.provenance);
  if (run.rates)
    out += detail::provenance_details("perplexity at several rates", run.rates->panels.front().ppl.provenance);
  return out;
}

}  // namespace neuroglot::report

/// What a report is of: which model, which of the papers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/experiment/report_run.hpp"
#include "neuroglot/experiment/report_stated.hpp"

namespace neuroglot::report {

namespace detail {

/// The model, where the run says which it was.
inline std::string model_name(const Run& run) {
  std::vector<Json> all = {recording(run)};
  if (run.perplexities) all.push_back(run.perplexities->provenance);
  if (run.similarity) all.push_back(run.similarity->provenance);
  if (run.fact_neurons) all.push_back(run.fact_neurons->provenance);
  if (run.roots) all.push_back(run.roots->provenance.value(Json::json_pointer("/hits/provenance"), Json::object()));
  if (run.probes.size() == 1) all.push_back(run.probes[0].provenance);
  for (const Json& provenance : all)
    if (const std::optional<std::string> model = stated_model(provenance)) return *model;
  return "";
}

/// Whether there is anything that the sections on languages show.
inline bool has_language_neurons(const Run& run) {
  return run.activations || run.selection || run.perplexities || run.rates || run.rate_curves || run.similarity;
}
/// Whether there is anything of the other paper.
inline bool has_facts(const Run& run) {
  return !run.probes.empty() || run.factors || run.sharing || run.fact_neurons || run.roots;
}
inline bool is_of_facts_alone(const Run& run) {
  return has_facts(run) && !run.judgement && !has_language_neurons(run);
}
inline bool is_of_fact_neurons_alone(const Run& run) {
  return is_of_facts_alone(run) && run.probes.empty() && !run.factors && !run.sharing && !run.roots;
}

inline std::string_view paper_of(const Run& run) {
  return is_of_facts_alone(run) ? "Zhao et al., <i>Tracing the Roots of Facts in Multilingual Language Models: "
                                  "Independent, Shared, and Transferred Knowledge</i>, EACL 2024"
                                : "Tang et al., <i>Language-Specific Neurons: The Key to Multilingual Capabilities in "
                                  "Large Language Models</i>, ACL 2024";
}

}  // namespace detail

/// "Language-specific neurons of SmolLM2-135M", "Facts in many languages: bert-base-multilingual-cased"
inline std::string report_title(const Run& run) {
  const std::string model = detail::model_name(run);
  if (detail::is_of_facts_alone(run) && !detail::is_of_fact_neurons_alone(run))
    return "Facts in many languages" + (model.empty() ? "" : ": " + model);
  const std::string subject = detail::is_of_facts_alone(run) ? "Neurons of facts" : "Language-specific neurons";
  return model.empty() ? subject : subject + " of " + model;
}

}  // namespace neuroglot::report

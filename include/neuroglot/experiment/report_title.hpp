/// What a report is of: which model, which of the papers.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "neuroglot/experiment/report_run.hpp"
#include "neuroglot/experiment/report_stated.hpp"

namespace neuroglot::report {

namespace detail {

/// The last part of the model's folder, where the run says which it was.
inline std::string model_name(const Run& run) {
  std::optional<std::string> folder = stated(recording(run), {"model", "folder"});
  if (!folder && run.perplexities) folder = stated(run.perplexities->provenance, {"model", "folder"});
  if (!folder && run.similarity) folder = stated(run.similarity->provenance, {"model", "folder"});
  if (!folder && run.fact_neurons) folder = stated(run.fact_neurons->provenance, {"model", "folder"});
  if (!folder && run.roots) folder = stated(run.roots->provenance, {"hits", "provenance", "model", "folder"});
  if (!folder) return "";
  const std::filesystem::path path(*folder);
  return (path.has_filename() ? path : path.parent_path()).filename().string();
}

/// Whether there is anything that the sections on languages show.
inline bool has_language_neurons(const Run& run) {
  return run.activations || run.selection || run.perplexities || run.rates || run.rate_curves || run.similarity;
}
inline bool is_of_facts_alone(const Run& run) {
  return (run.fact_neurons || run.roots) && !run.judgement && !has_language_neurons(run);
}

inline std::string_view paper_of(const Run& run) {
  return is_of_facts_alone(run) ? "Zhao et al., <i>Tracing the Roots of Facts in Multilingual Language Models: "
                                  "Independent, Shared, and Transferred Knowledge</i>, EACL 2024"
                                : "Tang et al., <i>Language-Specific Neurons: The Key to Multilingual Capabilities in "
                                  "Large Language Models</i>, ACL 2024";
}

}  // namespace detail

/// "Language-specific neurons of SmolLM2-135M"
inline std::string report_title(const Run& run) {
  const std::string subject = !detail::is_of_facts_alone(run) ? "Language-specific neurons"
                              : run.fact_neurons              ? "Neurons of facts"
                                                              : "Roots of facts";
  const std::string model = detail::model_name(run);
  return model.empty() ? subject : subject + " of " + model;
}

}  // namespace neuroglot::report

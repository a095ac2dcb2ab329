/// What the provenance of a run's files states, in words.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/experiment/report_html.hpp"
#include "neuroglot/experiment/report_json.hpp"
#include "neuroglot/experiment/report_run.hpp"

namespace neuroglot::report::detail {

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

}  // namespace neuroglot::report::detail

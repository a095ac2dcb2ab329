/// Prompts on disk: a .jsonl of objects with "prompt", or with "messages" for a chat; their other members go along.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/provenance.hpp"
#include "neuroglot/io/json.hpp"
#include "neuroglot/io/line_reader.hpp"
#include "neuroglot/io/utf8_check.hpp"

namespace neuroglot {

struct PromptLine {
  std::string place;  ///< "prompts.jsonl:17"
  Provenance object;  ///< its members in the order of the file
};

/// Throws Error naming file and line for what is not an object with one of the two.
inline std::vector<PromptLine> read_prompts(const std::filesystem::path& path) {
  LineReader lines(path);
  std::vector<PromptLine> prompts;
  for (std::string line; lines.next(line);) {
    if (is_white_space(line)) continue;
    parse_json(line, lines.place());  // strict; the order of the members is kept by the second reading
    Provenance object = Provenance::parse(line);
    const bool has_text = object.is_object() && object.contains("prompt") && object["prompt"].is_string();
    const bool has_chat = object.is_object() && object.contains("messages") && object["messages"].is_array();
    if (has_text == has_chat)
      throw error(lines.place(), R"(: an object with either a string "prompt" or a list "messages" expected)");
    prompts.push_back({lines.place(), std::move(object)});
  }
  if (prompts.empty()) throw error(path.string(), ": holds no prompt");
  return prompts;
}

}  // namespace neuroglot

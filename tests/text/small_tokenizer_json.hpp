/// A tokenizer.json for tests to change, and what is said of the changed one.
#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "neuroglot/text/byte_alphabet.hpp"
#include "neuroglot/text/tokenizer_json.hpp"

namespace small_tokenizer_json {

using namespace neuroglot;
using nlohmann::json;

/// All bytes, "th" and "the", merges in the old spelling.
inline json small_file() {
  json vocab = json::object();
  for (int byte = 0; byte < 256; ++byte) {
    const char one = static_cast<char>(byte);
    vocab[spell_bytes({&one, 1})] = byte;
  }
  vocab["th"] = 256;
  vocab["the"] = 257;
  return {{"version", "1.0"},
          {"truncation", nullptr},
          {"padding", nullptr},
          {"added_tokens", json::array()},
          {"normalizer", nullptr},
          {"pre_tokenizer", {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}}},
          {"post_processor", nullptr},
          {"decoder", {{"type", "ByteLevel"}, {"add_prefix_space", true}, {"trim_offsets", true}}},
          {"model", {{"type", "BPE"}, {"vocab", vocab}, {"merges", {"t h", "th e"}}}}};
}

inline std::unique_ptr<Tokenizer> read(const json& file) {
  return read_tokenizer_json(file.dump(), "tokenizer.json", "test");
}

inline void refused(const json& file, const std::string& message) {
  CHECK_THROWS_WITH(read(file), Catch::Contains(message) && !Catch::Contains("\n"));
}

inline json added_token(int id, const std::string& content) {
  return {{"id", id}, {"content", content}, {"special", true}};
}

}  // namespace small_tokenizer_json

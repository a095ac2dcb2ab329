/// Turns the pieces of a decoded sequence into text: tokenizer.json's "decoder".
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "neuroglot/text/byte_alphabet.hpp"
#include "neuroglot/text/json_node.hpp"
#include "neuroglot/text/utf8.hpp"

namespace neuroglot {

/// Pieces of the byte alphabet become bytes, other pieces are taken as they are; U+FFFD where that is not UTF-8.
struct ByteLevelDecoder {
  std::vector<std::string> operator()(const std::vector<std::string>& pieces) const {
    std::string bytes;
    for (const std::string& piece : pieces) bytes += bytes_of_spelling(piece).value_or(piece);
    return {lossy_utf8(bytes)};
  }
};

/// Steps, each pieces -> pieces, whose results end up side by side; without any step the pieces are joined with spaces.
struct PieceDecoder {
  using Step = std::variant<ByteLevelDecoder>;
  std::vector<Step> steps;

  /// Whether the pieces are spelled in the byte alphabet.
  bool reads_bytes() const { return !steps.empty() && std::holds_alternative<ByteLevelDecoder>(steps.front()); }

  std::string operator()(std::vector<std::string> pieces) const {
    for (const Step& step : steps)
      pieces = std::visit([&](const auto& decode) { return decode(std::as_const(pieces)); }, step);
    std::string text;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      if (steps.empty() && i > 0) text += ' ';
      text += pieces[i];
    }
    return text;
  }
};

namespace detail {

inline void read_decoder_step(const JsonNode& node, PieceDecoder& decoder, int depth) {
  const std::string& type = node.at("type").string();
  if (type == "ByteLevel") {
    node.allow_only({"type", "add_prefix_space", "trim_offsets", "use_regex"});
    decoder.steps.push_back(ByteLevelDecoder{});
    return;
  }
  if (type != "Sequence") throw node.unsupported("decoder", type, "ByteLevel, Sequence");
  node.allow_only({"type", "decoders"});
  if (depth == deepest_sequence) throw node.fault("sequences are nested too deep");
  const JsonNode parts = node.at("decoders");
  for (std::size_t i = 0; i < parts.size(); ++i) read_decoder_step(parts.at(i), decoder, depth + 1);
}

/// `file`: the whole tokenizer.json.
inline PieceDecoder read_decoder(const JsonNode& file) {
  PieceDecoder decoder;
  if (const auto node = file.find("decoder")) read_decoder_step(*node, decoder, 0);
  return decoder;
}

}  // namespace detail
}  // namespace neuroglot

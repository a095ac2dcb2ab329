/// Turns the pieces of a decoded sequence into text: tokenizer.json's "decoder".
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "neuroglot/text/json_node.hpp"
#include "neuroglot/text/pattern_json.hpp"
#include "neuroglot/text/piece_decoders.hpp"
#include "neuroglot/text/pre_tokenizer.hpp"
#include "neuroglot/text/utf8.hpp"

namespace neuroglot {

/// Steps, each pieces -> pieces, whose results end up side by side; without any step the pieces are joined with spaces.
struct PieceDecoder {
  using Step = std::variant<ByteLevelDecoder, ByteFallbackDecoder, FuseDecoder, MetaspaceDecoder, ReplaceDecoder,
                            StripDecoder, WordPieceDecoder>;
  std::vector<Step> steps;

  template <class... Steps>
  static PieceDecoder of(Steps... in_order) {
    PieceDecoder decoder;
    (decoder.steps.emplace_back(std::move(in_order)), ...);
    return decoder;
  }

  /// Whether the pieces are spelled in the byte alphabet.
  bool reads_bytes() const { return !steps.empty() && std::holds_alternative<ByteLevelDecoder>(steps.front()); }

  std::string operator()(Pieces pieces) const {
    for (const Step& step : steps)
      pieces = std::visit([&](const auto& decode) { return decode(std::move(pieces)); }, step);
    std::string text;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      if (steps.empty() && i > 0) text += ' ';
      text += pieces[i];
    }
    return text;
  }
};

namespace detail {

inline StripDecoder read_strip_decoder(const JsonNode& node) {
  node.allow_only({"type", "content", "start", "stop"});
  constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();
  StripDecoder strip{node.at("content").string(), static_cast<std::size_t>(node.at("start").integer(most)),
                     static_cast<std::size_t>(node.at("stop").integer(most))};
  if (strip.content.empty() || utf8_length(strip.content[0]) != strip.content.size())
    throw node.fault("\"content\" must be one character");
  return strip;
}

inline PieceDecoder::Step read_decoder_of_type(const std::string& type, const JsonNode& node) {
  if (type == "ByteLevel") {
    node.allow_only({"type", "add_prefix_space", "trim_offsets", "use_regex"});
    return ByteLevelDecoder{};
  }
  if (type == "WordPiece") {
    node.allow_only({"type", "prefix", "cleanup"});
    return WordPieceDecoder{node.at("prefix").string(), node.at("cleanup").boolean()};
  }
  if (type == "Metaspace") {
    const MetaspaceSplit split = read_metaspace_split(node);
    return MetaspaceDecoder{split.space, split.prefixed != PrefixedWords::none};
  }
  if (type == "Replace") {
    node.allow_only({"type", "pattern", "content"});
    return ReplaceDecoder{read_pattern(node.at("pattern")), node.at("content").string()};
  }
  if (type == "Strip") return read_strip_decoder(node);
  if (type == "ByteFallback" || type == "Fuse") {
    node.allow_only({"type"});
    return type == "Fuse" ? PieceDecoder::Step(FuseDecoder{}) : ByteFallbackDecoder{};
  }
  throw node.unsupported("decoder", type,
                         "ByteFallback, ByteLevel, Fuse, Metaspace, Replace, Strip, WordPiece, Sequence");
}

inline void read_decoder_step(const JsonNode& node, PieceDecoder& decoder, int depth) {
  const std::string& type = node.at("type").string();
  if (type != "Sequence") {
    decoder.steps.push_back(read_decoder_of_type(type, node));
    return;
  }
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

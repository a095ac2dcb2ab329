/// What happens to a text before it is cut into words: tokenizer.json's "normalizer".
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "neuroglot/text/aligned_text.hpp"
#include "neuroglot/text/bert_normalizer.hpp"
#include "neuroglot/text/character_normalizers.hpp"
#include "neuroglot/text/json_node.hpp"
#include "neuroglot/text/lowercase.hpp"
#include "neuroglot/text/pattern_json.hpp"
#include "neuroglot/text/precompiled_normalizer.hpp"
#include "neuroglot/text/string_normalizers.hpp"
#include "neuroglot/text/unicode_normal_form.hpp"

namespace neuroglot {

/// Steps, each AlignedText -> AlignedText, taken in order; none at all leaves the text as it is.
struct Normalizer {
  using Step = std::variant<UnicodeNormalForm, BertNormalizer, Lowercase, NmtNormalizer, PrecompiledNormalizer,
                            PrependNormalizer, ReplaceNormalizer, StripAccents, StripNormalizer>;
  std::vector<Step> steps;

  template <class... Steps>
  static Normalizer of(Steps... in_order) {
    Normalizer normalizer;
    (normalizer.steps.emplace_back(std::move(in_order)), ...);
    return normalizer;
  }

  AlignedText operator()(AlignedText text) const {
    for (const Step& step : steps)
      text = std::visit([&](const auto& normalize) { return normalize(std::move(text)); }, step);
    return text;
  }
};

namespace detail {

inline BertNormalizer read_bert_normalizer(const JsonNode& node) {
  node.allow_only({"type", "clean_text", "handle_chinese_chars", "strip_accents", "lowercase"});
  BertNormalizerOptions options{node.at("clean_text").boolean(), node.at("handle_chinese_chars").boolean(),
                                std::nullopt, node.at("lowercase").boolean()};
  if (const auto strip = node.find("strip_accents")) options.strip_accents = strip->boolean();
  return BertNormalizer(options);
}

inline PrecompiledNormalizer read_precompiled(const JsonNode& node) {
  node.allow_only({"type", "precompiled_charsmap"});
  const JsonNode charsmap = node.at("precompiled_charsmap");
  const auto bytes = decode_base64(charsmap.string());
  if (!bytes) throw charsmap.fault("not base64");
  try {
    return PrecompiledNormalizer{PrecompiledCharsmap(*bytes)};
  } catch (const Error& failure) {
    throw charsmap.fault(failure.what());
  }
}

inline Normalizer::Step read_normalizer_of_type(const std::string& type, const JsonNode& node) {
  if (type == "BertNormalizer") return read_bert_normalizer(node);
  if (type == "Precompiled") return read_precompiled(node);
  if (type == "Prepend") {
    node.allow_only({"type", "prepend"});
    return PrependNormalizer{node.at("prepend").string()};
  }
  if (type == "Replace") {
    node.allow_only({"type", "pattern", "content"});
    return ReplaceNormalizer{read_pattern(node.at("pattern")), node.at("content").string()};
  }
  if (type == "Strip") {
    node.allow_only({"type", "strip_left", "strip_right"});
    return StripNormalizer{node.at("strip_left").boolean(), node.at("strip_right").boolean()};
  }
  const auto without_options = [&](auto step) {
    node.allow_only({"type"});
    return step;
  };
  if (type == "Lowercase") return without_options(Lowercase{});
  if (type == "Nmt") return without_options(NmtNormalizer{});
  if (type == "StripAccents") return without_options(StripAccents{});
  if (type == "NFC" || type == "NFD" || type == "NFKC" || type == "NFKD")
    return without_options(UnicodeNormalForm{.compatible = type[2] == 'K', .composed = type.back() == 'C'});
  throw node.unsupported("normalizer", type,
                         "BertNormalizer, Lowercase, NFC, NFD, NFKC, NFKD, Nmt, Precompiled, Prepend, Replace, Strip, "
                         "StripAccents, Sequence");
}

inline void read_normalizer_step(const JsonNode& node, Normalizer& normalizer, int depth) {
  const std::string& type = node.at("type").string();
  if (type != "Sequence") {
    normalizer.steps.push_back(read_normalizer_of_type(type, node));
    return;
  }
  node.allow_only({"type", "normalizers"});
  if (depth == deepest_sequence) throw node.fault("sequences are nested too deep");
  const JsonNode parts = node.at("normalizers");
  for (std::size_t i = 0; i < parts.size(); ++i) read_normalizer_step(parts.at(i), normalizer, depth + 1);
}

/// `file`: the whole tokenizer.json.
inline Normalizer read_normalizer(const JsonNode& file) {
  Normalizer normalizer;
  if (const auto node = file.find("normalizer")) read_normalizer_step(*node, normalizer, 0);
  return normalizer;
}

}  // namespace detail
}  // namespace neuroglot

/// What happens to a text before it is cut into words: tokenizer.json's "normalizer".
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "neuroglot/text/aligned_text.hpp"
#include "neuroglot/text/json_node.hpp"
#include "neuroglot/text/unicode_normal_form.hpp"

namespace neuroglot {

/// Steps, each AlignedText -> AlignedText, taken in order; none at all leaves the text as it is.
struct Normalizer {
  using Step = std::variant<UnicodeNormalForm>;
  std::vector<Step> steps;

  AlignedText operator()(AlignedText text) const {
    for (const Step& step : steps)
      text = std::visit([&](const auto& normalize) { return normalize(std::move(text)); }, step);
    return text;
  }
};

namespace detail {

inline void read_normalizer_step(const JsonNode& node, Normalizer& normalizer, int depth) {
  const std::string& type = node.at("type").string();
  if (type == "Sequence") {
    node.allow_only({"type", "normalizers"});
    if (depth == deepest_sequence) throw node.fault("sequences are nested too deep");
    const JsonNode parts = node.at("normalizers");
    for (std::size_t i = 0; i < parts.size(); ++i) read_normalizer_step(parts.at(i), normalizer, depth + 1);
    return;
  }
  if (type != "NFC" && type != "NFD" && type != "NFKC" && type != "NFKD")
    throw node.unsupported("normalizer", type, "NFC, NFD, NFKC, NFKD, Sequence");
  node.allow_only({"type"});
  normalizer.steps.push_back(UnicodeNormalForm{.compatible = type[2] == 'K', .composed = type.back() == 'C'});
}

/// `file`: the whole tokenizer.json.
inline Normalizer read_normalizer(const JsonNode& file) {
  Normalizer normalizer;
  if (const auto node = file.find("normalizer")) read_normalizer_step(*node, normalizer, 0);
  return normalizer;
}

}  // namespace detail
}  // namespace neuroglot

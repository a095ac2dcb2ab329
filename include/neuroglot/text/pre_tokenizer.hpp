/// Cuts a text into the words that the model sees one at a time: tokenizer.json's "pre_tokenizer".
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "neuroglot/text/aligned_text.hpp"
#include "neuroglot/text/json_node.hpp"
#include "neuroglot/text/pattern_json.hpp"
#include "neuroglot/text/prefixed_splits.hpp"
#include "neuroglot/text/split.hpp"
#include "neuroglot/text/utf8.hpp"
#include "neuroglot/text/word_splits.hpp"

namespace neuroglot {

/// Steps in order; none at all leaves the text one word.
struct PreTokenizer {
  using Step = std::variant<BertSplit, DigitsSplit, MetaspaceSplit, PatternSplit, PunctuationSplit, WhitespaceSplit,
                            WordCharacterSplit, ByteLevelSplit>;
  std::vector<Step> steps;

  template <class... Steps>
  static PreTokenizer of(Steps... in_order) {
    PreTokenizer pre_tokenizer;
    (pre_tokenizer.steps.emplace_back(std::move(in_order)), ...);
    return pre_tokenizer;
  }

  WordsOfText operator()(AlignedText text) const {
    const std::size_t size = text.text().size();
    WordsOfText words{std::move(text), {}};
    if (size > 0) words.words.push_back({0, size});
    for (const Step& step : steps) std::visit([&](const auto& cut) { cut(words); }, step);
    return words;
  }

  /// Whether the model is given bytes.
  bool byte_level() const { return !steps.empty() && std::holds_alternative<ByteLevelSplit>(steps.back()); }
};

namespace detail {

inline PatternSplit read_pattern_split(const JsonNode& node) {
  node.allow_only({"type", "pattern", "behavior", "invert"});
  return {read_pattern(node.at("pattern")), read_split_behavior(node.at("behavior")), node.boolean("invert", false)};
}

inline ByteLevelSplit read_byte_level_split(const JsonNode& node) {
  node.allow_only({"type", "add_prefix_space", "trim_offsets", "use_regex"});
  ByteLevelSplit split{node.at("add_prefix_space").boolean(), std::nullopt};
  if (node.boolean("use_regex", true)) split.pattern = PatternSplit{Pattern::oniguruma(gpt2_pattern)};
  return split;
}

// Files before tokenizers 0.14 have "add_prefix_space" and "str_rep", later ones "prepend_scheme" and "split".
inline PrefixedWords read_prepend_scheme(const JsonNode& node) {
  const auto scheme = node.find("prepend_scheme");
  const std::string name = scheme ? scheme->string() : node.boolean("add_prefix_space", true) ? "always" : "never";
  if (name != "always" && name != "first" && name != "never")
    throw scheme->unsupported("prepend_scheme", name, "always, first, never");
  if (!node.boolean("add_prefix_space", true) && name != "never")
    throw node.fault("\"add_prefix_space\" and \"prepend_scheme\" contradict each other");
  return name == "always" ? PrefixedWords::all : name == "first" ? PrefixedWords::first : PrefixedWords::none;
}

/// The one character of "replacement".
inline std::string read_visible_space(const JsonNode& node) {
  const std::string& space = node.at("replacement").string();
  if (space.empty() || utf8_length(space[0]) != space.size()) throw node.fault("\"replacement\" must be one character");
  return space;
}

inline MetaspaceSplit read_metaspace_split(const JsonNode& node) {
  node.allow_only({"type", "replacement", "str_rep", "add_prefix_space", "prepend_scheme", "split"});
  return {read_visible_space(node), read_prepend_scheme(node), node.boolean("split", true)};
}

inline PreTokenizer::Step read_pre_tokenizer_of_type(const std::string& type, const JsonNode& node) {
  if (type == "Digits") {
    node.allow_only({"type", "individual_digits"});
    return DigitsSplit{node.at("individual_digits").boolean()};
  }
  if (type == "Punctuation") {
    node.allow_only({"type", "behavior"});
    const auto behavior = node.find("behavior");
    return PunctuationSplit{behavior ? read_split_behavior(*behavior) : SplitBehavior::isolated};
  }
  if (type == "Split") return read_pattern_split(node);
  if (type == "ByteLevel") return read_byte_level_split(node);
  if (type == "Metaspace") return read_metaspace_split(node);
  const auto without_options = [&](auto split) {
    node.allow_only({"type"});
    return split;
  };
  if (type == "BertPreTokenizer") return without_options(BertSplit{});
  if (type == "WhitespaceSplit") return without_options(WhitespaceSplit{});
  if (type == "Whitespace") return without_options(WordCharacterSplit{});
  throw node.unsupported("pre_tokenizer", type,
                         "BertPreTokenizer, ByteLevel, Digits, Metaspace, Punctuation, Split, Whitespace, "
                         "WhitespaceSplit, Sequence");
}

inline void read_pre_tokenizer_step(const JsonNode& node, PreTokenizer& pre_tokenizer, int depth) {
  const std::string& type = node.at("type").string();
  if (type == "Sequence") {
    node.allow_only({"type", "pretokenizers"});
    if (depth == deepest_sequence) throw node.fault("sequences are nested too deep");
    const JsonNode parts = node.at("pretokenizers");
    for (std::size_t i = 0; i < parts.size(); ++i) read_pre_tokenizer_step(parts.at(i), pre_tokenizer, depth + 1);
    return;
  }
  if (pre_tokenizer.byte_level()) throw node.fault("a pre_tokenizer after \"ByteLevel\" is not supported");
  pre_tokenizer.steps.push_back(read_pre_tokenizer_of_type(type, node));
}

/// `file`: the whole tokenizer.json.
inline PreTokenizer read_pre_tokenizer(const JsonNode& file) {
  PreTokenizer pre_tokenizer;
  if (const auto node = file.find("pre_tokenizer")) read_pre_tokenizer_step(*node, pre_tokenizer, 0);
  return pre_tokenizer;
}

}  // namespace detail
}  // namespace neuroglot

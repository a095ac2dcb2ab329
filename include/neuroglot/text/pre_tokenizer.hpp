/// Cuts a text into the words that the model sees one at a time: tokenizer.json's "pre_tokenizer".
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "neuroglot/text/aligned_text.hpp"
#include "neuroglot/text/json_node.hpp"
#include "neuroglot/text/pattern.hpp"
#include "neuroglot/text/split.hpp"
#include "neuroglot/text/unicode.hpp"

namespace neuroglot {

/// A text and the words it has been cut into so far, in order.
struct WordsOfText {
  AlignedText text;
  std::vector<ByteSpan> words;  ///< bytes of text.text()
};

/// Calls cut(word) -> parts for every word and puts the parts, which count from the word's first byte, in its place.
template <class CutWord>
void cut_words(WordsOfText& text, CutWord&& cut) {
  std::vector<ByteSpan> parts;
  for (const ByteSpan& word : text.words)
    for (const ByteSpan& part : cut(text.text.text().substr(word.begin, word.end - word.begin)))
      parts.push_back({word.begin + part.begin, word.begin + part.end});
  text.words = std::move(parts);
}

/// Every number stands alone; each of its digits if `individual`.
struct DigitsSplit {
  bool individual = false;

  void operator()(WordsOfText& text) const;
};

/// Cuts at the matches of a pattern; `inverted`: at what lies between them.
struct PatternSplit {
  Pattern pattern;
  SplitBehavior behavior = SplitBehavior::isolated;
  bool inverted = false;

  void operator()(WordsOfText& text) const;
};

/// GPT-2's: a space before each word that has none, if wanted; GPT-2's pattern, if wanted; and the words reach the
/// model as bytes, not as characters.
struct ByteLevelSplit {
  bool add_prefix_space = true;
  std::optional<PatternSplit> pattern;

  void operator()(WordsOfText& text) const;
};

/// Radford et al. 2019.
inline constexpr const char* gpt2_pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

/// Steps in order; none at all leaves the text one word.
struct PreTokenizer {
  using Step = std::variant<DigitsSplit, PatternSplit, ByteLevelSplit>;
  std::vector<Step> steps;

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

inline void DigitsSplit::operator()(WordsOfText& text) const {
  cut_words(text, [&](std::string_view word) {
    std::vector<ByteSpan> parts;
    std::size_t begin = 0;  // of the part that is being read
    bool in_number = false;
    for (std::size_t at = 0; at < word.size();) {
      const CodePoint c = code_point_at(word, at);
      const bool digit = is_numeric(c.value);
      if (at > begin && (digit != in_number || (digit && individual))) {
        parts.push_back({begin, at});
        begin = at;
      }
      in_number = digit;
      at += c.bytes;
    }
    parts.push_back({begin, word.size()});
    return parts;
  });
}

inline void PatternSplit::operator()(WordsOfText& text) const {
  std::vector<Cut> cuts;
  cut_words(text, [&](std::string_view word) {
    cuts.clear();
    std::size_t end = 0;  // of the last match
    pattern.for_each_match(word, [&](std::size_t match_begin, std::size_t match_end) {
      if (end < match_begin) cuts.push_back({{end, match_begin}, inverted});
      cuts.push_back({{match_begin, match_end}, !inverted});
      end = match_end;
    });
    if (end < word.size()) cuts.push_back({{end, word.size()}, inverted});
    return apply(behavior, cuts);
  });
}

namespace detail {

// A space before each word that does not begin with one; it shares the span of the word's first character.
inline WordsOfText with_prefix_spaces(const WordsOfText& old) {
  const std::string_view from = old.text.text();
  std::string text;
  std::vector<ByteSpan> spans, words;
  for (const ByteSpan& word : old.words) {
    const std::size_t begin = text.size();
    if (from[word.begin] != ' ') {
      text += ' ';
      spans.push_back(old.text.span(word.begin, word.begin + 1));
    }
    text.append(from, word.begin, word.end - word.begin);
    for (std::size_t byte = word.begin; byte < word.end; ++byte) spans.push_back(old.text.span(byte, byte + 1));
    words.push_back({begin, text.size()});
  }
  return {AlignedText(std::move(text), std::move(spans), old.text.begin()), std::move(words)};
}

}  // namespace detail

inline void ByteLevelSplit::operator()(WordsOfText& text) const {
  if (add_prefix_space) text = detail::with_prefix_spaces(text);
  if (pattern) (*pattern)(text);
}

namespace detail {

inline PatternSplit read_pattern_split(const JsonNode& node) {
  node.allow_only({"type", "pattern", "behavior", "invert"});
  const JsonNode pattern = node.at("pattern");
  pattern.allow_only({"String", "Regex"});
  const auto regex = pattern.find("Regex");
  const SplitBehavior behavior = read_split_behavior(node.at("behavior"));
  const bool inverted = node.boolean("invert", false);
  try {
    return {regex ? Pattern::oniguruma(regex->string()) : Pattern::literal(pattern.at("String").string()), behavior,
            inverted};
  } catch (const Error& failure) {
    throw node.fault(failure.what());
  }
}

inline ByteLevelSplit read_byte_level_split(const JsonNode& node) {
  node.allow_only({"type", "add_prefix_space", "trim_offsets", "use_regex"});
  ByteLevelSplit split{node.at("add_prefix_space").boolean(), std::nullopt};
  if (node.boolean("use_regex", true)) split.pattern = PatternSplit{Pattern::oniguruma(gpt2_pattern)};
  return split;
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
  if (type == "Digits") {
    node.allow_only({"type", "individual_digits"});
    pre_tokenizer.steps.emplace_back(DigitsSplit{node.at("individual_digits").boolean()});
  } else if (type == "Split") {
    pre_tokenizer.steps.emplace_back(read_pattern_split(node));
  } else if (type == "ByteLevel") {
    pre_tokenizer.steps.emplace_back(read_byte_level_split(node));
  } else {
    throw node.unsupported("pre_tokenizer", type, "ByteLevel, Digits, Split, Sequence");
  }
}

/// `file`: the whole tokenizer.json.
inline PreTokenizer read_pre_tokenizer(const JsonNode& file) {
  PreTokenizer pre_tokenizer;
  if (const auto node = file.find("pre_tokenizer")) read_pre_tokenizer_step(*node, pre_tokenizer, 0);
  return pre_tokenizer;
}

}  // namespace detail
}  // namespace neuroglot

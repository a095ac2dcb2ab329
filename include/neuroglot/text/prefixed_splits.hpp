/// Pre-tokenizers that may put something before a word: ByteLevel a space (GPT-2), Metaspace a visible one
/// (SentencePiece).
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/text/aligned_writer.hpp"
#include "neuroglot/text/word_splits.hpp"

namespace neuroglot {

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

/// Which words get a visible space before them if they have none: all, the one where the input begins, or none.
enum class PrefixedWords { all, first, none };

/// Spaces become visible ("▁"), and each begins a word if `cuts`.
struct MetaspaceSplit {
  std::string space = "\u2581";
  PrefixedWords prefixed = PrefixedWords::all;
  bool cuts = true;

  void operator()(WordsOfText& text) const;

 private:
  void write_word(ByteSpan word, AlignedWriter& out) const;
  void cut_word(std::string_view text, ByteSpan word, std::vector<ByteSpan>& words) const;
};

namespace detail {

// A space before each word that does not begin with one; it shares the span of the word's first character.
inline WordsOfText with_prefix_spaces(const WordsOfText& old) {
  AlignedWriter out(old.text);
  std::vector<ByteSpan> words;
  for (const ByteSpan& word : old.words) {
    const std::size_t begin = out.size();
    if (old.text.text()[word.begin] != ' ') out.put(U' ', old.text.span(word.begin, word.begin + 1));
    out.keep(word.begin, word.end);
    words.push_back({begin, out.size()});
  }
  return {out.finish(), std::move(words)};
}

}  // namespace detail

inline void ByteLevelSplit::operator()(WordsOfText& text) const {
  if (add_prefix_space) text = detail::with_prefix_spaces(text);
  if (pattern) (*pattern)(text);
}

inline void MetaspaceSplit::operator()(WordsOfText& text) const {
  AlignedWriter out(text.text);
  std::vector<ByteSpan> old_words, words;
  for (const ByteSpan& word : text.words) {
    const std::size_t begin = out.size();
    write_word(word, out);
    old_words.push_back({begin, out.size()});
  }
  AlignedText written = out.finish();
  for (const ByteSpan& word : old_words) {
    if (cuts)
      cut_word(written.text(), word, words);
    else
      words.push_back(word);
  }
  text = {std::move(written), std::move(words)};
}

inline void MetaspaceSplit::write_word(ByteSpan word, AlignedWriter& out) const {
  const AlignedText& old = out.old();
  const std::string_view text = old.text().substr(0, word.end);
  const ByteSpan first = old.span(word.begin, word.begin + 1);
  const bool has_one = text[word.begin] == ' ' || text.substr(word.begin).starts_with(space);
  if (!has_one && (prefixed == PrefixedWords::all || (prefixed == PrefixedWords::first && first.begin == 0)))
    out.put(space, first);
  for (std::size_t at = word.begin; at < word.end;) {
    const std::size_t found = std::min(text.find(' ', at), word.end);
    out.keep(at, found);
    if (found < word.end) out.put(space, old.span(found, found + 1));
    at = found + 1;
  }
}

// Each visible space goes with what follows it; of several, each but the last is a word.
inline void MetaspaceSplit::cut_word(std::string_view text, ByteSpan word, std::vector<ByteSpan>& words) const {
  std::size_t begin = word.begin;
  text = text.substr(0, word.end);
  for (std::size_t at = text.find(space, begin); at < word.end; at = text.find(space, at + space.size())) {
    if (begin < at) words.push_back({begin, at});
    begin = at;
  }
  if (begin < word.end) words.push_back({begin, word.end});
}

}  // namespace neuroglot

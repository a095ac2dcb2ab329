/// A text cut into words, and the pre-tokenizers that cut where a pattern or the kind of a character says: Split,
/// Digits, Whitespace, WhitespaceSplit, Punctuation, BertPreTokenizer.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/text/aligned_text.hpp"
#include "neuroglot/text/category_history.hpp"
#include "neuroglot/text/pattern.hpp"
#include "neuroglot/text/split.hpp"
#include "neuroglot/text/unicode.hpp"

namespace neuroglot {

/// A text and the words it has been cut into so far, in order.
struct WordsOfText {
  AlignedText text;
  std::vector<ByteSpan> words;  ///< bytes of text.text()
};

/// Calls cut(word, put) for every word; the parts put(begin, end) puts, which count from the word's first byte, come in
/// its place.
template <class CutWord>
void cut_words(WordsOfText& text, CutWord&& cut) {
  std::vector<ByteSpan> parts;
  parts.reserve(text.words.size());
  for (const ByteSpan& word : text.words)
    cut(text.text.text().substr(word.begin, word.end - word.begin), [&](std::size_t begin, std::size_t end) {
      if (begin < end) parts.push_back({word.begin + begin, word.begin + end});
    });
  text.words = std::move(parts);
}

/// Every number stands alone; each of its digits if `individual`.
struct DigitsSplit {
  bool individual = false;

  void operator()(WordsOfText& text) const {
    cut_words(text, [&](std::string_view word, auto put) {
      std::size_t begin = 0;  // of the part that is being read
      bool in_number = false;
      for (std::size_t at = 0; at < word.size();) {
        const CodePoint c = code_point_at(word, at);
        const bool digit = is_numeric(c.value);
        if (digit != in_number || (digit && individual)) {
          put(begin, at);
          begin = at;
        }
        in_number = digit;
        at += c.bytes;
      }
      put(begin, word.size());
    });
  }
};

/// Cuts at the matches of a pattern; `inverted`: at what lies between them.
struct PatternSplit {
  Pattern pattern;
  SplitBehavior behavior = SplitBehavior::isolated;
  bool inverted = false;

  void operator()(WordsOfText& text) const {
    std::vector<Cut> cuts;
    cut_words(text, [&](std::string_view word, auto put) {
      cuts.clear();
      std::size_t end = 0;  // of the last match
      pattern.for_each_match(word, [&](std::size_t match_begin, std::size_t match_end) {
        if (end < match_begin) cuts.push_back({{end, match_begin}, inverted});
        cuts.push_back({{match_begin, match_end}, !inverted});
        end = match_end;
      });
      if (end < word.size()) cuts.push_back({{end, word.size()}, inverted});
      for (const ByteSpan& part : apply(behavior, cuts)) put(part.begin, part.end);
    });
  }
};

/// White space lies between words and is dropped.
struct WhitespaceSplit {
  void operator()(WordsOfText& text) const {
    cut_words(text, [](std::string_view word, auto put) {
      std::size_t begin = 0;
      for (std::size_t at = 0; at < word.size();) {
        const CodePoint c = code_point_at(word, at);
        if (is_white_space(c.value)) {
          put(begin, at);
          begin = at + c.bytes;
        }
        at += c.bytes;
      }
      put(begin, word.size());
    });
  }
};

/// Words of word characters (\w+) and what stands between them and white space.
struct WordCharacterSplit {
  void operator()(WordsOfText& text) const {
    enum class Kind { space, word, other };
    cut_words(text, [](std::string_view word, auto put) {
      std::size_t begin = 0;
      Kind last = Kind::space;
      for (std::size_t at = 0; at < word.size();) {
        const CodePoint c = code_point_at(word, at);
        const Kind kind = is_word_character(c.value) ? Kind::word : is_white_space(c.value) ? Kind::space : Kind::other;
        if (kind != last) {
          if (last != Kind::space) put(begin, at);
          begin = at;
        }
        last = kind;
        at += c.bytes;
      }
      if (last != Kind::space) put(begin, word.size());
    });
  }
};

/// BERT's words: what stands between white space, each punctuation character by itself.
struct BertSplit {
  void operator()(WordsOfText& text) const {
    cut_words(text, [](std::string_view word, auto put) {
      std::size_t begin = 0;
      for (std::size_t at = 0; at < word.size();) {
        const CodePoint c = code_point_at(word, at);
        const std::size_t end = at + c.bytes;
        const bool space = is_white_space(c.value);
        if (space || is_bert_punctuation(c.value)) {
          put(begin, at);
          if (!space) put(at, end);
          begin = end;
        }
        at = end;
      }
      put(begin, word.size());
    });
  }
};

/// Cuts at BERT's punctuation.
struct PunctuationSplit {
  SplitBehavior behavior = SplitBehavior::isolated;

  void operator()(WordsOfText& text) const {
    std::vector<Cut> cuts;
    cut_words(text, [&](std::string_view word, auto put) {
      cuts.clear();
      std::size_t begin = 0;
      for (std::size_t at = 0; at < word.size();) {
        const CodePoint c = code_point_at(word, at);
        if (is_bert_punctuation(c.value)) {
          if (begin < at) cuts.push_back({{begin, at}, false});
          begin = at + c.bytes;
          cuts.push_back({{at, begin}, true});
        }
        at += c.bytes;
      }
      if (begin < word.size()) cuts.push_back({{begin, word.size()}, false});
      for (const ByteSpan& part : apply(behavior, cuts)) put(part.begin, part.end);
    });
  }
};

}  // namespace neuroglot

/// Normalisers of tokenizer.json that replace, prepend or strip strings: Replace, Prepend, Strip.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/text/aligned_writer.hpp"
#include "neuroglot/text/pattern.hpp"
#include "neuroglot/text/unicode.hpp"

namespace neuroglot {

/// Puts `content` for every match of the pattern. It stands for the last character of the match, as in Hugging Face.
struct ReplaceNormalizer {
  Pattern pattern;
  std::string content;

  AlignedText operator()(AlignedText text) const {
    std::vector<ByteSpan> matches;
    pattern.for_each_match(text.text(), [&](std::size_t begin, std::size_t end) { matches.push_back({begin, end}); });
    if (matches.empty()) return text;
    AlignedWriter out(text);
    std::size_t kept = 0;
    for (const ByteSpan& match : matches) {
      out.keep(kept, match.begin);
      out.put(content, match.end > 0 ? text.span(match.end - 1, match.end) : ByteSpan{text.begin(), text.begin()});
      kept = match.end;
    }
    out.keep(kept, text.text().size());
    return out.finish();
  }
};

/// Puts `content` before a text that is not empty; it has the span of the text's first character.
struct PrependNormalizer {
  std::string content;

  AlignedText operator()(AlignedText text) const {
    if (text.text().empty()) return text;
    AlignedWriter out(text);
    out.put(content, text.span(0, 1));
    out.keep(0, text.text().size());
    return out.finish();
  }
};

/// Drops white space at the ends.
struct StripNormalizer {
  bool left = true;
  bool right = true;

  AlignedText operator()(AlignedText text) const {
    const std::string_view all = text.text();
    std::size_t begin = 0, end = all.size();
    for (CodePoint c{}; left && begin < end; begin += c.bytes) {
      c = code_point_at(all, begin);
      if (!is_white_space(c.value)) break;
    }
    for (CodePoint c{}; right && begin < end; end -= c.bytes) {
      c = code_point_before(all, end);
      if (!is_white_space(c.value)) break;
    }
    return begin == 0 && end == all.size() ? std::move(text) : text.slice(begin, end);
  }
};

}  // namespace neuroglot

/// Small letters for capitals, one character at a time as Rust's char::to_lowercase has them (Unicode 17): the final
/// sigma of a word is no special case.
#pragma once

#include <utf8proc.h>

#include <array>

#include "neuroglot/text/aligned_writer.hpp"

namespace neuroglot {

namespace detail {

// Capitals newer than utf8proc's Unicode, and how far away their small letters are.
struct NewCapitals {
  char32_t first, last;
  int distance;
};
inline constexpr std::array<NewCapitals, 10> new_capitals{{{0x1c89, 0x1c89, 1},
                                                           {0xa7cb, 0xa7cb, 0x264 - 0xa7cb},
                                                           {0xa7cc, 0xa7cc, 1},
                                                           {0xa7ce, 0xa7ce, 1},
                                                           {0xa7d2, 0xa7d2, 1},
                                                           {0xa7d4, 0xa7d4, 1},
                                                           {0xa7da, 0xa7da, 1},
                                                           {0xa7dc, 0xa7dc, 0x19b - 0xa7dc},
                                                           {0x10d50, 0x10d65, 0x20},
                                                           {0x16ea0, 0x16eb8, 0x1b}}};

}  // namespace detail

/// The small letter, or the character itself. (U+0130 has two: this is the first of them.)
inline char32_t lowercase(char32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 0x20 : c;
  if (c == 0x130) return 'i';
  for (const detail::NewCapitals& capitals : detail::new_capitals)
    if (c >= capitals.first && c <= capitals.last)
      return static_cast<char32_t>(static_cast<int>(c) + capitals.distance);
  return static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c)));
}

/// Puts the small letter: two characters for U+0130, the capital I with a dot.
template <class Put>
void put_lowercase(char32_t c, Put&& put) {
  put(lowercase(c));
  if (c == 0x130) put(char32_t{0x307});
}

/// tokenizer.json's "Lowercase".
struct Lowercase {
  AlignedText operator()(AlignedText text) const {
    return rewrite_characters(
        std::move(text), [](char32_t c) { return lowercase(c) != c; },
        [](char32_t c, auto put) { put_lowercase(c, put); });
  }
};

}  // namespace neuroglot

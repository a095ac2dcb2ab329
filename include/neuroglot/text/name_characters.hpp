/// Where a name may begin and end in a text: characters of words, marks, and scripts that are written without spaces.
#pragma once

#include <utf8proc.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "neuroglot/text/code_point_ranges.hpp"
#include "neuroglot/text/unicode.hpp"

namespace neuroglot {

/// What a character means to the borders of names.
enum class NameCharacter : std::uint8_t {
  other,     ///< spaces, punctuation, symbols: each stands by itself
  word,      ///< letters and numbers (Unicode categories L and N): neighbours belong together
  unspaced,  ///< the same in a script written without spaces: each stands by itself
  mark       ///< category M: belongs to the character before it
};

namespace detail {

/// Han, Hiragana, Katakana, Thai, Lao, Khmer, Myanmar: their blocks (Unicode 15, Blocks.txt), in which categories tell
/// letters from the rest.
inline constexpr std::array<CodePointRange, 17> unspaced_scripts = {{{0x0e00, 0x0eff},
                                                                     {0x1000, 0x109f},
                                                                     {0x1780, 0x17ff},
                                                                     {0x2e80, 0x2fdf},
                                                                     {0x3005, 0x3007},
                                                                     {0x3021, 0x3029},
                                                                     {0x3031, 0x3035},
                                                                     {0x3038, 0x303c},
                                                                     {0x3041, 0x30ff},
                                                                     {0x31f0, 0x31ff},
                                                                     {0x3400, 0x4dbf},
                                                                     {0x4e00, 0x9fff},
                                                                     {0xa9e0, 0xa9ff},
                                                                     {0xaa60, 0xaa7f},
                                                                     {0xf900, 0xfaff},
                                                                     {0xff66, 0xff9f},
                                                                     {0x1aff0, 0x1b16f}}};

inline NameCharacter find_name_character(char32_t c) {
  switch (category(c)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
      return NameCharacter::mark;
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return in_ranges(unspaced_scripts, c) || (c >= 0x20000 && c <= 0x3ffff) ? NameCharacter::unspaced
                                                                              : NameCharacter::word;
    default:
      return NameCharacter::other;
  }
}

/// Of all code points, found once: looking one up costs a load.
inline const NameCharacter* name_characters() {
  static const std::vector<NameCharacter> table = [] {
    constexpr char32_t code_points = 0x110000;
    std::vector<NameCharacter> all(code_points);
    for (char32_t c = 0; c < code_points; ++c) all[c] = find_name_character(c);
    return all;
  }();
  return table.data();
}

}  // namespace detail

/// c is a code point, below 0x110000.
inline NameCharacter name_character(char32_t c) {
  return detail::name_characters()[c];
}

}  // namespace neuroglot

/// Classes of characters as the published tokenizers draw them.
#pragma once

#include <utf8proc.h>

#include <string_view>

#include "neuroglot/text/new_characters.hpp"

namespace neuroglot {

/// The property White_Space (Unicode, PropList.txt).
inline bool is_white_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

namespace detail {

inline utf8proc_category_t category(char32_t c) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

}  // namespace detail

/// Categories Nd, Nl and No: what the pre-tokenizer Digits splits off.
inline bool is_numeric(char32_t c) {
  if (c < 0x80) return c >= '0' && c <= '9';
  if ((c >= 0x11de0 && c <= 0x11de9) || (c >= 0x16ff4 && c <= 0x16ff6)) return true;  // new in Unicode 17
  const utf8proc_category_t category = detail::category(c);
  return category == UTF8PROC_CATEGORY_ND || category == UTF8PROC_CATEGORY_NL || category == UTF8PROC_CATEGORY_NO ||
         (category == UTF8PROC_CATEGORY_CN && detail::new_category(c).starts_with('N'));
}

/// A character of a word (Unicode Technical Standard 18, annex C: \w): alphabetic, a mark, a digit, a connector, a
/// joiner.
inline bool is_word_character(char32_t c) {
  if (c == 0x200c || c == 0x200d) return true;
  if ((c >= 0x24b6 && c <= 0x24e9) || (c >= 0x1f130 && c <= 0x1f149) || (c >= 0x1f150 && c <= 0x1f169) ||
      (c >= 0x1f170 && c <= 0x1f189))
    return true;  // circled and squared letters: symbols with the property Other_Alphabetic
  switch (detail::category(c)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_PC:
      return true;
    case UTF8PROC_CATEGORY_CN: {
      const std::string_view later = detail::new_category(c);
      return later.starts_with('L') || later.starts_with('M') || later == "Nd";
    }
    default:
      return false;
  }
}

}  // namespace neuroglot

/// Categories of characters as an older Unicode had them. BERT's punctuation and accents are those of Unicode 8,
/// StripAccents' marks those of Unicode 9, because Hugging Face's tokenizers carry tables of that age (the crates
/// unicode_categories 0.1 and unicode-normalization-alignments 0.1); models saw texts cut that way. utf8proc has the
/// categories; here is what has come since.
#pragma once

#include <utf8proc.h>

#include <array>

#include "neuroglot/text/code_point_ranges.hpp"
#include "neuroglot/text/unicode.hpp"

namespace neuroglot {

namespace detail {

// Punctuation and nonspacing marks that were something else, or nothing, in Unicode 8.
inline constexpr std::array<CodePointRange, 59> after_unicode_8{
    {{0x61d, 0x61d},     {0x7fd, 0x7fd},     {0x898, 0x8e1},     {0x9fd, 0x9fe},     {0xa76, 0xa76},
     {0xafa, 0xaff},     {0xb55, 0xb55},     {0xc04, 0xc3c},     {0xc77, 0xc77},     {0xc84, 0xc84},
     {0xd00, 0xd00},     {0xd3b, 0xd3c},     {0xd81, 0xd81},     {0xeba, 0xeba},     {0xece, 0xece},
     {0x180f, 0x180f},   {0x1885, 0x1886},   {0x1abf, 0x1ace},   {0x1b7d, 0x1b7e},   {0x1df6, 0x1dfb},
     {0x2e43, 0x2e5d},   {0xa82c, 0xa82c},   {0xa8c5, 0xa8c5},   {0xa8ff, 0xa8ff},   {0xa9bd, 0xa9bd},
     {0x10d24, 0x10d27}, {0x10eab, 0x10ead}, {0x10efd, 0x10eff}, {0x10f46, 0x10f89}, {0x11070, 0x11074},
     {0x110c2, 0x110c2}, {0x111c9, 0x111c9}, {0x111cf, 0x111cf}, {0x1123e, 0x11241}, {0x1133b, 0x1133b},
     {0x11438, 0x1145e}, {0x11660, 0x1166c}, {0x116b9, 0x116b9}, {0x1182f, 0x1183b}, {0x1193b, 0x11946},
     {0x119d4, 0x11aa2}, {0x11b00, 0x11b09}, {0x11c30, 0x11cb6}, {0x11d31, 0x11d47}, {0x11d90, 0x11d97},
     {0x11ef3, 0x11f4f}, {0x11fff, 0x11fff}, {0x12ff1, 0x12ff2}, {0x13440, 0x13455}, {0x16e97, 0x16e9a},
     {0x16f4f, 0x16f4f}, {0x16fe2, 0x16fe4}, {0x1cf00, 0x1cf46}, {0x1e000, 0x1e02a}, {0x1e08f, 0x1e08f},
     {0x1e130, 0x1e136}, {0x1e2ae, 0x1e2ef}, {0x1e4ec, 0x1e4ef}, {0x1e944, 0x1e95f}}};

// Combining marks that were something else, or nothing, in Unicode 9.
inline constexpr std::array<CodePointRange, 45> marks_after_unicode_9{
    {{0x7fd, 0x7fd},     {0x898, 0x8d3},     {0x9fe, 0x9fe},     {0xafa, 0xaff},     {0xb55, 0xb55},
     {0xc04, 0xc3c},     {0xcf3, 0xd00},     {0xd3b, 0xd3c},     {0xd81, 0xd81},     {0xeba, 0xeba},
     {0xece, 0xece},     {0x1715, 0x1715},   {0x180f, 0x180f},   {0x1abf, 0x1ace},   {0x1cf7, 0x1cf7},
     {0x1df6, 0x1dfa},   {0xa82c, 0xa82c},   {0xa8ff, 0xa8ff},   {0x10d24, 0x10d27}, {0x10eab, 0x10eac},
     {0x10efd, 0x10eff}, {0x10f46, 0x10f85}, {0x11070, 0x11074}, {0x110c2, 0x110c2}, {0x11145, 0x11146},
     {0x111c9, 0x111c9}, {0x111ce, 0x111cf}, {0x11241, 0x11241}, {0x1133b, 0x1133b}, {0x1145e, 0x1145e},
     {0x1182c, 0x1183a}, {0x11930, 0x11943}, {0x119d1, 0x11a99}, {0x11d31, 0x11d47}, {0x11d8a, 0x11d97},
     {0x11ef3, 0x11f42}, {0x13440, 0x13455}, {0x16f4f, 0x16f4f}, {0x16f7f, 0x16f87}, {0x16fe4, 0x16ff1},
     {0x1cf00, 0x1cf46}, {0x1e08f, 0x1e08f}, {0x1e130, 0x1e136}, {0x1e2ae, 0x1e2ef}, {0x1e4ec, 0x1e4ef}}};

inline bool is_punctuation_now(char32_t c) {
  const utf8proc_category_t now = category(c);
  return now >= UTF8PROC_CATEGORY_PC && now <= UTF8PROC_CATEGORY_PO;
}

}  // namespace detail

/// What BERT's pre-tokenizer splits off: punctuation of Unicode 8 and the ASCII characters that look like it ($, +,
/// ...).
inline bool is_bert_punctuation(char32_t c) {
  if (c < 0x80)
    return (c >= 0x21 && c <= 0x2f) || (c >= 0x3a && c <= 0x40) || (c >= 0x5b && c <= 0x60) || (c >= 0x7b && c <= 0x7e);
  if (c == 0x166d || c == 0x111c9) return true;  // a symbol and a mark since
  return detail::is_punctuation_now(c) && !detail::in_ranges(detail::after_unicode_8, c);
}

/// What BERT's strip_accents removes: category Mn of Unicode 8.
inline bool is_bert_accent(char32_t c) {
  if (c < 0x300) return false;
  if (c == 0x1734) return true;  // a spacing mark since
  return detail::category(c) == UTF8PROC_CATEGORY_MN && !detail::in_ranges(detail::after_unicode_8, c);
}

/// What StripAccents removes: categories Mn, Mc and Me of Unicode 9.
inline bool is_combining_mark(char32_t c) {
  if (c < 0x300) return false;
  if (c == 0x1cf2 || c == 0x1cf3) return true;  // letters since
  const utf8proc_category_t now = detail::category(c);
  return now >= UTF8PROC_CATEGORY_MN && now <= UTF8PROC_CATEGORY_ME &&
         !detail::in_ranges(detail::marks_after_unicode_9, c);
}

/// What BERT's clean_text removes besides NUL and U+FFFD: categories Cc, Cf, Co of Unicode 8, but no white space of
/// lines.
inline bool is_bert_control(char32_t c) {
  if (c == '\t' || c == '\n' || c == '\r') return false;
  switch (detail::category(c)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CS:
      return true;
    case UTF8PROC_CATEGORY_CF:  // but those that came after Unicode 8
      return c != 0x890 && c != 0x891 && c != 0x8e2 && c != 0x110cd && !(c >= 0x13430 && c <= 0x1343f);
    default:
      return false;
  }
}

}  // namespace neuroglot

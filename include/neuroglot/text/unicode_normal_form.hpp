/// Unicode's normal forms NFC, NFD, NFKC and NFKD (Unicode Standard Annex 15), keeping track of what each character
/// was.
#pragma once

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "neuroglot/text/aligned_text.hpp"
#include "neuroglot/text/code_point_ranges.hpp"
#include "neuroglot/text/new_characters.hpp"

namespace neuroglot {

struct UnicodeNormalForm {
  bool compatible = false;  ///< NFKC and NFKD: ligatures, circled digits, ... become the plain characters
  bool composed = false;    ///< NFC and NFKC

  AlignedText operator()(AlignedText text) const;
};

namespace detail {

// Characters that got a decomposition or a combining class after Unicode 9. Hugging Face's tokenizers normalise with
// the data of Unicode 9, in which these stand for themselves; models were trained on texts normalised that way.
// Those up to Unicode 14; the later ones are in new_characters.hpp.
inline constexpr std::array<CodePointRange, 39> after_unicode_9{
    {{0x7fd, 0x7fd},     {0x898, 0x89f},     {0x8ca, 0x8d3},     {0x9fe, 0x9fe},     {0xc3c, 0xc3c},
     {0xd3b, 0xd3c},     {0xeba, 0xeba},     {0x1715, 0x1715},   {0x1abf, 0x1ace},   {0x1df6, 0x1dfa},
     {0x32ff, 0x32ff},   {0xa7f2, 0xa7f4},   {0xa82c, 0xa82c},   {0xab69, 0xab69},   {0x10781, 0x107ba},
     {0x10d24, 0x10d27}, {0x10eab, 0x10eac}, {0x10f46, 0x10f50}, {0x10f82, 0x10f85}, {0x11070, 0x11070},
     {0x1133b, 0x1133b}, {0x1145e, 0x1145e}, {0x11839, 0x1183a}, {0x11938, 0x11938}, {0x1193d, 0x1193e},
     {0x11943, 0x11943}, {0x119e0, 0x119e0}, {0x11a34, 0x11a34}, {0x11a47, 0x11a47}, {0x11a99, 0x11a99},
     {0x11d42, 0x11d42}, {0x11d44, 0x11d45}, {0x11d97, 0x11d97}, {0x16ff0, 0x16ff1}, {0x1e130, 0x1e136},
     {0x1e2ae, 0x1e2ae}, {0x1e2ec, 0x1e2ef}, {0x1f16c, 0x1f16c}, {0x1fbf0, 0x1fbf9}}};

inline bool is_after_unicode_9(char32_t c) {
  return in_ranges(after_unicode_9, c) || !new_category(c).empty();
}

inline int combining_class(char32_t c) {
  return is_after_unicode_9(c) ? 0 : utf8proc_get_property(static_cast<utf8proc_int32_t>(c))->combining_class;
}

// The full decomposition of one character into `parts`; how many they are.
inline std::size_t decompose(char32_t c, bool compatible, std::array<utf8proc_int32_t, 32>& parts) {
  const auto options = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE |
                                                      (compatible ? UTF8PROC_COMPAT : utf8proc_option_t{}));
  int boundary = 0;
  const auto count = is_after_unicode_9(c) ? 0
                                           : utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), parts.data(),
                                                                     parts.size(), options, &boundary);
  if (count > 0 && count <= static_cast<utf8proc_ssize_t>(parts.size())) return static_cast<std::size_t>(count);
  parts[0] = static_cast<utf8proc_int32_t>(c);
  return 1;
}

// Full decomposition in canonical order. A character's first part replaces it, the others are new.
inline std::vector<RewrittenCharacter> decompose(std::string_view text, bool compatible) {
  std::vector<RewrittenCharacter> out;
  std::size_t marks = 0;  // where the run of combining marks begins that is not in order yet
  const auto in_order = [](const RewrittenCharacter& a, const RewrittenCharacter& b) {
    return combining_class(a.value) < combining_class(b.value);
  };
  const auto order_marks = [&] {
    std::stable_sort(out.begin() + static_cast<std::ptrdiff_t>(marks), out.end(), in_order);
  };
  std::array<utf8proc_int32_t, 32> parts{};  // the longest decomposition, of U+FDFA, has 18
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = code_point_at(text, at);
    at += c.bytes;
    const std::size_t count = decompose(c.value, compatible, parts);
    for (std::size_t i = 0; i < count; ++i) {
      const auto part = static_cast<char32_t>(parts[i]);
      if (combining_class(part) == 0) {
        order_marks();
        marks = out.size() + 1;
      }
      out.push_back({part, i == 0 ? 0 : 1});
    }
    marks = std::min(marks, out.size());
  }
  order_marks();
  return out;
}

// The primary composite of two characters, where Unicode has one.
inline std::optional<char32_t> compose(char32_t first, char32_t second) {
  if (second == 0x11a7) return std::nullopt;  // utf8proc 2 takes it for a trailing consonant of Hangul
  std::array<utf8proc_int32_t, 2> pair{static_cast<utf8proc_int32_t>(first), static_cast<utf8proc_int32_t>(second)};
  const auto options = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  if (utf8proc_normalize_utf32(pair.data(), 2, options) != 1) return std::nullopt;
  const auto composite = static_cast<char32_t>(pair[0]);
  if (is_after_unicode_9(composite)) return std::nullopt;
  return composite;
}

// Canonical composition: a character joins the last starter unless one of the same or a higher class stands between.
inline std::vector<RewrittenCharacter> compose(const std::vector<RewrittenCharacter>& parts) {
  std::vector<RewrittenCharacter> out;
  std::optional<std::size_t> starter;
  int last_class = -1;  // of what follows the starter in `out`, -1 for nothing
  for (const RewrittenCharacter& part : parts) {
    const int own_class = combining_class(part.value);
    if (starter && last_class < own_class) {
      if (const auto composite = compose(out[*starter].value, part.value)) {
        out[*starter] = {*composite, out[*starter].change + part.change - 1};
        continue;
      }
    }
    if (own_class == 0) starter = out.size();
    last_class = own_class == 0 ? -1 : own_class;
    out.push_back(part);
  }
  return out;
}

// By far most texts are normal already, and utf8proc's own loop finds that out quickly.
inline bool is_normal(std::string_view text, const UnicodeNormalForm& form) {
  const int options = UTF8PROC_STABLE | (form.composed ? UTF8PROC_COMPOSE : UTF8PROC_DECOMPOSE) |
                      (form.compatible ? static_cast<int>(UTF8PROC_COMPAT) : 0);
  utf8proc_uint8_t* mapped = nullptr;
  const auto size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
                   &mapped, static_cast<utf8proc_option_t>(options));
  const std::unique_ptr<utf8proc_uint8_t, void (*)(void*)> owner(mapped, std::free);
  return size >= 0 && text == std::string_view(reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(size));
}

}  // namespace detail

inline AlignedText UnicodeNormalForm::operator()(AlignedText text) const {
  const auto plain = [](char byte) { return static_cast<unsigned char>(byte) < 0x80; };
  if (std::ranges::all_of(text.text(), plain) || detail::is_normal(text.text(), *this)) return text;
  const auto parts = detail::decompose(text.text(), compatible);
  return rewrite(text, composed ? detail::compose(parts) : parts);
}

}  // namespace neuroglot

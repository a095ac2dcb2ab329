/// Where one character ends as a reader sees it, with the marks that belong to it: extended grapheme clusters (Unicode
/// Standard Annex 29).
#pragma once

#include <utf8proc.h>

#include <array>
#include <cstddef>
#include <string_view>

#include "neuroglot/text/code_point_ranges.hpp"
#include "neuroglot/text/new_characters.hpp"
#include "neuroglot/text/utf8.hpp"

namespace neuroglot {

namespace detail {

// Marks of Unicode 17; those of Unicode 15 and 16 are in new_characters.hpp.
inline constexpr std::array<CodePointRange, 8> newest_marks{{{0x1acf, 0x1add},
                                                             {0x1ae0, 0x1aeb},
                                                             {0x10efa, 0x10efb},
                                                             {0x11b60, 0x11b67},
                                                             {0x1e6e3, 0x1e6e3},
                                                             {0x1e6e6, 0x1e6e6},
                                                             {0x1e6ee, 0x1e6ef},
                                                             {0x1e6f5, 0x1e6f5}}};

// The character itself, or one that utf8proc knows and that behaves as this one does in Unicode 17.
inline utf8proc_int32_t known_to_utf8proc(char32_t c) {
  constexpr char32_t any_mark = 0x301, any_prefix = 0x600, any_letter = 'a';
  if (c < new_characters.front().first) return static_cast<utf8proc_int32_t>(c);
  if (c == 0x113d1) return any_prefix;
  if (c == 0x11a3a) return any_letter;  // a prefix before
  const bool new_mark = new_category(c).starts_with('M') || in_ranges(newest_marks, c);
  return static_cast<utf8proc_int32_t>(new_mark ? any_mark : c);
}

// Viramas, which link the consonant before them with the one after (InCB=Linker).
inline constexpr std::array<CodePointRange, 20> linkers{
    {{0x94d, 0x94d},     {0x9cd, 0x9cd},     {0xacd, 0xacd},     {0xb4d, 0xb4d},     {0xc4d, 0xc4d},
     {0xd4d, 0xd4d},     {0x1039, 0x1039},   {0x17d2, 0x17d2},   {0x1a60, 0x1a60},   {0x1b44, 0x1b44},
     {0x1bab, 0x1bab},   {0xa9c0, 0xa9c0},   {0xaaf6, 0xaaf6},   {0x10a3f, 0x10a3f}, {0x11133, 0x11133},
     {0x113d0, 0x113d0}, {0x1193e, 0x1193e}, {0x11a47, 0x11a47}, {0x11a99, 0x11a99}, {0x11f42, 0x11f42}}};

// Consonants that a virama before them holds fast. Rule GB9c is for all Indic consonants, but clusters are asked for in
// order to normalise them, and a conjunct is too long for that unless it ends with one of these, which decompose.
inline bool ends_conjunct(char32_t c) {
  return (c >= 0x958 && c <= 0x95f) || c == 0x9dc || c == 0x9dd || c == 0x9df || c == 0xb5c || c == 0xb5d;
}

// Whether a conjunct goes on after the character: a virama, or a mark behind one.
inline bool keeps_link(char32_t c, bool linked) {
  if (c < linkers.front().first) return linked;  // marks, as all that is in a cluster this early
  if (in_ranges(linkers, c)) return true;
  const int kind = utf8proc_get_property(known_to_utf8proc(c))->boundclass;
  return linked && c != 0x200c && (kind == UTF8PROC_BOUNDCLASS_EXTEND || kind == UTF8PROC_BOUNDCLASS_ZWJ);
}

}  // namespace detail

/// The end of the cluster that begins at byte `at` of a valid text.
inline std::size_t grapheme_end(std::string_view text, std::size_t at) {
  CodePoint last = code_point_at(text, at);
  at += last.bytes;
  utf8proc_int32_t state = 0;
  bool linked = false;  // a virama waits for its second consonant
  while (at < text.size()) {
    const CodePoint next = code_point_at(text, at);
    // Nothing below U+0300 belongs to anything but the line feed to the carriage return.
    if (last.value < 0x300 && next.value < 0x300 && last.value != '\r') return at;
    const bool ends = utf8proc_grapheme_break_stateful(detail::known_to_utf8proc(last.value),
                                                       detail::known_to_utf8proc(next.value), &state);
    if (ends && !(linked && detail::ends_conjunct(next.value))) return at;
    linked = detail::keeps_link(next.value, linked);
    at += next.bytes;
    last = next;
  }
  return at;
}

}  // namespace neuroglot

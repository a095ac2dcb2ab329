/// Whether bytes are valid UTF-8 (Unicode 15, table 3-7) and whether a line holds nothing but white space.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace neuroglot {

namespace detail {

/// Length of the valid UTF-8 sequence that `text` (not empty) begins with, 0 where there is none.
inline std::size_t utf8_sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;  // a continuation byte, an overlong form, beyond U+10FFFF
  const std::size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (text.size() < length) return 0;
  // The second byte's range rules out overlong forms, surrogates and what lies beyond U+10FFFF.
  const unsigned lowest = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const unsigned highest = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (byte(1) < lowest || byte(1) > highest) return 0;
  for (std::size_t i = 2; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  return length;
}

/// Unicode's White_Space beyond ASCII, in UTF-8.
inline constexpr std::array<std::string_view, 19> wide_spaces = {
    "\u0085", "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",
    "\u2007", "\u2008", "\u2009", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"};

}  // namespace detail

/// The offset of the first byte that is not part of a valid UTF-8 sequence, npos where all are.
inline std::size_t first_invalid_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    std::uint64_t eight;
    if (text.size() - at >= sizeof eight) {  // eight ASCII bytes at a time
      std::memcpy(&eight, text.data() + at, sizeof eight);
      if ((eight & 0x8080808080808080u) == 0) {
        at += sizeof eight;
        continue;
      }
    }
    const std::size_t length = detail::utf8_sequence_length(text.substr(at));
    if (length == 0) return at;
    at += length;
  }
  return std::string_view::npos;
}

/// Whether valid UTF-8 consists of Unicode white space alone (an empty text does).
inline bool is_white_space(std::string_view text) {
  while (!text.empty()) {
    const char c = text.front();
    const auto is_prefix = [&](std::string_view space) { return text.starts_with(space); };
    if (c == ' ' || (c >= '\t' && c <= '\r')) {
      text.remove_prefix(1);
    } else if (const auto* space = std::ranges::find_if(detail::wide_spaces, is_prefix);
               space != detail::wide_spaces.end()) {
      text.remove_prefix(space->size());
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace neuroglot

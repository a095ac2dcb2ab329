/// UTF-8 (RFC 3629): where a text stops being valid, and its code points where it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "neuroglot/core/append_utf8.hpp"
#include "neuroglot/core/error.hpp"

namespace neuroglot {

/// The first place where a text is not UTF-8: `length` bytes at `offset` are no character (the longest beginning of
/// one).
struct Utf8Fault {
  std::size_t offset;
  std::size_t length;
  const char* reason;
};

struct CodePoint {
  char32_t value;
  std::size_t bytes;
};

/// True for the second and later bytes of a character.
inline bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0u) == 0x80u;
}

/// Bytes of the character that begins with `lead`, 0 where no character does.
inline std::size_t utf8_length(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  if (byte < 0x80) return 1;
  if (byte < 0xc2) return 0;
  if (byte < 0xe0) return 2;
  if (byte < 0xf0) return 3;
  return byte < 0xf5 ? 4 : 0;
}

/// The character at byte `at` of a valid text.
inline CodePoint code_point_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(text[at + i])); };
  const char32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  if (lead < 0xe0) return {(lead & 0x1fu) << 6 | (byte(1) & 0x3fu), 2};
  if (lead < 0xf0) return {(lead & 0x0fu) << 12 | (byte(1) & 0x3fu) << 6 | (byte(2) & 0x3fu), 3};
  return {(lead & 0x07u) << 18 | (byte(1) & 0x3fu) << 12 | (byte(2) & 0x3fu) << 6 | (byte(3) & 0x3fu), 4};
}

/// The character that ends before byte `end` of a valid text; end > 0.
inline CodePoint code_point_before(std::string_view text, std::size_t end) {
  std::size_t begin = end - 1;
  while (begin > 0 && is_continuation(text[begin])) --begin;
  return code_point_at(text, begin);
}

namespace detail {

// What is wrong with a second byte that is a continuation but not one its lead byte allows (Unicode, table 3-7).
inline const char* second_byte_fault(unsigned char lead, unsigned char second) {
  if (lead == 0xe0 && second < 0xa0) return "an overlong encoding";
  if (lead == 0xf0 && second < 0x90) return "an overlong encoding";
  if (lead == 0xed && second >= 0xa0) return "a surrogate";
  if (lead == 0xf4 && second >= 0x90) return "beyond U+10FFFF";
  return nullptr;
}

inline std::optional<Utf8Fault> fault_at(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t length = utf8_length(text[at]);
  if (length == 0) {
    if (lead < 0xc0) return Utf8Fault{at, 1, "a continuation byte without a lead byte"};
    return Utf8Fault{at, 1, lead < 0xc2 ? "an overlong encoding" : "a byte that never occurs in UTF-8"};
  }
  for (std::size_t i = 1; i < length; ++i) {
    if (at + i == text.size()) return Utf8Fault{at, i, "the text ends inside a character"};
    if (!is_continuation(text[at + i])) return Utf8Fault{at, i, "a character is cut short"};
    if (i > 1) continue;
    if (const char* reason = second_byte_fault(lead, static_cast<unsigned char>(text[at + 1])))
      return Utf8Fault{at, 1, reason};
  }
  return std::nullopt;
}

inline bool eight_ascii(const char* bytes) {
  std::uint64_t word;
  std::memcpy(&word, bytes, sizeof word);
  return (word & 0x8080808080808080u) == 0;
}

}  // namespace detail

/// The first fault at or after byte `from`, or nothing when the rest of the text is UTF-8.
inline std::optional<Utf8Fault> find_utf8_fault(std::string_view text, std::size_t from = 0) {
  for (std::size_t at = from; at < text.size();) {
    if (at + 8 <= text.size() && detail::eight_ascii(text.data() + at)) {
      at += 8;
      continue;
    }
    if (auto fault = detail::fault_at(text, at)) return fault;
    at += utf8_length(text[at]);
  }
  return std::nullopt;
}

/// Throws Error with the byte offset where `text` is not UTF-8; `what` names the text ("line 3").
inline void require_utf8(std::string_view text, std::string_view what = "the text") {
  if (const auto fault = find_utf8_fault(text))
    throw error(what, " is not valid UTF-8 at byte ", fault->offset, ": ", fault->reason);
}

/// The text with U+FFFD for every fault, one for each longest beginning of a character (Unicode 15, section 3.9).
inline std::string lossy_utf8(std::string_view bytes) {
  std::string out;
  std::size_t done = 0;
  while (const auto fault = find_utf8_fault(bytes, done)) {
    out.append(bytes, done, fault->offset - done).append("\xef\xbf\xbd");
    done = fault->offset + fault->length;
  }
  return out.append(bytes, done);
}

}  // namespace neuroglot

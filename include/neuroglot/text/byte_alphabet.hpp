/// The alphabet of byte-level tokenizers (GPT-2, Radford et al. 2019): a visible character for each of the 256 bytes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "neuroglot/text/utf8.hpp"

namespace neuroglot {

namespace detail {

inline constexpr char32_t byte_alphabet_end = 0x144;  // one past the last of the 68 letters that start at U+0100

constexpr bool spells_itself(int byte) {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xff && byte != 0xad);
}

// Bytes that are visible in Latin-1 spell themselves; the others take U+0100, U+0101, ... in order.
constexpr std::array<char32_t, 256> make_byte_letters() {
  std::array<char32_t, 256> letters{};
  char32_t next = 0x100;
  for (int byte = 0; byte < 256; ++byte)
    letters[static_cast<std::size_t>(byte)] = spells_itself(byte) ? static_cast<char32_t>(byte) : next++;
  return letters;
}

constexpr std::array<std::int16_t, byte_alphabet_end> make_letter_bytes() {
  std::array<std::int16_t, byte_alphabet_end> bytes{};
  for (auto& byte : bytes) byte = -1;
  const auto letters = make_byte_letters();
  for (std::size_t byte = 0; byte < 256; ++byte) bytes[letters[byte]] = static_cast<std::int16_t>(byte);
  return bytes;
}

inline constexpr auto byte_letters = make_byte_letters();
inline constexpr auto letter_bytes = make_letter_bytes();

}  // namespace detail

/// " the" -> "Ġthe".
inline std::string spell_bytes(std::string_view bytes) {
  std::string spelled;
  for (const char byte : bytes) append_utf8(spelled, detail::byte_letters[static_cast<unsigned char>(byte)]);
  return spelled;
}

/// "Ġthe" -> " the"; nothing where a character is not in the alphabet. `spelled` is valid UTF-8.
inline std::optional<std::string> bytes_of_spelling(std::string_view spelled) {
  std::string bytes;
  for (std::size_t at = 0; at < spelled.size();) {
    const CodePoint c = code_point_at(spelled, at);
    if (c.value >= detail::byte_alphabet_end || detail::letter_bytes[c.value] < 0) return std::nullopt;
    bytes.push_back(static_cast<char>(detail::letter_bytes[c.value]));
    at += c.bytes;
  }
  return bytes;
}

}  // namespace neuroglot

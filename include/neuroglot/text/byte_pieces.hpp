/// The pieces <0x00> to <0xFF>, which stand in for characters that a vocabulary lacks (SentencePiece's byte_fallback).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "neuroglot/text/tokenizer.hpp"
#include "neuroglot/text/vocabulary.hpp"

namespace neuroglot {

class BytePieces {
 public:
  explicit BytePieces(const Vocabulary& vocabulary) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (std::size_t byte = 0; byte < 256; ++byte)
      ids_[byte] = vocabulary.id(std::string("<0x") + digits[byte / 16] + digits[byte % 16] + ">");
  }

  /// -1 where the vocabulary lacks it.
  TokenId id(char byte) const { return ids_[static_cast<unsigned char>(byte)]; }
  bool has_all(std::string_view bytes) const {
    return std::ranges::all_of(bytes, [&](char byte) { return id(byte) >= 0; });
  }

 private:
  std::array<TokenId, 256> ids_{};
};

/// The byte that a piece such as <0x0A> or <0x0a> stands for, nothing for other pieces.
inline std::optional<char> byte_of_piece(std::string_view piece) {
  if (piece.size() != 6 || !piece.starts_with("<0x") || piece[5] != '>') return std::nullopt;
  int value = 0;
  for (const char digit : piece.substr(3, 2)) {
    const bool decimal = digit >= '0' && digit <= '9';
    const char small = static_cast<char>(digit | 0x20);
    if (!decimal && !(small >= 'a' && small <= 'f')) return std::nullopt;
    value = value * 16 + (decimal ? digit - '0' : small - 'a' + 10);
  }
  return static_cast<char>(value);
}

}  // namespace neuroglot

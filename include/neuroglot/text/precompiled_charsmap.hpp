/// SentencePiece's normalisation rules as its models carry them (Kudo and Richardson 2018; sentencepiece's
/// normalizer.cc): a double-array trie (Aoe 1989, as in darts-clone) from byte strings to places in a list of
/// replacements.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/utf8.hpp"

namespace neuroglot {

class PrecompiledCharsmap {
 public:
  /// `bytes`: how long the trie is (four bytes, the lowest first), the trie, the replacements, each ended by a NUL.
  /// Throws Error where that is not what the bytes are.
  explicit PrecompiledCharsmap(std::string_view bytes);

  /// What the text's shortest beginning that has a rule becomes, or nothing where none has. Hugging Face replaces the
  /// whole of `text` with it.
  std::optional<std::string_view> find(std::string_view text) const {
    std::size_t node = offset(units_[0]);
    for (const char character : text) {
      const auto byte = static_cast<unsigned char>(character);
      node ^= byte;
      if (byte == 0 || node >= units_.size() || label(units_[node]) != byte) return std::nullopt;
      const std::uint32_t unit = units_[node];
      node ^= offset(unit);
      if ((unit >> 8 & 1) != 0) return replacement(node);
    }
    return std::nullopt;
  }

 private:
  static std::size_t offset(std::uint32_t unit) { return std::size_t{unit >> 10} << ((unit & (1u << 9)) >> 6); }
  static std::uint32_t label(std::uint32_t unit) { return unit & (1u << 31 | 0xffu); }

  std::optional<std::string_view> replacement(std::size_t leaf) const {
    if (leaf >= units_.size()) return std::nullopt;
    const std::size_t begin = units_[leaf] & 0x7fffffffu;
    if (begin >= replacements_.size() || is_continuation(replacements_[begin])) return std::nullopt;
    const std::string_view rest = std::string_view(replacements_).substr(begin);
    return rest.substr(0, rest.find('\0'));
  }

  std::vector<std::uint32_t> units_;
  std::string replacements_;
};

inline PrecompiledCharsmap::PrecompiledCharsmap(std::string_view bytes) {
  const auto number_at = [&](std::size_t at) {
    std::uint32_t number = 0;
    for (std::size_t i = 4; i-- > 0;) number = number << 8 | static_cast<unsigned char>(bytes[at + i]);
    return number;
  };
  if (bytes.size() < 4) throw error("the precompiled charsmap is cut short: it has ", bytes.size(), " bytes");
  const std::size_t size = number_at(0);
  if (size < 4 || size % 4 != 0 || size > bytes.size() - 4)
    throw error("the precompiled charsmap has a trie of ", size, " bytes among ", bytes.size());
  for (std::size_t at = 4; at < 4 + size; at += 4) units_.push_back(number_at(at));
  replacements_ = bytes.substr(4 + size);
  require_utf8(replacements_, "the precompiled charsmap's list of replacements");
}

/// Standard base64 (RFC 4648), padding optional. Nothing where a character is not of its alphabet.
inline std::optional<std::string> decode_base64(std::string_view text) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;  // of the bits that wait
  for (const char letter : text) {
    const std::size_t value = alphabet.find(letter);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    if ((count += 6) >= 8) bytes.push_back(static_cast<char>(bits >> (count -= 8) & 0xff));
  }
  return bytes;
}

}  // namespace neuroglot

/// A text in segments, between whose borders names are looked for: words, and single characters of everything else.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/lowercase.hpp"
#include "neuroglot/text/name_characters.hpp"
#include "neuroglot/text/utf8.hpp"

namespace neuroglot {

/// How texts are compared with names.
struct NameRule {
  bool ignore_case = false;  ///< characters are compared by their small letters
  bool anywhere = false;     ///< every character is a segment of its own, so that names are found inside words too
  bool operator==(const NameRule&) const = default;
};

/// The text with small letters, one character at a time.
inline std::string lowercase_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = code_point_at(text, at);
    put_lowercase(c.value, [&](char32_t small) { append_utf8(out, small); });
    at += c.bytes;
  }
  return out;
}

/// Where a segment begins, and a hash of its bytes (of its small letters where case is ignored).
struct Segment {
  std::uint64_t hash;
  std::uint32_t begin;
};

namespace detail {

inline std::uint64_t load_bytes(const char* at, std::size_t bytes) {
  std::uint64_t value = 0;
  std::memcpy(&value, at, bytes);
  return value;
}

/// The two halves of a product of 64 bits each, folded (as wyhash and its kin mix).
inline std::uint64_t folded_product(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

/// Reads no byte outside of the text; equal texts have equal hashes, and nothing else depends on them.
inline std::uint64_t segment_hash(const char* text, std::size_t size) {
  constexpr std::uint64_t first = 0xa0761d6478bd642f, second = 0xe7037ed1a0b428db;
  std::uint64_t state = first ^ size;
  for (; size > 16; text += 8, size -= 8) state = folded_product(state ^ load_bytes(text, 8), second);
  std::uint64_t low = 0, high = 0;
  if (size >= 8) {
    low = load_bytes(text, 8), high = load_bytes(text + size - 8, 8);
  } else if (size >= 4) {
    low = load_bytes(text, 4), high = load_bytes(text + size - 4, 4);
  } else if (size > 0) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint64_t>(static_cast<unsigned char>(text[i])); };
    low = byte(0) << 16 | byte(size / 2) << 8 | byte(size - 1);
  }
  return folded_product(low ^ state, high ^ second);
}

}  // namespace detail

/// Cuts texts. A segment is a run of letters, numbers and the marks on them, of scripts that are written with spaces;
/// every other character (a space, a sign, a letter of Chinese) is one of its own, with its marks. So there is a border
/// between two characters unless the second is a mark or both are of one word.
class TextSegments {
 public:
  explicit TextSegments(NameRule rule = {}) : rule_(rule), classes_(detail::name_characters()) {
    for (std::size_t c = 0; c < is_ascii_word_.size(); ++c)
      is_ascii_word_[c] = c < 0x80 && classes_[c] == NameCharacter::word && !rule.anywhere;
    for (std::size_t c = 0; c < ascii_hash_.size(); ++c) {
      const char character = static_cast<char>(c);
      ascii_hash_[c] = hash({&character, 1});
    }
  }

  const NameRule& rule() const { return rule_; }

  /// Puts the segments of a valid UTF-8 text into `segments`, in order; the last one ends with the text. Throws Error
  /// for a text of 4 GiB.
  void cut(std::string_view text, std::vector<Segment>& segments) const {
    if (text.size() >= std::numeric_limits<std::uint32_t>::max()) throw error("a text of 4 GiB can not be searched");
    segments.clear();
    for (std::size_t at = 0; at < text.size();) {
      if (is_lone_ascii(text, at)) {
        segments.push_back({ascii_hash_[static_cast<unsigned char>(text[at])], static_cast<std::uint32_t>(at)});
        ++at;
        continue;
      }
      const std::size_t end = segment_end(text, at);
      segments.push_back({hash(text.substr(at, end - at)), static_cast<std::uint32_t>(at)});
      at = end;
    }
  }

 private:
  /// A space or a sign before another character of ASCII: every second segment of most texts.
  bool is_lone_ascii(std::string_view text, std::size_t at) const {
    const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
    return is_ascii(text[at]) && !is_ascii_word(text[at]) && (at + 1 == text.size() || is_ascii(text[at + 1]));
  }
  bool is_ascii_word(char c) const { return is_ascii_word_[static_cast<unsigned char>(c)]; }

  std::size_t segment_end(std::string_view text, std::size_t at) const {
    bool in_word = is_ascii_word(text[at]);
    if (in_word || static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
    } else {
      const CodePoint c = code_point_at(text, at);
      in_word = !rule_.anywhere && classes_[c.value] == NameCharacter::word;
      at += c.bytes;
    }
    while (true) {
      if (in_word)
        while (at < text.size() && is_ascii_word(text[at])) ++at;
      if (at == text.size() || static_cast<unsigned char>(text[at]) < 0x80 || rule_.anywhere) return at;
      const CodePoint c = code_point_at(text, at);
      const NameCharacter of = classes_[c.value];
      if (of != NameCharacter::mark && !(in_word && of == NameCharacter::word)) return at;
      at += c.bytes;
    }
  }

  std::uint64_t hash(std::string_view segment) const {
    if (!rule_.ignore_case) return detail::segment_hash(segment.data(), segment.size());
    const std::string small = lowercase_text(segment);
    return detail::segment_hash(small.data(), small.size());
  }

  NameRule rule_;
  const NameCharacter* classes_;
  std::array<bool, 256> is_ascii_word_{};
  std::array<std::uint64_t, 128> ascii_hash_{};
};

}  // namespace neuroglot

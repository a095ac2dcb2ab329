/// A fast way through lines of JSON that are one flat object of texts and whole numbers, as corpora have them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "neuroglot/core/append_utf8.hpp"

namespace neuroglot {

/// Goes through a line from its first byte; every function says false where the line is not of that form, and then the
/// line is for a full parser to judge. Bytes are taken for UTF-8 that was checked.
class FlatJson {
 public:
  explicit FlatJson(std::string_view line) : at_(line.data()), end_(line.data() + line.size()) {}

  /// The next byte that is not white space is `c`: goes behind it.
  bool take(char c) {
    skip_spaces();
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }

  bool at_end() {
    skip_spaces();
    return at_ == end_;
  }

  bool is_string() {
    skip_spaces();
    return at_ != end_ && *at_ == '"';
  }

  /// A string, its escapes resolved.
  bool string(std::string& out) {
    out.clear();
    if (!take('"')) return false;
    while (true) {
      const char* const from = at_;
      skip_plain();
      out.append(from, at_);
      if (at_ == end_) return false;
      if (*at_ == '"') return ++at_, true;
      if (*at_ != '\\' || !escape(out)) return false;
    }
  }

  /// true, false, null or a whole number of at most 18 digits.
  bool other() {
    skip_spaces();
    for (const std::string_view word : {"true", "false", "null"})
      if (std::string_view(at_, end_).starts_with(word)) return at_ += word.size(), true;
    if (at_ != end_ && *at_ == '-') ++at_;
    const char* const first = at_;
    while (at_ != end_ && *at_ >= '0' && *at_ <= '9') ++at_;
    const auto digits = at_ - first;
    if (digits == 0 || digits > 18 || (digits > 1 && *first == '0')) return false;
    return at_ != end_ && *at_ != '.' && *at_ != 'e' && *at_ != 'E';
  }

 private:
  void skip_spaces() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\r' || *at_ == '\n')) ++at_;
  }

  static bool is_plain(char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; }

  /// Eight bytes at a time: a byte below 0x20, or equal to one of two others, sets a high bit.
  void skip_plain() {
    constexpr std::uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;
    const auto zero_bytes = [](std::uint64_t x) { return (x - ones) & ~x & highs; };
    for (; end_ - at_ >= 8; at_ += 8) {
      std::uint64_t eight;
      std::memcpy(&eight, at_, sizeof eight);
      const std::uint64_t below = (eight - ones * 0x20) & ~eight & highs;
      if ((below | zero_bytes(eight ^ ones * '"') | zero_bytes(eight ^ ones * '\\')) != 0) break;
    }
    while (at_ != end_ && is_plain(*at_)) ++at_;
  }

  bool escape(std::string& out) {
    if (end_ - at_ < 2) return false;
    constexpr std::string_view names = "\"\\/bfnrt", characters = "\"\\/\b\f\n\r\t";
    const char name = at_[1];
    at_ += 2;
    if (const std::size_t found = names.find(name); found != std::string_view::npos)
      return out.push_back(characters[found]), true;
    std::uint32_t code = 0;
    if (name != 'u' || !four_digits(code)) return false;
    if (code >= 0xd800 && code <= 0xdfff) return false;  // halves of a pair, right or wrong, are rare
    append_utf8(out, code);
    return true;
  }

  bool four_digits(std::uint32_t& code) {
    if (end_ - at_ < 4) return false;
    for (int i = 0; i < 4; ++i, ++at_) {
      const char c = *at_;
      const int digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
      if (digit < 0) return false;
      code = code << 4 | static_cast<std::uint32_t>(digit);
    }
    return true;
  }

  const char *at_, *end_;
};

}  // namespace neuroglot

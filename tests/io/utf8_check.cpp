// Valid UTF-8 (Unicode 15, table 3-7) told from everything else, at every length and position.
#include "neuroglot/io/utf8_check.hpp"

#include "scratch.hpp"

using namespace neuroglot;

namespace {

// A code point's bytes by the encoding's definition, valid or not.
std::string encoded(unsigned c) {
  const auto tail = [](unsigned bits) { return static_cast<char>(0x80 | (bits & 0x3f)); };
  if (c < 0x80) return {static_cast<char>(c)};
  if (c < 0x800) return {static_cast<char>(0xc0 | c >> 6), tail(c)};
  if (c < 0x10000) return {static_cast<char>(0xe0 | c >> 12), tail(c >> 6), tail(c)};
  return {static_cast<char>(0xf0 | c >> 18), tail(c >> 12), tail(c >> 6), tail(c)};
}

}  // namespace

TEST_CASE("every code point but the surrogates is valid, up to U+10FFFF") {
  int wrong = 0;
  for (unsigned c = 0; c < 0x120000; ++c) {
    const bool valid = (c < 0xd800 || c > 0xdfff) && c <= 0x10ffff;
    wrong += (first_invalid_utf8(encoded(c)) == std::string::npos) != valid;
  }
  CHECK(wrong == 0);
}

TEST_CASE("overlong forms, lone continuation bytes and broken sequences are invalid at their first byte") {
  for (const char* bad : {"\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\x80", "\xff", "\xe4\xb8",
                          "\xe4\xb8z", "\xf5\x80\x80\x80"})
    for (const std::size_t before : {0u, 1u, 7u, 8u, 20u})
      CHECK(first_invalid_utf8(std::string(before, 'a') + bad) == before);
}

TEST_CASE("a sequence cut off by the end of the text is invalid") {
  const std::string text = "aaaaaaaa中";
  CHECK(first_invalid_utf8(text) == std::string::npos);
  CHECK(first_invalid_utf8(std::string_view(text).substr(0, 10)) == 8);
}

TEST_CASE("white space is Unicode's, and nothing else is") {
  CHECK(is_white_space(""));
  CHECK(is_white_space(" \t\r\v\f\u00a0\u3000\u2028"));
  CHECK_FALSE(is_white_space(" x"));
  CHECK_FALSE(is_white_space("\u200b"));  // zero width space: not White_Space
  CHECK_FALSE(is_white_space(std::string_view("\0", 1)));
}

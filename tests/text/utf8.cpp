// UTF-8: which bytes are refused and where.
#include "neuroglot/text/utf8.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace neuroglot;

namespace {

std::size_t fault_offset(const std::string& bytes) {
  const auto fault = find_utf8_fault(bytes);
  REQUIRE(fault);
  return fault->offset;
}

}  // namespace

TEST_CASE("every code point but surrogates is valid UTF-8 and decodes to itself") {
  for (char32_t c = 0; c <= 0x10ffff; ++c) {
    if (c == 0xd800) c = 0xe000;
    std::string text;
    append_utf8(text, c);
    if (find_utf8_fault(text) || code_point_at(text, 0).value != c || code_point_at(text, 0).bytes != text.size() ||
        code_point_before(text, text.size()).value != c)
      FAIL("U+" << std::hex << static_cast<unsigned>(c));
  }
}

TEST_CASE("an overlong encoding, a surrogate and what lies beyond U+10FFFF are refused at their first byte") {
  CHECK(fault_offset("ab\xc0\x80") == 2);
  CHECK(fault_offset("ab\xc1\xbf") == 2);
  CHECK(fault_offset("abc\xe0\x9f\xbf") == 3);
  CHECK(fault_offset("\xf0\x8f\xbf\xbf") == 0);
  CHECK(fault_offset("\xc3\xa9\xed\xa0\x80") == 2);
  CHECK(fault_offset("\xf4\x90\x80\x80") == 0);
  CHECK(fault_offset("\xf5\x80\x80\x80") == 0);
}

TEST_CASE("a character cut short is refused where it begins, at the end of the text and before other text") {
  CHECK(fault_offset("12345678\xe6\x97") == 8);
  CHECK(fault_offset("\xf0\x9f\x98") == 0);
  CHECK(fault_offset("\xe6\x97z") == 0);
  CHECK(fault_offset("1234567890\x80") == 10);
}

TEST_CASE("the error names the text, the byte and the reason") {
  CHECK_THROWS_WITH(require_utf8("ab\xff", "line 3"),
                    "line 3 is not valid UTF-8 at byte 2: a byte that never occurs in UTF-8");
  CHECK_THROWS_WITH(require_utf8("\xed\xb0\x80"), "the text is not valid UTF-8 at byte 0: a surrogate");
}

TEST_CASE("lossy text has one U+FFFD for each longest beginning of a character") {
  // Unicode 15, table 3-8 and 3-11
  CHECK(lossy_utf8("\xf0\x80\x80\x41") == "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\x41");
  CHECK(lossy_utf8("a\xe6\x97 b") == "a\xef\xbf\xbd b");
  CHECK(lossy_utf8("\xf0\x9f\x98") == "\xef\xbf\xbd");
  CHECK(lossy_utf8("plain é") == "plain é");
}

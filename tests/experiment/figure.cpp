// Letters of figures as PNG.
#include "neuroglot/experiment/figure.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "neuroglot/experiment/gnuplot.hpp"

using namespace neuroglot;

TEST_CASE(
    "letters that a font may lack are found where they are; Latin ones, Vietnamese among them, and dashes are not") {
  const auto found = [](const char* text) { return detail::uncommon_letters(gnuplot_string(text)); };
  CHECK(found("Hoa K\u1ef3").empty());
  CHECK(found("\u00e9t\u00e9 \u2013 \u1e9e").empty());
  CHECK(found("a\u65e5\u672c \u65e5") == std::set<char32_t>{0x65e5, 0x672c});
  CHECK(found("\u0e44\u0e17 \U0001f600") == std::set<char32_t>{0xe17, 0xe44, 0x1f600});
}

TEST_CASE("a PNG has squares for the letters that no font has, and for no others") {
  const std::string square = "\\342\\226\\241";
  const std::string text = gnuplot_string("a\u65e5\u672c \U0001f600");
  CHECK(detail::with_squares_for({}, text) == text);
  CHECK(detail::with_squares_for({0x672c}, text) ==
        gnuplot_string("a\u65e5").substr(0, 14) + square + gnuplot_string(" \U0001f600").substr(1));
  CHECK(detail::with_squares_for({0x1f600}, text) == gnuplot_string("a\u65e5\u672c ").substr(0, 27) + square + "\"");
}

TEST_CASE("a letter that no script has is in no font") {
  CHECK(letters_without_font({0x10fffd, 0x10fffe}) == std::set<char32_t>{0x10fffd, 0x10fffe});
  CHECK(letters_without_font({}).empty());
}

// Letters of figures as PNG.
#include "neuroglot/experiment/figure.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "neuroglot/experiment/gnuplot.hpp"

using namespace neuroglot;

TEST_CASE("a PNG keeps the letters that DejaVu Sans has, Vietnamese among them; others are squares") {
  const std::string square = "\\342\\226\\241";
  const auto kept = [](const char* text) { return detail::in_common_letters(gnuplot_string(text)); };
  CHECK(kept("Hoa Kỳ") == gnuplot_string("Hoa Kỳ"));
  CHECK(kept("été – ẞ") == gnuplot_string("été – ẞ"));
  CHECK(kept("日本") == "\"" + square + square + "\"");
  CHECK(kept("ไทย").find(square) != std::string::npos);
}

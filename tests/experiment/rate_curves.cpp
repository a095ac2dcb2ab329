// Curves of all languages over rates: what is read from a perplexity file, by numbers that can be checked by hand.
#include "neuroglot/experiment/report_rate_curves.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace neuroglot;
using namespace neuroglot::report;

namespace {

/// Sets of rates 0.1%, 1%, 10%; with en's neurons off, en changes by 0, 0.9, 1 nats and fr by 0.1 always; with fr's off
/// both change by 0.5.
Perplexities three_rates() {
  Perplexities all;
  all.columns = {"en", "fr"};
  const auto add = [&](const std::string& set, const std::string& off, double en, double fr) {
    all.rows.push_back(set + off);
    all.row_set.push_back(set);
    all.row_off.push_back(off);
    all.nll.push_back({2 + en, 3 + fr});
    all.ppl.push_back({std::exp(2 + en), std::exp(3 + fr)});
  };
  add("", "none", 0, 0);
  const std::vector<double> rates{0.1, 0.001, 0.01}, en{1, 0, 0.9};
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string label = text_of("lape ", 100 * rates[i], "%");
    all.sets.push_back({label, "lape", rates[i], {}, 10});
    add(label, "en", en[i], 0.1);
    add(label, "fr", 0.5, 0.5);
  }
  return all;
}

}  // namespace

TEST_CASE("the effect is a language's own change minus the mean change of the others, over ascending rates") {
  const auto curves = rate_curves_of(three_rates());
  REQUIRE(curves);
  CHECK(curves->rates == std::vector<double>{0.001, 0.01, 0.1});
  REQUIRE(curves->curves.size() == 2);
  CHECK(curves->curves[0].effect[0] == Approx(-0.1));
  CHECK(curves->curves[0].effect[1] == Approx(0.8));
  CHECK(curves->curves[0].effect[2] == Approx(0.9));
}

TEST_CASE("a curve that bends has its knee where it bends, a flat one says that it is flat") {
  const auto curves = rate_curves_of(three_rates());
  REQUIRE(curves);
  CHECK(curves->curves[0].knee.at == std::size_t{1});
  CHECK(curves->curves[0].knee.distance == Approx(0.9 - 0.5));  // 0.01 is half way in ln rate
  CHECK_FALSE(curves->curves[1].knee.at);
  CHECK(curves->curves[1].knee.why_not == "flat");
  CHECK(rate_curves_caption(*curves).find("No knee: French") != std::string::npos);
}

TEST_CASE("two rates, two methods or a rate twice are no curve") {
  Perplexities all = three_rates();
  all.sets[1].method = "lave";
  CHECK_FALSE(rate_curves_of(all));
  all = three_rates();
  all.sets[1].rate = 0.1;
  CHECK_FALSE(rate_curves_of(all));
  all = three_rates();
  all.sets.pop_back();
  CHECK_FALSE(rate_curves_of(all));
}

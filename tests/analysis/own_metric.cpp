// The metric of docs/metric.md: a policy of the user's own works with select unchanged.
#include <catch2/catch.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xreducer.hpp>

#include "neuroglot/analysis/select.hpp"

using namespace neuroglot;

struct LargestShare {  // 1 minus the share of the language that uses the neuron most
  static constexpr std::string_view name = "largest-share";
  LanguagesByLayersByNeurons activity(const ActivationStatistics& s) const { return activation_probability(s); }
  LayersByNeurons score(const LanguagesByLayersByNeurons& p) const { return 1.0 - xt::amax(p, {0}) / xt::sum(p, {0}); }
};

TEST_CASE("a metric of ten lines selects neurons") {
  ActivationStatistics statistics({"en", "fr"}, 1, 3);
  statistics.tokens = {100, 100};
  statistics.count = {{{50, 90, 10}}, {{50, 5, 20}}};
  const NeuronSet chosen = select<LargestShare>(statistics, {.rate = 0.34, .bar_quantile = 0.5});
  CHECK(chosen.method == "largest-share");
  CHECK(chosen.neurons[0][0] == std::vector<Index>{1});
  CHECK(chosen.neurons[1][0].empty());
}

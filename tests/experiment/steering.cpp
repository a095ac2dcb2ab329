// Neurons off and on: the values of each policy, and which wins.
#include "neuroglot/experiment/steering/steering.hpp"

#include <catch2/catch.hpp>

using namespace neuroglot;

namespace {

/// Layers of 4 neurons; fr and zh share neuron 2 of layer 0.
NeuronSet set_of_two() {
  NeuronSet set;
  set.languages = {"fr", "zh"};
  set.neurons = {{{0, 2}, {1}}, {{2, 3}, {}}};
  set.layers = 2;
  set.neurons_per_layer = 4;
  return set;
}

/// The mean of neuron n of layer l is 10 k + 4 l + n in language k, over 2 tokens.
ActivationStatistics statistics_of(std::vector<std::string> languages) {
  ActivationStatistics statistics(std::move(languages), 2, 4);
  for (std::size_t k = 0; k < statistics.languages.size(); ++k) {
    statistics.tokens[k] = 2;
    for (std::size_t layer = 0; layer < 2; ++layer)
      for (std::size_t neuron = 0; neuron < 4; ++neuron)
        statistics.sum(k, layer, neuron) = 2 * static_cast<double>(10 * k + 4 * layer + neuron);
  }
  return statistics;
}

}  // namespace

TEST_CASE("where a neuron is off and on, on wins") {
  const ActivationStatistics statistics = statistics_of({"fr", "zh"});
  const Steering steered = steering(set_of_two(), {{"fr"}, "zh", MeanValue{}}, &statistics);
  CHECK(steered.off.neurons == NeuronsByLayer{{0}, {1}});
  CHECK(steered.set.neurons == NeuronsByLayer{{2, 3}, {}});
  CHECK(steered.set.values == ValuesByLayer{{12, 13}, {}});
  CHECK(steered.shift.neurons.empty());
}

TEST_CASE("several languages off are all of their neurons, each once") {
  const Steering steered = steering(set_of_two(), {{"fr", "zh"}, "", MeanValue{}}, nullptr);
  CHECK(steered.off.neurons == NeuronsByLayer{{0, 2, 3}, {1}});
}

TEST_CASE("the values of the policies") {
  const ActivationStatistics statistics = statistics_of({"fr", "zh", "ja"});
  const auto values = [&](const std::string& name) {
    const Steering steered = steering(set_of_two(), {{}, "zh", steering_value_named(name)}, &statistics);
    return steered.shift.neurons.empty() ? steered.set.values : steered.shift.values;
  };
  CHECK(values("mean") == ValuesByLayer{{12, 13}, {}});
  CHECK(values("-1.5") == ValuesByLayer{{-1.5, -1.5}, {}});
  CHECK(values("add:0.5") == ValuesByLayer{{6, 6.5}, {}});
  CHECK(values("diff") == ValuesByLayer{{0, 0}, {}});  // zh's 12 less the mean of fr's 2 and ja's 22
  CHECK(values("diff:fr") == ValuesByLayer{{10, 10}, {}});
}

TEST_CASE("means are set, additions are added") {
  const ActivationStatistics statistics = statistics_of({"fr", "zh"});
  CHECK(steering(set_of_two(), {{}, "zh", AddedMean{2}}, &statistics).shift.neurons == NeuronsByLayer{{2, 3}, {}});
  Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> activations(2, 4);
  activations << 1, 2, 3, 4, 5, 6, 7, 8;
  const PackedBatch batch{{1, 2}};
  Steering steered = steering(set_of_two(), {{"fr"}, "zh", AddedMean{1}}, &statistics);
  auto hooks = steered.hooks();
  hooks(site::mlp_act{}, Place{batch, 0}, MatrixRef(activations.data(), 2, 4, Eigen::OuterStride<>(4)));
  CHECK((activations.row(0) == Eigen::RowVector4f(0, 2, 15, 17)));
  CHECK((activations.row(1) == Eigen::RowVector4f(0, 6, 19, 21)));
}

TEST_CASE("what can not be steered is refused with what there is") {
  const ActivationStatistics statistics = statistics_of({"fr", "en"});
  CHECK_THROWS_WITH(steering(set_of_two(), {{"de"}, "", MeanValue{}}, nullptr),
                    Catch::Contains("\"de\"") && Catch::Contains("fr, zh"));
  CHECK_THROWS_WITH(steering(set_of_two(), {{}, "zh", MeanValue{}}, &statistics),
                    Catch::Contains("\"zh\"") && Catch::Contains("fr, en"));
  CHECK_THROWS_WITH(steering(set_of_two(), {{}, "zh", MeanValue{}}, nullptr), Catch::Contains("--stats"));
  CHECK_THROWS_AS(steering_value_named("twice"), UsageError);
  CHECK_THROWS_AS(steering_value_named("add:"), UsageError);
  ActivationStatistics other({"zh"}, 3, 4);
  CHECK_THROWS_WITH(steering(set_of_two(), {{}, "zh", ConstantValue{1}}, &other), Catch::Contains("3 layers"));
}

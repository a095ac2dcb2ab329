// Hooks inside a mixture of experts: neurons are numbered through a layer's experts, rows are the tokens routed to one.
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "hooks/random_batch.hpp"
#include "neuroglot/hooks/add.hpp"
#include "neuroglot/hooks/capture.hpp"
#include "neuroglot/hooks/count.hpp"
#include "neuroglot/hooks/deactivate.hpp"
#include "neuroglot/models/registry.hpp"

using namespace neuroglot;

namespace {

constexpr Index layers = 2, experts = 4, width = 24;

std::unique_ptr<AnyModel> mixtral() {
  return load_any_model<Cpu>(std::filesystem::path(NEUROGLOT_TESTS_DIR) / "golden/data/families/mixtral", 1);
}

Captured captured_at(AnyModel& model, const PackedBatch& batch, const std::string& site) {
  Capture<> capture{SitePatterns(site)};
  forward<output::None>(model, batch, hooks(capture));
  return capture.at(site);
}

/// Notes which rows of the batch each expert of the first layer is called with.
struct Rows {
  std::map<Index, std::vector<Index>> of;
  bool listens(site::mlp_act, Index layer) const { return layer == 0; }
  void operator()(site::mlp_act, const Place& place, ConstMatrixRef activations) {
    CHECK((place.experts == experts && activations.cols() == width));
    for (Index row = 0; row < activations.rows(); ++row) of[place.expert].push_back(place.batch_row(row));
  }
};

}  // namespace

TEST_CASE("experts: every token is heard at two of them, those with the largest weights") {
  const auto model = mixtral();
  const PackedBatch batch = random_batch({9, 1, 6}, 61);
  const Captured weights = captured_at(*model, batch, "blocks.0.mlp.hook_expert_weights");
  REQUIRE(weights.shape == std::vector<Index>{16, experts});
  Rows rows;
  forward<output::None>(*model, batch, hooks(rows));
  std::vector<int> heard(16, 0);
  for (const auto& [expert, at] : rows.of) {
    CHECK(std::is_sorted(at.begin(), at.end()));
    for (const Index row : at) {
      ++heard[static_cast<std::size_t>(row)];
      int better = 0;
      for (Index other = 0; other < experts; ++other)
        better += weights.values[static_cast<std::size_t>(row * experts + other)] >
                          weights.values[static_cast<std::size_t>(row * experts + expert)]
                      ? 1
                      : 0;
      CHECK(better < 2);
    }
  }
  CHECK(heard == std::vector<int>(16, 2));
}

TEST_CASE("experts: a captured layer has a column a neuron of each, NaN where a token went elsewhere") {
  const auto model = mixtral();
  const Captured neurons = captured_at(*model, random_batch({9, 1, 6}, 61), "blocks.1.mlp.hook_act");
  REQUIRE(neurons.shape == std::vector<Index>{16, experts * width});
  int missing = 0;
  for (const float value : neurons.values) missing += std::isnan(value) ? 1 : 0;
  CHECK(missing == 16 * 2 * width);
}

TEST_CASE("experts: neurons are counted over the tokens that were routed to their expert, whatever the packing") {
  const auto model = mixtral();
  const std::vector<PackedBatch> single = {random_batch({9}, 61), random_batch({5}, 61)};
  PackedBatch packed;
  for (const PackedBatch& batch : single) packed.add(batch.ids());
  Count<> together(layers, experts * width), apart(layers, experts * width);
  forward<output::None>(*model, packed, hooks(together));
  for (const PackedBatch& batch : single) forward<output::None>(*model, batch, hooks(apart));
  CHECK(together.positive() == apart.positive());
  CHECK(together.sum() == apart.sum());
  const Captured neurons = captured_at(*model, packed, "blocks.1.mlp.hook_act");
  for (Index neuron = 0; neuron < experts * width; ++neuron) {
    std::int64_t positive = 0;
    for (Index row = 0; row < packed.rows(); ++row)
      positive += neurons.values[static_cast<std::size_t>(row * experts * width + neuron)] > 0 ? 1 : 0;
    CHECK(together.positive()[static_cast<std::size_t>(experts * width + neuron)] == positive);
  }
}

TEST_CASE("experts: a neuron is switched off in its own expert alone") {
  const auto model = mixtral();
  const PackedBatch batch = random_batch({12}, 61);
  const Index neuron = 2 * width + 5;
  Capture<site::mlp_act> capture;
  forward<output::None>(*model, batch, hooks(Deactivate{{{neuron}, {}}}, capture));
  const Captured& off = capture.at("blocks.0.mlp.hook_act");
  const Captured on = captured_at(*model, batch, "blocks.0.mlp.hook_act");
  for (std::size_t i = 0; i < on.values.size(); ++i) {
    if (std::isnan(on.values[i])) continue;
    const bool is_the_neuron = static_cast<Index>(i) % (experts * width) == neuron;
    CHECK(off.values[i] == (is_the_neuron ? 0 : on.values[i]));
  }
  CHECK_THROWS_WITH(forward<output::None>(*model, batch, hooks(Deactivate{{{experts * width}}})),
                    Catch::Contains("neuron 96") && Catch::Contains("has 96"));
}

TEST_CASE("experts: a direction can not be added inside them") {
  const auto model = mixtral();
  CHECK_THROWS_WITH(forward<output::None>(*model, random_batch({3}, 61),
                                          hooks(Add<site::mlp_act>{-1, std::vector<float>(width, 1.0f)})),
                    Catch::Contains("inside experts"));
}

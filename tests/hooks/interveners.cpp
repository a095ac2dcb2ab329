// Deactivate, activate, add, patch: what they change, what follows from it, and what they refuse.
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "hooks/small_model.hpp"
#include "neuroglot/hooks/activate.hpp"
#include "neuroglot/hooks/add.hpp"
#include "neuroglot/hooks/capture.hpp"
#include "neuroglot/hooks/deactivate.hpp"
#include "neuroglot/hooks/patch.hpp"

using namespace neuroglot;

namespace {

struct Run {
  SmallModel model;
  PackedBatch batch = random_batch({4, 7});

  /// All captured sites but scores and patterns, with these hooks before.
  template <class... Hooks>
  Capture<> operator()(Hooks... interveners) {
    Capture<> capture("hook_embed,*hook_resid*,*mlp*,*attn.hook_q,*ln*,logits");
    model.logits(batch, interveners..., capture);
    return capture;
  }
};

std::vector<Index> all_neurons() {
  std::vector<Index> neurons(100);
  std::iota(neurons.begin(), neurons.end(), 0);
  return neurons;
}

const std::vector<float>& values(const Capture<>& capture, const std::string& name) {
  return capture.at(name).values;
}

}  // namespace

TEST_CASE("deactivated neurons are 0 at every position, and all others keep their bits") {
  Run run;
  const Capture<> before = run(), after = run(Deactivate{{{}, {0, 17, 99}}});
  const auto& was = values(before, "blocks.1.mlp.hook_act");
  const auto& is = values(after, "blocks.1.mlp.hook_act");
  for (std::size_t i = 0; i < is.size(); ++i) {
    const bool off = i % 100 == 0 || i % 100 == 17 || i % 100 == 99;
    CHECK(is[i] == (off ? 0 : was[i]));
  }
}

TEST_CASE("with all neurons of a layer off its MLP adds nothing: the stream after the block is that in its middle") {
  Run run;
  const Capture<> off = run(Deactivate{{{}, all_neurons()}});
  CHECK(values(off, "blocks.1.hook_resid_post") == values(off, "blocks.1.hook_resid_mid"));
  CHECK(values(off, "blocks.2.hook_resid_post") != values(off, "blocks.2.hook_resid_mid"));
}

TEST_CASE("what lies before an intervention keeps its bits, what comes after changes") {
  Run run;
  const Capture<> before = run(), after = run(Deactivate{{{}, {0, 17, 99}}});
  for (const std::string name :
       {"hook_embed", "blocks.0.hook_resid_post", "blocks.1.hook_resid_mid", "blocks.1.mlp.hook_pre"})
    CHECK(values(after, name) == values(before, name));
  for (const std::string name : {"blocks.1.mlp.hook_post", "blocks.1.hook_resid_post", "blocks.2.attn.hook_q",
                                 "blocks.3.mlp.hook_act", "logits"})
    CHECK(values(after, name) != values(before, name));
}

TEST_CASE("a causal model's earlier tokens do not feel a patch of a later one") {
  Run run;
  Patch<site::resid_pre> patch{.layer = 1, .rows = {5}, .values = Eigen::MatrixXf::Zero(1, 64)};
  const Capture<> before = run(), after = run(patch);
  const auto& was = values(before, "logits");
  const auto& is = values(after, "logits");
  for (std::size_t row = 0; row < 11; ++row) {
    const bool same = std::equal(was.begin() + static_cast<std::ptrdiff_t>(row * 97),
                                 was.begin() + static_cast<std::ptrdiff_t>((row + 1) * 97),
                                 is.begin() + static_cast<std::ptrdiff_t>(row * 97));
    CHECK(same == (row < 5));  // rows 0 to 3 are the first sequence, 4 the second's first token, 5 the patched one
  }
}

TEST_CASE("activated neurons have their values at every position") {
  Run run;
  const Capture<> after = run(Activate{{{3, 50}, {}, {8}}, {{1.5f, -2}, {}, {0.25f}}});
  for (std::size_t row = 0; row < 11; ++row) {
    CHECK(values(after, "blocks.0.mlp.hook_act")[row * 100 + 3] == 1.5f);
    CHECK(values(after, "blocks.0.mlp.hook_act")[row * 100 + 50] == -2.0f);
    CHECK(values(after, "blocks.2.mlp.hook_act")[row * 100 + 8] == 0.25f);
  }
}

TEST_CASE("an added direction is added to every row of its layer alone") {
  Run run;
  std::vector<float> direction(64);
  for (std::size_t i = 0; i < 64; ++i) direction[i] = static_cast<float>(i) - 30;
  const Capture<> before = run(), after = run(Add<site::resid_pre>{.layer = 2, .direction = direction});
  const auto& was = values(before, "blocks.2.hook_resid_pre");
  const auto& is = values(after, "blocks.2.hook_resid_pre");
  for (std::size_t i = 0; i < is.size(); ++i) CHECK(is[i] == was[i] + direction[i % 64]);
  CHECK(values(after, "blocks.1.hook_resid_pre") == values(before, "blocks.1.hook_resid_pre"));
}

TEST_CASE("a direction without a layer is added in all of them, and at sites outside the blocks") {
  Run run;
  const Capture<> twice = run(Add<site::mlp_pre>{.direction = std::vector<float>(100, 1e6f)});
  for (Index layer = 0; layer < 4; ++layer) CHECK(values(twice, site::full_name(site::mlp_pre{}, layer))[0] > 9e5f);
  const Capture<> before = run(), after = run(Add<site::embed>{.direction = std::vector<float>(64, 1.0f)});
  CHECK(values(after, "hook_embed")[5] == values(before, "hook_embed")[5] + 1);
}

TEST_CASE("patched rows have the patch's values, the others their own") {
  Run run;
  Patch<site::mlp_post> patch{.layer = 3, .rows = {10, 2}, .values = Eigen::MatrixXf::Constant(2, 100, 4)};
  patch.values(1, 7) = 9;
  const Capture<> before = run(), after = run(patch);
  const auto& was = values(before, "blocks.3.mlp.hook_post");
  const auto& is = values(after, "blocks.3.mlp.hook_post");
  for (std::size_t i = 0; i < is.size(); ++i) {
    const std::size_t row = i / 100;
    if (row == 10)
      CHECK(is[i] == 4);
    else if (row == 2)
      CHECK(is[i] == (i % 100 == 7 ? 9.0f : 4.0f));
    else
      CHECK(is[i] == was[i]);
  }
}

TEST_CASE("patching a run with its own values changes nothing at all") {
  Run run;
  const Capture<> before = run();
  Patch<site::resid_mid> patch{.layer = 1, .rows = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, .values = {}};
  patch.values = Eigen::Map<const decltype(patch.values)>(values(before, "blocks.1.hook_resid_mid").data(), 11, 64);
  CHECK(values(run(patch), "logits") == values(before, "logits"));
}

TEST_CASE("patching the last stream of another run gives that run's logits") {
  Run run;
  const Capture<> other = run(Deactivate{{{0, 1, 2, 3}}});
  Patch<site::resid_post> patch{.layer = 3, .rows = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, .values = {}};
  patch.values = Eigen::Map<const decltype(patch.values)>(values(other, "blocks.3.hook_resid_post").data(), 11, 64);
  CHECK(values(run(patch), "logits") == values(other, "logits"));
}

TEST_CASE("writers at one site act in the order given: the later one has the last word") {
  Run run;
  const Activate on{{{5}}, {{2.0f}}};
  const Deactivate off{{{5}}};
  CHECK(values(run(on, off), "blocks.0.mlp.hook_act")[5] == 0);
  CHECK(values(run(off, on), "blocks.0.mlp.hook_act")[5] == 2);
}

TEST_CASE("neurons, widths and rows that the model does not have are refused by their numbers") {
  Run run;
  using Catch::Contains;
  CHECK_THROWS_WITH(run(Deactivate{{{}, {100}}}), Contains("neuron 100 of layer 1") && Contains("has 100"));
  CHECK_THROWS_WITH(run(Deactivate{{{-1}}}), Contains("neuron -1"));
  CHECK_THROWS_WITH(run(Activate{{{100}}, {{1}}}), Contains("neuron 100 of layer 0"));
  CHECK_THROWS_WITH(run(Activate{{{1, 2}}, {{1}}}), Contains("2 neurons"));
  CHECK_THROWS_WITH(run(Activate{{{1, 2}}, {}}), Contains("2 neurons"));
  CHECK_THROWS_WITH(run(Add<site::resid_pre>{.direction = {1, 2}}), Contains("2 values") && Contains("64 wide"));
  CHECK_THROWS_WITH(run(Patch<site::resid_pre>{.layer = 0, .rows = {11}, .values = Eigen::MatrixXf::Zero(1, 64)}),
                    Contains("row 11"));
  CHECK_THROWS_WITH(run(Patch<site::resid_pre>{.layer = 0, .rows = {-1}, .values = Eigen::MatrixXf::Zero(1, 64)}),
                    Contains("row -1"));
  CHECK_THROWS_WITH(run(Patch<site::resid_pre>{.layer = 0, .rows = {1}, .values = Eigen::MatrixXf::Zero(1, 63)}),
                    Contains("63"));
  CHECK_THROWS_WITH(run(Patch<site::resid_pre>{.layer = 0, .rows = {1, 2}, .values = Eigen::MatrixXf::Zero(1, 64)}),
                    Contains("2 rows"));
}

TEST_CASE("after a refused intervention the model works on") {
  Run run;
  const Capture<> before = run();
  CHECK_THROWS_AS(run(Deactivate{{{}, {100}}}), Error);
  CHECK(values(run(), "logits") == values(before, "logits"));
}

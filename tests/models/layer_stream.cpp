// Streamed weights and passes by layers: not a bit differs from a model that is all in memory, passed batch by batch.
#include "neuroglot/models/layer_stream.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "io/scratch.hpp"
#include "neuroglot/hooks/capture.hpp"
#include "neuroglot/hooks/count.hpp"
#include "neuroglot/hooks/deactivate.hpp"
#include "neuroglot/io/safetensors.hpp"
#include "neuroglot/models/forward_by_layers.hpp"
#include "neuroglot/models/llama.hpp"
#include "neuroglot/models/registry.hpp"

using namespace neuroglot;

namespace {

const std::filesystem::path data = std::filesystem::path(NEUROGLOT_TESTS_DIR) / "golden/data";
const std::filesystem::path llama = data / "llama/grouped";

std::vector<PackedBatch> batches() {
  return {PackedBatch{{1, 2, 3}, {4, 5}}, PackedBatch{{6}}, PackedBatch{{7, 8, 9, 10, 11, 12, 13}}};
}

std::vector<float> elements(const Matrix<float>& matrix) {
  return {matrix.view().data, matrix.view().data + matrix.rows() * matrix.cols()};
}

/// Whose layer was heard with how many rows, in order.
struct Diary {
  std::vector<std::pair<Index, Index>> entries;
  void operator()(site::mlp_act, const Place& place, ConstMatrixRef m) { entries.emplace_back(place.layer, m.rows()); }
};

}  // namespace

TEST_CASE("a streamed model gives the bits of one that is all in memory, pass after pass") {
  Cpu cpu(1), other(2);
  const auto whole = load_model<Llama<>>(llama, cpu);
  const auto streamed = load_streamed_model<Llama<>>(llama, other);
  CHECK(streamed.layers.size() == 0);
  for (int round = 0; round < 3; ++round)
    for (const PackedBatch& batch : batches())
      CHECK(elements(forward(streamed, batch)) == elements(forward(whole, batch)));
}

TEST_CASE("a streamed model decodes with a cache") {
  Cpu cpu(1), other(1);
  const auto whole = load_model<Llama<>>(llama, cpu);
  const auto streamed = load_streamed_model<Llama<>>(llama, other);
  auto cache = whole.make_cache(1, 3), other_cache = streamed.make_cache(1, 3);
  for (Index i = 0; i < 3; ++i) {
    PackedBatch step;
    step.add(std::vector<std::int32_t>{static_cast<std::int32_t>(i + 1)}, i);
    CHECK(elements(forward(streamed, step, hooks(), &other_cache)) == elements(forward(whole, step, hooks(), &cache)));
  }
}

TEST_CASE("passes by layers give each batch what a pass of its own gives") {
  Cpu cpu(1);
  const auto model = load_model<Llama<>>(llama, cpu);
  const auto all = batches();
  std::vector<HookSet<>> none(all.size());
  const auto logits = forward_by_layers<output::Logits>(model, std::span(all), std::span(none));
  const auto losses = forward_by_layers<output::NextTokenLoss>(model, std::span(all), std::span(none));
  REQUIRE(logits.size() == all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    CHECK(elements(logits[i]) == elements(forward(model, all[i])));
    CHECK(losses[i] == forward<output::NextTokenLoss>(model, all[i]));
  }
}

TEST_CASE("hooks come by the layers in order, within a layer by the batches") {
  Cpu cpu(1);
  const auto model = load_model<Llama<>>(llama, cpu);
  const auto all = batches();
  Diary diary;
  std::vector<HookSet<Diary&>> heard(all.size(), hooks(diary));
  forward_by_layers<output::None>(model, std::span(all), std::span(heard));
  CHECK(diary.entries == std::vector<std::pair<Index, Index>>{{0, 5}, {0, 1}, {0, 7}, {1, 5}, {1, 1}, {1, 7}});
}

TEST_CASE("batches of which some are heard no further end there") {
  Cpu cpu(1);
  const auto model = load_model<Llama<>>(llama, cpu);
  const auto all = batches();
  std::vector<Capture<>> captures;
  for (const char* site : {"blocks.0.mlp.hook_act", "blocks.1.hook_resid_post", "logits"})
    captures.emplace_back(SitePatterns(site));
  std::vector<HookSet<Capture<>&>> heard;
  for (Capture<>& capture : captures) heard.push_back(hooks(capture));
  forward_by_layers<output::None>(model, std::span(all), std::span(heard));
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string name = std::vector{"blocks.0.mlp.hook_act", "blocks.1.hook_resid_post", "logits"}[i];
    Capture<> alone{SitePatterns(name)};
    forward<output::None>(model, all[i], hooks(alone));
    CHECK(captures[i].at(name).values == alone.at(name).values);
  }
}

TEST_CASE(
    "counts of streamed passes by layers, some neurons off, have the bits of passes one by one, in every family") {
  int families = 0;
  for (const auto& entry : std::filesystem::directory_iterator(data / "families")) {
    if (!entry.is_directory() || entry.path().filename() == "albert") continue;
    INFO(entry.path().filename().string());
    const auto whole = load_any_model<Cpu>(entry.path(), 1);
    const auto streamed = load_any_model<Cpu>(entry.path(), BackendOptions{.threads = 2, .stream = true});
    const Config& config = whole->config();
    const NeuronsByLayer off(static_cast<std::size_t>(config.num_hidden_layers), {0, 3});
    Deactivate deactivate{off};
    Count<> expected(config.num_hidden_layers, config.neurons()), found(config.num_hidden_layers, config.neurons());
    const auto all = batches();
    for (const PackedBatch& batch : all) forward<output::None>(*whole, batch, hooks(deactivate, expected));
    auto heard = hooks(deactivate, found);
    std::vector<ErasedHooks> erased(all.size(), ErasedHooks(heard));
    streamed->forward_by_layers(all, erased);
    CHECK(found.positive() == expected.positive());
    CHECK(found.sum() == expected.sum());
    CHECK(found.sum_of_squares() == expected.sum_of_squares());
    CHECK(streamed->weight_bytes() <= whole->weight_bytes());
    ++families;
  }
  CHECK(families == 23);
}

TEST_CASE("weights in bf16 are streamed to the same bits") {
  const auto whole = load_any_model<Cpu>(llama, BackendOptions{1, WeightType::bf16});
  const auto streamed =
      load_any_model<Cpu>(llama, BackendOptions{.threads = 1, .weights = WeightType::bf16, .stream = true});
  for (const PackedBatch& batch : batches())
    CHECK(forward<output::NextTokenLoss>(*streamed, batch) == forward<output::NextTokenLoss>(*whole, batch));
}

TEST_CASE("layers that share their weights are not streamed") {
  CHECK_THROWS_WITH((load_any_model<Cpu>(data / "families/albert", BackendOptions{.threads = 1, .stream = true})),
                    Catch::Contains("share one block's weights"));
}

TEST_CASE("a tensor that a later layer lacks is missed before anything is computed") {
  const Scratch folder;
  std::filesystem::copy(llama, folder.path("model"), std::filesystem::copy_options::recursive);
  const std::filesystem::path weights = folder.path("model/model.safetensors");
  std::string bytes;
  {
    std::ifstream file(weights, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(file), {});
  }
  const std::string name = "model.layers.1.mlp.up_proj.weight", other = "model.layers.1.mlp.up_prog.weight";
  REQUIRE(bytes.find(name) != std::string::npos);
  bytes.replace(bytes.find(name), name.size(), other);
  std::filesystem::remove(weights);
  folder.write("model/model.safetensors", bytes);
  Cpu cpu(1);
  CHECK_THROWS_WITH(load_streamed_model<Llama<>>(folder.path("model"), cpu),
                    Catch::Contains(name) && Catch::Contains(other));
}

TEST_CASE("no batch, and hooks for another number of batches, are refused") {
  Cpu cpu(1);
  const auto model = load_model<Llama<>>(llama, cpu);
  std::vector<HookSet<>> none(1);
  CHECK_THROWS_AS(forward_by_layers<output::None>(model, std::span<const PackedBatch>(), std::span(none)), UsageError);
  const auto all = batches();
  CHECK_THROWS_AS(forward_by_layers<output::None>(model, std::span(all), std::span(none)), UsageError);
}

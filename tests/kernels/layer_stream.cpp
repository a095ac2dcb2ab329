// Weights that come to the device while it computes: the bits of a model that is all there, however streams are worked
// off; nothing is read before it has come, nothing overwritten that is still read.
#include "neuroglot/models/layer_stream.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <vector>

#include "kernels/emulation/orders.hpp"
#include "neuroglot/hooks/count.hpp"
#include "neuroglot/hooks/count_sequences.hpp"
#include "neuroglot/models/forward_by_layers.hpp"
#include "neuroglot/models/llama.hpp"
#include "neuroglot/ops/cuda/backend.hpp"
#if !defined(NEUROGLOT_ON_DEVICE)
#include "kernels/emulation/memory.hpp"
#endif

using namespace neuroglot;

namespace {

const std::filesystem::path data = std::filesystem::path(NEUROGLOT_TESTS_DIR) / "golden/data/llama/grouped";

const std::vector<PackedBatch> batches = {PackedBatch{{1, 2, 3}, {4, 5}}, PackedBatch{{6}}, PackedBatch{{7, 8, 9}}};

std::vector<float> elements(const cuda::DeviceMatrix& matrix) {
  const Matrix<float> here = matrix.on_host();
  return {here.view().data, here.view().data + here.rows() * here.cols()};
}

/// The logits of all batches, passed by layers.
template <class Model>
std::vector<float> logits_by_layers(const Model& model) {
  std::vector<HookSet<>> none(batches.size());
  std::vector<float> all;
  for (const auto& logits : forward_by_layers<output::Logits>(model, std::span(batches), std::span(none))) {
    const auto some = elements(logits);
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

}  // namespace

TEST_CASE("CUDA backend: streamed layers give the bits of layers that are all there, in every order of streams") {
  for (const WeightType type : {WeightType::fp32, WeightType::bf16}) {
    Cuda device(1, type);
    std::vector<float> expected;
    {
      const auto whole = load_model<Llama<Cuda>>(data, device);
      for (const PackedBatch& batch : batches) {
        const auto some = elements(forward(whole, batch));
        expected.insert(expected.end(), some.begin(), some.end());
      }
    }
    const auto streamed = load_streamed_model<Llama<Cuda>>(data, device);
    CHECK(emulation::in_every_order([&] { return logits_by_layers(streamed); }, 4) == expected);
  }
}

TEST_CASE("CUDA backend: a streamed model of which no pass is waited for is whole all the same") {
  Cuda device;
  const auto whole = load_model<Llama<Cuda>>(data, device);
  const auto streamed = load_streamed_model<Llama<Cuda>>(data, device);
  Count<> expected(2, 63), found(2, 63);
  for (int round = 0; round < 4; ++round) {
    for (const PackedBatch& batch : batches) forward<output::None>(whole, batch, hooks(expected));
    for (const PackedBatch& batch : batches) forward<output::None>(streamed, batch, hooks(found));
  }
  CHECK(found.positive() == expected.positive());
  CHECK(found.sum() == expected.sum());
  CHECK(found.sum_of_squares() == expected.sum_of_squares());
}

TEST_CASE("CUDA backend: counts of sequences apart add up to the bits of counts together") {
  Cuda device;
  const auto model = load_model<Llama<Cuda>>(data, device);
  Count<> together(2, 63);
  CountSequences<> apart(2, 63);
  std::vector<std::int64_t> positive(2 * 63);
  std::vector<double> sum(2 * 63), squares(2 * 63);
  for (const PackedBatch& batch : batches) {
    forward<output::None>(model, batch, hooks(together));
    apart.begin(batch.sequences());
    forward<output::None>(model, batch, hooks(apart));
    apart.add_to(positive.data(), sum.data(), squares.data());
  }
  CHECK(positive == together.positive());
  CHECK(sum == together.sum());
  CHECK(squares == together.sum_of_squares());
}

#if !defined(NEUROGLOT_ON_DEVICE)
TEST_CASE("CUDA backend: a streamed model leaves nothing on the device, and holds two layers at a time") {
  auto& memory = emulation::Memory::instance();
  const std::size_t before = memory.live_allocations();
  {
    Cuda device;
    const auto streamed = load_streamed_model<Llama<Cuda>>(data, device);
    for (int round = 0; round < 2; ++round) logits_by_layers(streamed);  // the workspace has its size
    const std::size_t two_layers = memory.live_allocations();
    for (int round = 0; round < 3; ++round) logits_by_layers(streamed);
    CHECK(memory.live_allocations() == two_layers);
  }
  CHECK(memory.live_allocations() == before);
}
#endif

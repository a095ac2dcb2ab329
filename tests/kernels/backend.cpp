// The CUDA backend keeps the contract of backends, and runs LLaMA as Hugging Face does: small random checkpoints, every
// site, logits, the loss and the cache, in the emulation. The goldens are made by tests/golden/llama_tiny.py.
#include "neuroglot/ops/cuda/backend.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

#include "kernels/emulation/orders.hpp"
#if !defined(NEUROGLOT_ON_DEVICE)
#include "kernels/emulation/memory.hpp"
#endif
#include "neuroglot/hooks/capture.hpp"
#include "neuroglot/hooks/count.hpp"
#include "neuroglot/hooks/deactivate.hpp"
#include "neuroglot/io/safetensors.hpp"
#include "neuroglot/models/forward.hpp"
#include "neuroglot/models/llama.hpp"
#include "neuroglot/models/load_model.hpp"
#include "neuroglot/ops/backend.hpp"

using namespace neuroglot;
using emulation::in_every_order;

static_assert(Backend<Cuda>);

namespace {

const std::filesystem::path data = std::filesystem::path(NEUROGLOT_TESTS_DIR) / "golden/data/llama/grouped";

std::vector<std::int32_t> ids_of(const std::string& file, const std::string& name) {
  return values<std::int32_t>(SafetensorsFile(data / file).at(name));
}

double largest_difference(const std::vector<double>& expected, std::span<const float> found) {
  REQUIRE(expected.size() == found.size());
  double largest = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (std::isinf(expected[i]) && static_cast<double>(found[i]) == expected[i]) continue;
    const double apart = std::abs(expected[i] - static_cast<double>(found[i]));
    largest = std::isnan(apart) ? INFINITY : std::max(largest, apart);
  }
  return largest;
}

std::vector<float> elements(const cuda::DeviceMatrix& matrix) {
  const Matrix<float> here = matrix.on_host();
  return {here.view().data, here.view().data + here.rows() * here.cols()};
}

PackedBatch batch_of(std::initializer_list<const char*> names) {
  PackedBatch batch;
  for (const char* name : names) batch.add(ids_of("logits.safetensors", name));
  return batch;
}

}  // namespace

TEST_CASE("CUDA backend: every site of a LLaMA agrees with Hugging Face in fp32") {
  Cuda device;
  const auto model = load_model<Llama<Cuda>>(data, device);
  const SafetensorsFile expected(data / "sites.safetensors");
  PackedBatch batch;
  batch.add(values<std::int32_t>(expected.at("ids")));
  Capture<> capture;
  forward(model, batch, hooks(capture));
  int compared = 0;
  for (const TensorInfo& tensor : expected.tensors()) {
    if (tensor.name == "ids") continue;
    const Captured& found = capture.at(tensor.name);
    INFO(tensor.name);
    CHECK(found.shape == tensor.shape);
    CHECK(largest_difference(values<double>(tensor), found.values) <= 1e-4);
    ++compared;
  }
  CHECK(compared == static_cast<int>(capture.captured().size()));
}

TEST_CASE("CUDA backend: logits of a packed batch agree with Hugging Face, whatever the order of threads") {
  Cuda device;
  const auto model = load_model<Llama<Cuda>>(data, device);
  const PackedBatch batch = batch_of({"ids.1", "ids.17", "ids.2", "ids.64"});
  const auto found = in_every_order([&] { return elements(forward(model, batch)); }, 1);
  const SafetensorsFile expected(data / "logits.safetensors");
  std::size_t row = 0;
  const auto vocabulary = static_cast<std::size_t>(model.vocabulary().out_features());
  for (const std::size_t length : {1, 17, 2, 64}) {
    const std::span<const float> rows(found.data() + row * vocabulary, length * vocabulary);
    CHECK(largest_difference(values<double>(expected.at("logits." + std::to_string(length))), rows) <= 1e-4);
    row += length;
  }
}

TEST_CASE("CUDA backend: the bits of a sequence do not depend on what else is in the batch") {
  Cuda device(1, GENERATE(WeightType::fp32, WeightType::bf16));
  const auto model = load_model<Llama<Cuda>>(data, device);
  const auto together = elements(forward(model, batch_of({"ids.64", "ids.17"})));
  const auto alone = elements(forward(model, batch_of({"ids.17"})));
  CHECK(std::equal(alone.begin(), alone.end(), together.end() - static_cast<std::ptrdiff_t>(alone.size())));
}

TEST_CASE("CUDA backend: token by token with a cache agrees with the whole pass") {
  Cuda device;
  const auto model = load_model<Llama<Cuda>>(data, device);
  const auto ids = ids_of("logits.safetensors", "ids.17");
  const auto expected = values<double>(SafetensorsFile(data / "logits.safetensors").at("logits.17"));
  auto cache = model.make_cache(1, 17);
  std::vector<float> found;
  for (Index i = 0; i < 17; ++i) {
    PackedBatch step;
    step.add(std::span(ids).subspan(static_cast<std::size_t>(i), 1), i);
    const auto logits = elements(forward(model, step, hooks(), &cache));
    found.insert(found.end(), logits.begin(), logits.end());
  }
  CHECK(largest_difference(expected, found) <= 1e-4);
}

TEST_CASE("CUDA backend: the loss of each next token is the CPU's") {
  Cuda device;
  Cpu cpu(1);
  const PackedBatch batch = batch_of({"ids.17", "ids.64"});
  const auto found = forward<output::NextTokenLoss>(load_model<Llama<Cuda>>(data, device), batch);
  const auto expected = forward<output::NextTokenLoss>(load_model<Llama<>>(data, cpu), batch);
  REQUIRE(found.size() == 16 + 63);
  for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == Approx(expected[i]).margin(1e-5));
}

TEST_CASE("CUDA backend: neurons are switched off and counted by the hooks of every backend") {
  Cuda device;
  Cpu cpu(1);
  const PackedBatch batch = batch_of({"ids.17", "ids.64"});
  const auto count_on = [&](auto& backend) {
    using B = std::remove_reference_t<decltype(backend)>;
    const auto model = load_model<Llama<B>>(data, backend);
    Count<> count(2, 63);
    forward<output::None>(model, batch, hooks(Deactivate{{{0, 5}, {62}}}, count));
    return count.positive();
  };
  const auto found = count_on(device);
  CHECK(found == count_on(cpu));
  CHECK(found[0] == 0);
  CHECK(found[5] == 0);
  CHECK(found[63 + 62] == 0);
}

TEST_CASE("CUDA backend: with activations in float bf16 weights give what they give on the CPU") {
  ProductOptions exact;
  exact.round_activations = false;
  Cuda device(1, WeightType::bf16, 0, exact);
  Cpu cpu(1, WeightType::bf16);
  const PackedBatch batch = batch_of({"ids.17"});
  const auto found = elements(forward(load_model<Llama<Cuda>>(data, device), batch));
  const Matrix<float> expected = forward(load_model<Llama<>>(data, cpu), batch);
  const std::vector<double> wide(expected.view().data, expected.view().data + found.size());
  CHECK(largest_difference(wide, found) <= 1e-4);
}

#if !defined(NEUROGLOT_ON_DEVICE)
TEST_CASE("CUDA backend: nothing stays on the device behind it") {
  const std::size_t before = emulation::Memory::instance().live_allocations();
  {
    Cuda device;
    const auto model = load_model<Llama<Cuda>>(data, device);
    forward(model, batch_of({"ids.2"}));
    CHECK(emulation::Memory::instance().live_allocations() > before);
  }
  CHECK(emulation::Memory::instance().live_allocations() == before);
}
#endif

TEST_CASE("CUDA backend: a product of shapes that do not fit is refused") {
  Cuda device;
  cuda::DeviceWeight weight(3, 1);
  weight.keep_as(WeightType::fp32);
  const std::vector<float> row = {1, 2, 3};
  weight.set_row(0, row.data());
  cuda::DeviceMatrix x(2, 4), y(2, 1);
  CHECK_THROWS_AS(device.matmul(x.view(), weight, {}, y.view()), Error);
}

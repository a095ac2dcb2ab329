// Every family on the CUDA backend, in the emulation, against Hugging Face: the small random checkpoints of
// tests/golden/families_tiny.py.
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

#include "neuroglot/hooks/capture.hpp"
#include "neuroglot/io/json.hpp"
#include "neuroglot/io/safetensors.hpp"
#include "neuroglot/models/erased_model.hpp"
#include "neuroglot/models/registry.hpp"
#include "neuroglot/ops/cuda/backend.hpp"

using namespace neuroglot;

namespace {

const std::filesystem::path data = std::filesystem::path(NEUROGLOT_TESTS_DIR) / "golden/data/families";

/// The largest difference, in units of what is allowed: 1e-4, or 1e-5 of the largest magnitude where that is more.
double excess(const std::vector<double>& expected, std::span<const float> found) {
  REQUIRE(expected.size() == found.size());
  double largest = 0, magnitude = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto value = static_cast<double>(found[i]);
    if (expected[i] == value || (std::isnan(expected[i]) && std::isnan(value))) continue;
    const double apart = std::abs(expected[i] - value);
    largest = std::isfinite(apart) ? std::max(largest, apart) : INFINITY;
    magnitude = std::max(magnitude, std::abs(expected[i]));
  }
  return largest / std::max(1e-4, 1e-5 * magnitude);
}

/// Calls f(folder, goldens of the logits) for each family.
template <class F>
void each_family(F f) {
  int families = 0;
  for (const auto& entry : std::filesystem::directory_iterator(data)) {
    if (!entry.is_directory()) continue;
    INFO(entry.path().filename().string());
    f(entry.path());
    ++families;
  }
  CHECK(families == 24);
}

/// Logits, or the last hidden states of a bare encoder; nothing else is heard, so attention is one launch.
std::vector<float> last_values(AnyModel& model, const PackedBatch& batch, AnyCache* cache = nullptr) {
  const Config& config = model.config();
  const std::string last =
      config.has_lm_head ? "logits" : "blocks." + std::to_string(config.num_hidden_layers - 1) + ".ln2.hook_output";
  Capture<> capture{SitePatterns(last)};
  forward<output::None>(model, batch, hooks(capture), cache);
  return capture.at(last).values;
}

std::string golden_name(const Config& config, std::size_t length) {
  return (config.has_lm_head ? "logits." : "hidden.") + std::to_string(length);
}

constexpr std::size_t lengths[] = {1, 2, 17, 64};

}  // namespace

TEST_CASE("CUDA backend: every site of every family agrees with Hugging Face in fp32") {
  each_family([](const std::filesystem::path& folder) {
    const auto model = load_any_model<Cuda>(folder, 1);
    const SafetensorsFile expected(folder / "sites.safetensors");
    PackedBatch batch;
    batch.add(values<std::int32_t>(expected.at("ids")));
    Capture<> capture;
    forward<output::None>(*model, batch, hooks(capture));
    for (const TensorInfo& tensor : expected.tensors()) {
      if (tensor.name == "ids") continue;
      INFO(tensor.name);
      CHECK(excess(values<double>(tensor), capture.at(tensor.name).values) <= 1);
    }
    CHECK(capture.captured().size() == expected.tensors().size() - 1);
  });
}

TEST_CASE("CUDA backend: a packed batch of every family agrees with Hugging Face") {
  each_family([](const std::filesystem::path& folder) {
    const auto model = load_any_model<Cuda>(folder, 1);
    const SafetensorsFile expected(folder / "logits.safetensors");
    PackedBatch batch;
    for (const std::size_t length : lengths)
      batch.add(values<std::int32_t>(expected.at("ids." + std::to_string(length))));
    const std::vector<float> found = last_values(*model, batch);
    const std::size_t width = found.size() / static_cast<std::size_t>(batch.rows());
    std::size_t row = 0;
    for (const std::size_t length : lengths) {
      INFO(length << " tokens");
      const std::span<const float> rows(found.data() + row * width, length * width);
      CHECK(excess(values<double>(expected.at(golden_name(model->config(), length))), rows) <= 1);
      row += length;
    }
  });
}

TEST_CASE("CUDA backend: token by token with a cache every decoder agrees with Hugging Face") {
  each_family([](const std::filesystem::path& folder) {
    const auto model = load_any_model<Cuda>(folder, 1);
    if (!model->config().is_causal) return;
    const SafetensorsFile expected(folder / "logits.safetensors");
    const auto ids = values<std::int32_t>(expected.at("ids.17"));
    const auto cache = model->make_cache(1, 17);
    std::vector<float> found;
    for (Index i = 0; i < 17; ++i) {
      PackedBatch step;
      step.add(std::span(ids).subspan(static_cast<std::size_t>(i), 1), i);
      const std::vector<float> row = last_values(*model, step, cache.get());
      found.insert(found.end(), row.begin(), row.end());
    }
    CHECK(excess(values<double>(expected.at(golden_name(model->config(), 17))), found) <= 1);
  });
}

TEST_CASE("CUDA backend: with weights in bf16 the error is no larger than that of transformers in bf16") {
  const nlohmann::json theirs = read_json(data / "bf16.json");
  each_family([&](const std::filesystem::path& folder) {
    const auto model = load_any_model<Cuda>(folder, BackendOptions{1, WeightType::bf16});
    const SafetensorsFile expected(folder / "logits.safetensors");
    PackedBatch batch;
    batch.add(values<std::int32_t>(expected.at("ids.64")));
    const auto golden = values<double>(expected.at(golden_name(model->config(), 64)));
    const std::vector<float> found = last_values(*model, batch);
    REQUIRE(found.size() == golden.size());
    double squares = 0;
    for (std::size_t i = 0; i < golden.size(); ++i) squares += std::pow(golden[i] - static_cast<double>(found[i]), 2);
    const double rms = std::sqrt(squares / static_cast<double>(golden.size()));
    CHECK(rms > 0);
    CHECK(rms <= theirs.at(folder.filename().string()).at("rms").get<double>());
  });
}

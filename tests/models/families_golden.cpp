// Every family against Hugging Face transformers: small random checkpoints that have what is special about each, every
// site and the logits. The goldens are made by tests/golden/families_tiny.py (eager attention; fp32 and fp64).
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "neuroglot/hooks/capture.hpp"
#include "neuroglot/io/json.hpp"
#include "neuroglot/io/safetensors.hpp"
#include "neuroglot/models/registry.hpp"
#include "neuroglot/ops/reference/backend.hpp"

using namespace neuroglot;

namespace {

const std::filesystem::path data = std::filesystem::path(NEUROGLOT_TESTS_DIR) / "golden/data/families";
const std::vector<Index> lengths = {1, 2, 17, 64};

std::vector<std::string> variants() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(data))
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::int32_t> ids_in(const SafetensorsFile& file, const std::string& name) {
  return values<std::int32_t>(file.at(name));
}

/// The largest difference, in units of what is allowed: 5e-5, or 1e-5 of the largest magnitude where that is more.
double excess(const std::vector<double>& expected, std::span<const float> found, double tolerance = 5e-5) {
  REQUIRE(expected.size() == found.size());
  double largest = 0, magnitude = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (std::isinf(expected[i]) && static_cast<double>(found[i]) == expected[i]) continue;
    if (std::isnan(expected[i]) && std::isnan(found[i])) continue;  // of an expert that the token was not routed to
    const double apart = std::abs(expected[i] - static_cast<double>(found[i]));
    largest = std::isnan(apart) ? INFINITY : std::max(largest, apart);
    magnitude = std::max(magnitude, std::abs(expected[i]));
  }
  return largest / std::max(tolerance, 1e-5 * magnitude);
}

/// Where the last values of a family stand: its logits, or a bare encoder's hidden states.
std::string last_site(const Config& config) {
  if (config.has_lm_head) return "logits";
  return "blocks." + std::to_string(config.num_hidden_layers - 1) + ".ln2.hook_output";
}

Captured run(AnyModel& model, const PackedBatch& batch, AnyCache* cache = nullptr) {
  const std::string last = last_site(model.config());
  Capture<> capture{SitePatterns(last)};
  forward<output::None>(model, batch, hooks(capture), cache);
  return capture.at(last);
}

/// The golden's name for what run() gives.
std::string golden_name(const Config& config, Index length, const std::string& precision = "") {
  return (config.has_lm_head ? "logits" : "hidden") + precision + "." + std::to_string(length);
}

}  // namespace

TEST_CASE("families: every site agrees with Hugging Face in fp32, and none is missing or more") {
  std::set<std::string> types;
  for (const std::string& variant : variants()) {
    INFO(variant);
    const auto model = load_any_model<Cpu>(data / variant, 2);
    types.insert(model->config().model_type);
    const SafetensorsFile expected(data / variant / "sites.safetensors");
    Capture<> capture;
    PackedBatch batch;
    batch.add(ids_in(expected, "ids"));
    forward<output::None>(*model, batch, hooks(capture));
    for (const TensorInfo& tensor : expected.tensors()) {
      if (tensor.name == "ids") continue;
      INFO(tensor.name);
      const Captured& found = capture.at(tensor.name);
      CHECK(found.shape == tensor.shape);
      CHECK(excess(values<double>(tensor), found.values) <= 1);
    }
    CHECK(capture.captured().size() == expected.tensors().size() - 1);
  }
  CHECK(types.size() == 20);
}

TEST_CASE(
    "families: logits of 1, 2, 17 and 64 tokens agree with Hugging Face, packed into one batch as well as alone") {
  for (const std::string& variant : variants()) {
    const auto model = load_any_model<Cpu>(data / variant, 2);
    const SafetensorsFile expected(data / variant / "logits.safetensors");
    PackedBatch packed;
    for (const Index length : lengths) packed.add(ids_in(expected, "ids." + std::to_string(length)));
    const Captured together = run(*model, packed);
    for (std::size_t s = 0; s < lengths.size(); ++s) {
      INFO(variant << " " << lengths[s] << " tokens");
      PackedBatch single;
      single.add(ids_in(expected, "ids." + std::to_string(lengths[s])));
      const Captured alone = run(*model, single);
      CHECK(excess(values<double>(expected.at(golden_name(model->config(), lengths[s]))), alone.values) <= 1);
      const auto first = together.values.begin() + packed.begin(static_cast<Index>(s)) * together.shape[1];
      CHECK(std::equal(alone.values.begin(), alone.values.end(), first));  // the same bits
    }
  }
}

TEST_CASE("families: token by token with a cache gives the bits of the whole pass") {
  for (const std::string& variant : variants()) {
    const auto model = load_any_model<Cpu>(data / variant, 1);
    if (!model->config().is_causal) continue;
    INFO(variant);
    const auto ids = ids_in(SafetensorsFile(data / variant / "logits.safetensors"), "ids.17");
    PackedBatch whole;
    whole.add(ids);
    const Captured expected = run(*model, whole);
    const auto cache = model->make_cache(1, 17);
    for (Index i = 0; i < 17; ++i) {
      PackedBatch step;
      step.add(std::span(ids).subspan(static_cast<std::size_t>(i), 1), i);
      const Captured row = run(*model, step, cache.get());
      CHECK(std::equal(row.values.begin(), row.values.end(), expected.values.begin() + i * expected.shape[1]));
    }
  }
}

TEST_CASE("families: the reference backend agrees with Hugging Face in fp64, up to the floats that hooks see") {
  for (const std::string& variant : variants()) {
    INFO(variant);
    const auto model = load_any_model<Reference>(data / variant, 2);
    const SafetensorsFile expected(data / variant / "logits.safetensors");
    PackedBatch batch;
    batch.add(ids_in(expected, "ids.17"));
    const auto golden = values<double>(expected.at(golden_name(model->config(), 17, "_f64")));
    CHECK(excess(golden, run(*model, batch).values, 2e-6) <= 1);
  }
}

TEST_CASE("families: with weights in bf16 the error is no larger than that of transformers in bf16") {
  const nlohmann::json theirs = read_json(data / "bf16.json");
  for (const std::string& variant : variants()) {
    const auto model = load_any_model<Cpu>(data / variant, BackendOptions{1, WeightType::bf16});
    const SafetensorsFile expected(data / variant / "logits.safetensors");
    PackedBatch batch;
    batch.add(ids_in(expected, "ids.64"));
    const auto golden = values<double>(expected.at(golden_name(model->config(), 64)));
    const Captured found = run(*model, batch);
    double largest = 0, squares = 0;
    for (std::size_t i = 0; i < golden.size(); ++i) {
      const double apart = golden[i] - static_cast<double>(found.values[i]);
      largest = std::max(largest, std::abs(apart));
      squares += apart * apart;
    }
    const double rms = std::sqrt(squares / static_cast<double>(golden.size()));
    INFO(variant << ": largest " << largest << ", rms " << rms << " here; " << theirs.at(variant).dump());
    CHECK(rms > 0);
    CHECK(rms <= theirs.at(variant).at("rms").get<double>());
    // A token that goes to another expert, there as here, makes the largest error a matter of chance.
    if (model->config().num_experts == 0) CHECK(largest <= theirs.at(variant).at("largest").get<double>());
  }
}

TEST_CASE("families: an encoder has no next-token loss, and says so") {
  const auto model = load_any_model<Cpu>(data / "bert", 1);
  CHECK_THROWS_WITH(forward<output::NextTokenLoss>(*model, PackedBatch{{4, 5, 6}}), Catch::Contains("encoder"));
}

TEST_CASE("families: a bare encoder has no logits, and a sequence beyond its positions is refused") {
  const auto model = load_any_model<Cpu>(data / "bert_bare", 1);
  Capture<> logits("logits");
  forward<output::None>(*model, PackedBatch{{4, 5, 6}}, hooks(logits));
  CHECK(logits.captured().empty());
  PackedBatch too_long;
  too_long.add(std::vector<std::int32_t>(65, 7));
  CHECK_THROWS_WITH(run(*model, too_long), Catch::Contains("longer than the 64 positions"));
}

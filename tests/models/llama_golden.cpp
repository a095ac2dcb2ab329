// LLaMA against Hugging Face transformers: small random checkpoints, every site and the logits. The goldens are made by
// tests/golden/llama_tiny.py (eager attention; fp32, and fp64 for the reference backend).
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "neuroglot/hooks/capture.hpp"
#include "neuroglot/io/safetensors.hpp"
#include "neuroglot/models/forward.hpp"
#include "neuroglot/models/llama.hpp"
#include "neuroglot/models/load_model.hpp"
#include "neuroglot/ops/reference/backend.hpp"

using namespace neuroglot;

namespace {

const std::filesystem::path data = std::filesystem::path(NEUROGLOT_TESTS_DIR) / "golden/data/llama";
const std::vector<std::string> variants = {"grouped", "multihead", "biases", "linear", "dynamic", "yarn", "llama3"};
const std::vector<Index> lengths = {1, 2, 17, 64};

std::vector<std::int32_t> ids_in(const SafetensorsFile& file, const std::string& name) {
  return values<std::int32_t>(file.at(name));
}

struct Difference {
  double largest = 0;    ///< of the differences
  double magnitude = 0;  ///< of the expected values
};

/// Entries that are -inf on both sides agree.
template <class T>
Difference difference(const std::vector<double>& expected, std::span<const T> found) {
  REQUIRE(expected.size() == found.size());
  Difference result;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (std::isinf(expected[i]) && static_cast<double>(found[i]) == expected[i]) continue;
    const double apart = std::abs(expected[i] - static_cast<double>(found[i]));
    result.largest = std::isnan(apart) ? INFINITY : std::max(result.largest, apart);
    result.magnitude = std::max(result.magnitude, std::abs(expected[i]));
  }
  return result;
}

template <class Backend>
void compare_sites(const std::string& variant, const std::string& goldens, double tolerance) {
  Backend backend(1);
  const auto model = load_model<Llama<Backend>>(data / variant, backend);
  const SafetensorsFile expected(data / variant / goldens);
  Capture<> capture;
  PackedBatch batch;
  batch.add(ids_in(expected, "ids"));
  forward(model, batch, hooks(capture));
  int compared = 0;
  for (const TensorInfo& tensor : expected.tensors()) {
    if (tensor.name == "ids") continue;
    const Captured& found = capture.at(tensor.name);
    INFO(variant << " " << tensor.name);
    CHECK(found.shape == tensor.shape);
    const Difference apart = difference<float>(values<double>(tensor), found.values);
    CHECK(apart.largest <= std::max(tolerance, 1e-5 * apart.magnitude));
    ++compared;
  }
  CHECK(compared == static_cast<int>(capture.captured().size()));
}

template <class T>
std::span<const T> all(const Matrix<T>& matrix) {
  return {matrix.view().data, static_cast<std::size_t>(matrix.rows() * matrix.cols())};
}

}  // namespace

TEST_CASE("every site agrees with Hugging Face in fp32") {
  for (const std::string& variant : variants) compare_sites<Cpu>(variant, "sites.safetensors", 5e-5);
}

TEST_CASE("the reference backend agrees with Hugging Face in fp64, up to the floats that hooks see") {
  compare_sites<Reference>("grouped", "sites_f64.safetensors", 1e-6);
}

TEST_CASE("logits of 1, 2, 17 and 64 tokens agree with Hugging Face, packed into one batch as well as alone") {
  for (const std::string& variant : variants) {
    Cpu cpu(2);
    const auto model = load_model<Llama<>>(data / variant, cpu);
    const SafetensorsFile expected(data / variant / "logits.safetensors");
    PackedBatch packed;
    for (const Index length : lengths) packed.add(ids_in(expected, "ids." + std::to_string(length)));
    const Matrix<float> together = forward(model, packed);
    for (std::size_t s = 0; s < lengths.size(); ++s) {
      INFO(variant << " " << lengths[s] << " tokens");
      PackedBatch single;
      single.add(ids_in(expected, "ids." + std::to_string(lengths[s])));
      const Matrix<float> alone = forward(model, single);
      const auto golden = values<double>(expected.at("logits." + std::to_string(lengths[s])));
      CHECK(difference(golden, all(alone)).largest <= 5e-5);
      const auto rows = together.view().row_range(packed.begin(static_cast<Index>(s)), lengths[s]);
      CHECK(std::equal(all(alone).begin(), all(alone).end(), rows.data));  // the same bits
    }
  }
}

TEST_CASE("token by token with a cache gives the bits of the whole pass") {
  for (const std::string variant : {"grouped", "multihead", "biases", "linear", "yarn", "llama3"}) {
    Cpu cpu(1);
    const auto model = load_model<Llama<>>(data / variant, cpu);
    const auto ids = ids_in(SafetensorsFile(data / variant / "logits.safetensors"), "ids.17");
    PackedBatch whole;
    whole.add(ids);
    const Matrix<float> expected = forward(model, whole);
    auto cache = model.make_cache(1, 17);
    for (Index i = 0; i < 17; ++i) {
      PackedBatch step;
      step.add(std::span(ids).subspan(static_cast<std::size_t>(i), 1), i);
      const Matrix<float> logits = forward(model, step, hooks(), &cache);
      INFO(variant << " token " << i);
      CHECK(std::ranges::equal(logits.view().row(0), expected.view().row(i)));
    }
  }
}

TEST_CASE("the reference backend and the CPU give the same loss") {
  Cpu cpu(2);
  Reference reference(2);
  const auto ids = ids_in(SafetensorsFile(data / "grouped" / "logits.safetensors"), "ids.64");
  PackedBatch batch;
  batch.add(ids);
  batch.add(std::span(ids).first(5));
  const auto fast = forward<output::NextTokenLoss>(load_model<Llama<>>(data / "grouped", cpu), batch);
  const auto exact = forward<output::NextTokenLoss>(load_model<Llama<Reference>>(data / "grouped", reference), batch);
  REQUIRE(fast.size() == 63 + 4);
  for (std::size_t i = 0; i < fast.size(); ++i) CHECK(fast[i] == Approx(exact[i]).margin(1e-5));
}

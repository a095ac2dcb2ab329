// Switching neurons off and counting them in the same walk that activates and multiplies them: the same bits as one
// after the other, whatever else hooks ask for, and fewer launches.
#include <catch2/catch.hpp>
#include <filesystem>

#include "kernels/emulation/orders.hpp"
#if !defined(NEUROGLOT_ON_DEVICE)
#include "kernels/emulation/running.hpp"
#endif
#include "neuroglot/hooks/activate.hpp"
#include "neuroglot/hooks/capture.hpp"
#include "neuroglot/hooks/count.hpp"
#include "neuroglot/hooks/deactivate.hpp"
#include "neuroglot/hooks/device_totals.hpp"
#include "neuroglot/models/forward.hpp"
#include "neuroglot/models/llama.hpp"
#include "neuroglot/models/load_model.hpp"
#include "neuroglot/ops/cuda/backend.hpp"

using namespace neuroglot;

static_assert(FusesActivations<Cuda> && !FusesActivations<Cpu>);

namespace {

const std::filesystem::path data = std::filesystem::path(NEUROGLOT_TESTS_DIR) / "golden/data/llama/grouped";
constexpr Index layers = 2, neurons = 63;
const PackedBatch batch{{1, 5, 9, 2, 7}, {3}, {8, 8, 4}};
const Deactivate off{{{0, 5, 62}, {7}}};

/// Wants to see the neurons on the device, as they are when it is called.
struct Look {
  void operator()(site::mlp_act, const Place&, ConstMatrixRef) {}
  void operator()(site::mlp_act, const Place&, DeviceView& view) { view.read(); }
};
/// The same, in front of interveners.
struct LookFirst {
  void operator()(site::mlp_act, const Place&, MatrixRef) {}
  void operator()(site::mlp_act, const Place&, DeviceView& view) { view.write(); }
};

/// Counts each sequence for itself, and leaves the last one out.
struct EachButTheLast {
  DeviceTotals totals;

  void operator()(site::mlp_act, const Place&, ConstMatrixRef) {}
  void operator()(site::mlp_act, const Place& place, DeviceView& view) {
    const auto size = static_cast<std::size_t>((place.batch.sequences() - 1) * layers * neurons);
    if (totals.empty())
      totals.start(view.device(), std::vector<std::int64_t>(size), std::vector<double>(size),
                   std::vector<double>(size));
    for (Index s = 0; s + 1 < place.batch.sequences(); ++s) {
      const auto [first, last] = place.rows_of(s);
      const std::vector<std::int32_t> rows{static_cast<std::int32_t>(first), static_cast<std::int32_t>(last)};
      view.accumulate_statistics(rows, totals.from((s * layers + place.layer) * neurons));
    }
  }
};

std::uint32_t launches_so_far() {
#if defined(NEUROGLOT_ON_DEVICE)
  return 0;  // nobody counts them there
#else
  return emulation::running.launch;
#endif
}

struct Seen {
  std::vector<float> logits;
  std::vector<std::int64_t> positive;
  std::vector<double> sum, squares;
  std::uint32_t launches = 0;
};

/// A pass with a count, `before` in front of it and `after` behind it.
template <class... Before, class... After>
Seen run(std::tuple<Before...> before, std::tuple<After...> after) {
  Cuda backend;
  const auto model = load_model<Llama<Cuda>>(data, backend);
  Count<> count(layers, neurons);
  const auto pass = [&](auto&... all) { return forward(model, batch, hooks(all...)).on_host(); };
  const auto with_after = [&](auto&... first) {
    return std::apply([&](auto&... last) { return pass(first..., count, last...); }, after);
  };
  const std::uint32_t launches = launches_so_far();
  const Matrix<float> logits = std::apply(with_after, before);
  return {{logits.view().data, logits.view().data + logits.rows() * logits.cols()},
          count.positive(),
          count.sum(),
          count.sum_of_squares(),
          launches_so_far() - launches};
}

bool alike(const Seen& a, const Seen& b) {
  return emulation::same_bits(a.logits, b.logits) && a.positive == b.positive && emulation::same_bits(a.sum, b.sum) &&
         emulation::same_bits(a.squares, b.squares);
}

}  // namespace

TEST_CASE("neurons are activated, switched off, counted and multiplied in one walk, to the same bits") {
  const Seen fused = run(std::tuple(off), std::tuple());
  const Seen apart = run(std::tuple(LookFirst{}, off), std::tuple());
  CHECK(alike(fused, apart));
  CHECK(fused.positive[0] == 0);
  CHECK(fused.positive[1] > 0);
#if !defined(NEUROGLOT_ON_DEVICE)
  // apart: activation, columns, sums, sums of sequences, product; fused: the walk, sums of sequences
  CHECK(apart.launches == fused.launches + 3 * layers);
#endif
}

TEST_CASE("what is asked for after the count is done after it, and nothing is done twice") {
  const Seen fused = run(std::tuple(off), std::tuple());
  CHECK(alike(run(std::tuple(off), std::tuple(Look{})), fused));
  CHECK(alike(run(std::tuple(off), std::tuple(Capture<site::mlp_act>())), fused));
  CHECK(alike(run(std::tuple(off, Deactivate{{{5}, {7}}}), std::tuple()), fused));
  Count<> second(layers, neurons);
  const auto pass_second = [&](auto& first) {
    Cuda backend;
    const auto model = load_model<Llama<Cuda>>(data, backend);
    forward<output::None>(model, batch, hooks(off, first, second));
    return std::pair(first.positive(), second.positive());
  };
  Count<> first(layers, neurons);
  const auto [of_first, of_second] = pass_second(first);
  CHECK(of_first == fused.positive);
  CHECK(of_second == fused.positive);
}

TEST_CASE(
    "sequences that are counted one by one are counted in the same walk, and those that nobody counts are activated") {
  Cuda backend;
  const auto model = load_model<Llama<Cuda>>(data, backend);
  const auto logits_with = [&](auto& counter, const PackedBatch& of) {
    const Matrix<float> logits = forward(model, of, hooks(off, counter)).on_host();
    return std::vector<float>(logits.view().data, logits.view().data + logits.rows() * logits.cols());
  };
  EachButTheLast each;
  CHECK(emulation::same_bits(logits_with(each, batch), run(std::tuple(off), std::tuple()).logits));
  constexpr auto size = static_cast<std::size_t>(2 * layers * neurons);
  std::vector<std::int64_t> positive(size);
  std::vector<double> sum(size), squares(size);
  each.totals.fetch(positive, sum, squares);
  const std::vector<PackedBatch> alone = {PackedBatch{{1, 5, 9, 2, 7}}, PackedBatch{{3}}};
  for (std::size_t s = 0; s < 2; ++s) {
    Count<> count(layers, neurons);
    logits_with(count, alone[s]);
    const auto begin = static_cast<std::ptrdiff_t>(s * layers * neurons);
    CHECK(std::equal(count.positive().begin(), count.positive().end(), positive.begin() + begin));
    CHECK(std::equal(count.sum().begin(), count.sum().end(), sum.begin() + begin));
    CHECK(std::equal(count.sum_of_squares().begin(), count.sum_of_squares().end(), squares.begin() + begin));
  }
}

TEST_CASE("values that are not zero are set before the count that follows") {
  const Activate on{{{3}, {}}, {{2.5f}, {}}};
  const Seen mixed = run(std::tuple(off, on), std::tuple());
  CHECK(alike(mixed, run(std::tuple(LookFirst{}, off, on), std::tuple())));
  CHECK(mixed.positive[3] == 9);
  CHECK(mixed.sum[3] == 9 * 2.5);
}

TEST_CASE("whoever listens to the up projection hears of it after the neurons") {
  struct Order {
    std::vector<int>& heard;
    void operator()(site::mlp_act, const Place&, ConstMatrixRef) { heard.push_back(0); }
    void operator()(site::mlp_pre_linear, const Place&, ConstMatrixRef) { heard.push_back(1); }
  };
  Cuda backend;
  const auto model = load_model<Llama<Cuda>>(data, backend);
  std::vector<int> heard;
  forward(model, batch, hooks(Order{heard}));
  CHECK(heard == std::vector<int>{0, 1, 0, 1});
}

TEST_CASE("what a hook throws leaves no matrix waiting") {
  struct Throws {
    void operator()(site::mlp_act, const Place&, ConstMatrixRef) { throw error("enough"); }
  };
  Cuda backend;
  const auto model = load_model<Llama<Cuda>>(data, backend);
  CHECK_THROWS_AS(forward(model, batch, hooks(off, Throws{})), Error);
  const auto logits = [&] {
    const Matrix<float> found = forward(model, batch, hooks(off)).on_host();
    return std::vector<float>(found.view().data, found.view().data + found.rows() * found.cols());
  };
  const Seen expected = run(std::tuple(off), std::tuple());
  CHECK(emulation::same_bits(logits(), expected.logits));
}

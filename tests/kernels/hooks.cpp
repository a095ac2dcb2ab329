// Hooks where a model runs on a device: those that can work there change and count the same bits as on the host and
// cause no copy; the others see a copy, and what they change goes back.
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

#include "kernels/emulation/orders.hpp"
#include "neuroglot/hooks/activate.hpp"
#include "neuroglot/hooks/add.hpp"
#include "neuroglot/hooks/at_layers.hpp"
#include "neuroglot/hooks/capture.hpp"
#include "neuroglot/hooks/count.hpp"
#include "neuroglot/hooks/deactivate.hpp"
#include "neuroglot/hooks/deactivate_rows.hpp"
#include "neuroglot/hooks/shift.hpp"
#include "neuroglot/models/forward.hpp"
#include "neuroglot/models/llama.hpp"
#include "neuroglot/models/load_model.hpp"
#include "neuroglot/ops/cuda/backend.hpp"

using namespace neuroglot;

namespace {

const std::filesystem::path data = std::filesystem::path(NEUROGLOT_TESTS_DIR) / "golden/data/llama/grouped";
constexpr Index layers = 2, neurons = 63;

const PackedBatch batch{{1, 5, 9, 2, 7}, {3}, {8, 8, 4}};

/// Hides from a hook that there are devices.
template <class Hook>
struct OnHost {
  Hook hook;

  template <class Site>
  requires ReadsSite<Hook, Site>
  void operator()(Site at, const Place& place, ConstMatrixRef m) { hook(at, place, m); }
  template <class Site>
  requires WritesSite<Hook, Site>
  void operator()(Site at, const Place& place, MatrixRef m) { hook(at, place, m); }
  template <class Site>
  bool listens(Site at, Index layer) const {
    return neuroglot::listens(hook, at, layer);
  }
};
template <class Hook>
OnHost(Hook) -> OnHost<Hook>;

struct OnDevice {
  Cuda backend;
  decltype(load_model<Llama<Cuda>>(data, backend)) model = load_model<Llama<Cuda>>(data, backend);
};

/// The logits with a hook, and how many copies it has caused.
template <class Hook>
std::pair<std::vector<float>, std::int64_t> logits_with(Hook hook) {
  OnDevice on;
  const Matrix<float> found = forward(on.model, batch, hooks(hook)).on_host();
  return {{found.view().data, found.view().data + found.rows() * found.cols()},
          on.backend.device_for_hooks().copies().copies};
}

template <class Hook>
void check_same_on_device(Hook hook) {
  static_assert(HearsOnDevice<Hook, site::mlp_act> || HearsOnDevice<Hook, site::resid_post>);
  const auto [there, no_copies] = logits_with(hook);
  const auto [here, copies] = logits_with(OnHost{hook});
  const auto untouched = logits_with(hooks(Count<>(layers, neurons))).first;
  CHECK(emulation::same_bits(there, here));
  CHECK_FALSE(emulation::same_bits(there, untouched));
  CHECK(no_copies == 0);
  CHECK(copies > 0);
}

struct Generic {
  void operator()(site::mlp_act, const Place&, auto&& m) { rows += m.rows(); }
  Index rows = 0;
};
static_assert(HearsSite<Generic, site::mlp_act> && !HearsOnDevice<Generic, site::mlp_act>);
static_assert(HearsOnDevice<AtLayers<Deactivate>, site::mlp_act>);
static_assert(!HearsOnDevice<Capture<>, site::mlp_act>);

}  // namespace

TEST_CASE("interveners change the same bits on a device as on the host, without a copy") {
  check_same_on_device(Deactivate{{{0, 5, 62}, {7}}});
  check_same_on_device(Activate{{{0, 5}, {62}}, {{1.5f, -2}, {0.25f}}});
  check_same_on_device(Shift{{{3, 4}, {}}, {{0.5f, 3}, {}}});
  check_same_on_device(DeactivateRows{{{{0, 1, 2}, {}}, {{}, {60, 61}}}});
  check_same_on_device(Add<site::resid_post>{1, std::vector<float>(48, 0.5f)});
  check_same_on_device(at_layers({1}, Deactivate{{{0, 5, 62}, {7, 8}}}));
}

TEST_CASE("a neuron that is named twice is shifted twice on a device too") {
  check_same_on_device(Shift{{{3, 3, 4, 3}, {}}, {{0.1f, 0.7f, 1, 1e-3f}, {}}});
}

TEST_CASE("what is counted on a device has the bits of a count on the host, also when it goes on from there") {
  Count<> there(layers, neurons), here(layers, neurons), mixed(layers, neurons);
  OnDevice on;
  forward<output::None>(on.model, batch, hooks(there));
  forward<output::None>(on.model, batch, hooks(mixed));
  CHECK(on.backend.device_for_hooks().copies().copies == 0);
  OnHost<Count<>&> host{here}, host_mixed{mixed};
  forward<output::None>(on.model, batch, hooks(host));
  CHECK(there.positive() == here.positive());
  CHECK(emulation::same_bits(there.sum(), here.sum()));
  CHECK(emulation::same_bits(there.sum_of_squares(), here.sum_of_squares()));
  // on the device, on the host, on the device again
  forward<output::None>(on.model, batch, hooks(host_mixed));
  forward<output::None>(on.model, batch, hooks(mixed));
  for (int again = 0; again < 2; ++again) forward<output::None>(on.model, batch, hooks(host));
  CHECK(mixed.positive() == here.positive());
  CHECK(emulation::same_bits(mixed.sum(), here.sum()));
  there.resume(here.positive(), here.sum(), here.sum_of_squares());
  CHECK(there.positive() == here.positive());
  forward<output::None>(on.model, batch, hooks(there));
  forward<output::None>(on.model, batch, hooks(host));
  CHECK(emulation::same_bits(there.sum(), here.sum()));
}

TEST_CASE("hooks on the host that only read share one copy, and none goes back") {
  OnDevice on;
  Capture<site::mlp_act> capture(SitePatterns("blocks.1.mlp.hook_act"));
  Generic generic;
  forward<output::None>(on.model, batch, hooks(at_layers({1}, generic), capture));
  CHECK(on.backend.device_for_hooks().copies().copies == 1);
  CHECK(on.backend.device_for_hooks().copies().bytes == 9 * neurons * 4);
  CHECK(generic.rows == 9);
}

TEST_CASE("what a hook changes on the host is there for the hooks that come after it, on the device and on the host") {
  struct Ones {
    void operator()(site::mlp_act, const Place&, MatrixRef m) { m.setOnes(); }
  };
  OnDevice on;
  Count<> count(layers, neurons);
  Capture<site::mlp_act> capture(SitePatterns("blocks.0.mlp.hook_act"));
  forward<output::None>(on.model, batch, hooks(Ones{}, Deactivate{{{2}, {}}}, count, capture));
  CHECK(count.positive()[0] == 9);
  CHECK(count.positive()[2] == 0);
  CHECK(count.sum()[1] == 9);
  const std::vector<float>& seen = capture.at("blocks.0.mlp.hook_act").values;
  CHECK(seen[0] == 1);
  CHECK(seen[2] == 0);
}

TEST_CASE("a neuron that the model has not is refused on a device too") {
  OnDevice on;
  CHECK_THROWS_AS(forward<output::None>(on.model, batch, hooks(Deactivate{{{63}, {}}}, Count<>(layers, neurons))),
                  Error);
  CHECK_THROWS_AS(forward<output::None>(on.model, batch, hooks(Count<>(layers, 64))), Error);
}

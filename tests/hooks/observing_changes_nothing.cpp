// Whoever watches leaves every bit of the logits as it is; whoever writes nothing new does too.
#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include "hooks/random_llama.hpp"
#include "hooks/small_model.hpp"
#include "neuroglot/hooks/capture.hpp"
#include "neuroglot/hooks/deactivate.hpp"
#include "neuroglot/hooks/erased.hpp"
#include "neuroglot/models/any_model.hpp"
#include "neuroglot/models/forward.hpp"
#include "neuroglot/models/registry.hpp"
#include "neuroglot/ops/reference/backend.hpp"

using namespace neuroglot;

namespace {

/// Hears every site as a writer, and writes back what is there.
struct WritesWhatIsThere {
  template <class Site>
  void operator()(Site, const Place&, MatrixRef m) {
    m = m.eval();
  }
};

const std::filesystem::path checkpoint = std::filesystem::path(NEUROGLOT_TESTS_DIR) / "golden/data/llama/grouped";

template <class T>
std::vector<T> elements(const Matrix<T>& m) {
  return {m.view().data, m.view().data + m.rows() * m.cols()};
}

/// Logits of three sequences with a set of hooks that the compiler knows.
template <class... Hooks>
std::vector<float> logits_with(HookSet<Hooks...> listening) {
  Cpu cpu(2);
  const auto model = random_llama(cpu);
  return elements(forward(model, random_batch({3, 60, 12}), listening));
}

/// The same with hooks decided at run time.
template <class... Hooks>
std::vector<float> erased_logits_with(Hooks&&... listening) {
  return elements(SmallModel(2).logits(random_batch({3, 60, 12}), std::forward<Hooks>(listening)...));
}

template <class... Hooks>
std::vector<double> reference_logits_with(HookSet<Hooks...> listening) {
  Reference reference(2);
  const auto model = random_llama(reference);
  ErasedHooks erased(listening);
  return elements(forward_with<output::Logits>(model, random_batch({3, 9}), erased));
}

/// Reads patterns: attention goes step by step where it does.
struct PatternReader {
  int heard = 0;
  void operator()(site::attn_pattern, const Place&, ConstMatrixRef) { ++heard; }
};

}  // namespace

TEST_CASE("an observer of the attention pattern leaves the logits' bits unchanged") {
  PatternReader reader;
  CHECK(logits_with(hooks(reader)) == logits_with(hooks()));
  CHECK(reader.heard == 4 * 3 * 4);  // layers, sequences, heads
}

TEST_CASE("an observer of all other sites leaves the logits' bits unchanged") {
  Capture<> everything("hook_embed,*resid*,*ln*,*mlp*,*hook_q,*rot*,*hook_v,*hook_z,logits");
  CHECK(erased_logits_with(everything) == erased_logits_with());
  CHECK(everything.captured().size() > 60);
}

TEST_CASE("a writer at all sites that changes nothing leaves the logits' bits unchanged") {
  CHECK(erased_logits_with(WritesWhatIsThere{}) == logits_with(hooks()));
}

TEST_CASE("on the reference backend too, although hooks there see floats of its doubles") {
  CHECK(reference_logits_with(hooks(WritesWhatIsThere{})) == reference_logits_with(hooks()));
}

TEST_CASE("erased hooks give the bits of the direct ones, heard and changed") {
  Capture<site::mlp_act, site::resid_post> direct, erased;
  const Deactivate off{{{1, 2, 3}, {60}}};
  CHECK(erased_logits_with(off, erased) == logits_with(hooks(off, direct)));
  REQUIRE(erased.captured().size() == 8);
  for (const auto& [name, kept] : direct.captured()) CHECK(erased.at(name).values == kept.values);
}

TEST_CASE("a family chosen at run time gives the losses of the family named in the code, hooks included") {
  Cpu cpu(1);
  const auto direct = load_model<Llama<>>(checkpoint, cpu);
  const std::unique_ptr<AnyModel> any = load_any_model<Cpu>(checkpoint, 1);
  const PackedBatch batch = random_batch({30, 1, 8});
  const Deactivate off{{{1, 2, 3}}};
  CHECK(forward<output::NextTokenLoss>(*any, batch, hooks(off)) ==
        forward<output::NextTokenLoss>(direct, batch, hooks(off)));
  CHECK(forward<output::NextTokenLoss>(*any, batch) != forward<output::NextTokenLoss>(*any, batch, hooks(off)));
}

TEST_CASE("a batch without a token, and a token outside the vocabulary, are refused") {
  Cpu cpu(1);
  const auto model = random_llama(cpu);
  CHECK_THROWS_AS(forward(model, PackedBatch()), UsageError);
  CHECK_THROWS_WITH(forward(model, PackedBatch{{1, 97}}), Catch::Contains("token id 97") && Catch::Contains("97"));
  CHECK_THROWS_WITH(forward(model, PackedBatch{{-1}}), Catch::Contains("token id -1"));
}

// What hooks hear, and how several become one.
#include "neuroglot/hooks/hook.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "neuroglot/hooks/at_layers.hpp"
#include "neuroglot/hooks/erased.hpp"

using namespace neuroglot;

namespace {

struct Reader {
  std::string name;
  std::string& log;
  void operator()(site::mlp_act, const Place&, ConstMatrixRef a) {
    log += name + std::to_string(static_cast<int>(a(0, 0))) + " ";
  }
};

struct Writer {
  std::string name;
  std::string& log;
  void operator()(site::mlp_act, const Place&, MatrixRef a) {
    log += name + " ";
    a(0, 0) += 1;
  }
};

struct LayerTwoOnly {
  int heard = 0;
  bool listens(site::mlp_act, Index layer) const { return layer == 2; }
  void operator()(site::mlp_act, const Place&, ConstMatrixRef) { ++heard; }
};

/// Reads one site and writes another.
struct ReaderAndWriter {
  void operator()(site::q, const Place&, ConstMatrixRef) {}
  void operator()(site::z, const Place&, MatrixRef) {}
};

/// The pass comes by a site of a layer.
template <class Site, class Set>
void come_by(Set& set, Site at, Index layer, MatrixView<float> m) {
  static const PackedBatch batch{{1, 2}};
  if (heard(set, at, layer)) set(at, Place{batch, layer}, eigen_map(m));
}

}  // namespace

TEST_CASE("whether a hook reads or writes a site is said by the type of matrix it takes") {
  STATIC_REQUIRE(ReadsSite<Reader, site::mlp_act>);
  STATIC_REQUIRE_FALSE(WritesSite<Reader, site::mlp_act>);
  STATIC_REQUIRE(WritesSite<Writer, site::mlp_act>);
  STATIC_REQUIRE_FALSE(ReadsSite<Writer, site::mlp_act>);
  STATIC_REQUIRE_FALSE(HearsSite<Reader, site::mlp_pre>);
  STATIC_REQUIRE((ReadsSite<ReaderAndWriter, site::q> && WritesSite<ReaderAndWriter, site::z>));
  STATIC_REQUIRE_FALSE(HookOnSomeSite<int>);
  STATIC_REQUIRE_FALSE(HearsSite<HookSet<>, site::mlp_act>);
}

TEST_CASE("a lambda is a hook") {
  int calls = 0;
  auto set = hooks([&](site::logits, const Place&, ConstMatrixRef) { ++calls; });
  Matrix<float> m(1, 1);
  come_by(set, site::logits{}, -1, m.view());
  CHECK(calls == 1);
}

TEST_CASE("writers run before readers, each in the order given") {
  std::string log;
  Reader a{"a", log}, b{"b", log};
  Writer x{"x", log}, y{"y", log};
  auto set = hooks(a, x, b, y);
  Matrix<float> m(1, 1);
  come_by(set, site::mlp_act{}, 0, m.view());
  CHECK(log == "x y a2 b2 ");
}

TEST_CASE("hooks given by name are referred to, temporaries are kept") {
  LayerTwoOnly named;
  auto set = hooks(named, LayerTwoOnly{});
  Matrix<float> m(1, 1);
  come_by(set, site::mlp_act{}, 2, m.view());
  CHECK(named.heard == 1);
}

TEST_CASE("a hook is asked which layers it listens to, a hook without that question listens to all") {
  std::string log;
  LayerTwoOnly second;
  Reader all{"r", log};
  CHECK_FALSE(listens(second, site::mlp_act{}, 1));
  CHECK(listens(second, site::mlp_act{}, 2));
  CHECK_FALSE(listens(second, site::mlp_pre{}, 2));
  CHECK(listens(all, site::mlp_act{}, 7));
  auto both = hooks(second, all);
  Matrix<float> m(1, 1);
  come_by(both, site::mlp_act{}, 1, m.view());
  CHECK(second.heard == 0);
  CHECK(log == "r0 ");
}

TEST_CASE("the last heard layer is that of the last listening hook, -1 where none listens in a block") {
  LayerTwoOnly second;
  CHECK(last_heard_layer(hooks(second), 8) == 2);
  CHECK(last_heard_layer(hooks(second), 2) == -1);
  CHECK(last_heard_layer(hooks(), 8) == -1);
  CHECK(last_heard_layer(hooks(ReaderAndWriter{}), 8) == 7);
  CHECK(last_heard_layer(hooks([](site::logits, const Place&, ConstMatrixRef) {}), 8) == -1);
}

TEST_CASE("what is heard later in a block is asked by the order of sites") {
  LayerTwoOnly second;
  CHECK(heard_later_in_block(hooks(second), site::mlp_pre{}, 2));
  CHECK_FALSE(heard_later_in_block(hooks(second), site::mlp_act{}, 2));
  CHECK_FALSE(heard_later_in_block(hooks(second), site::mlp_pre{}, 1));
  CHECK_FALSE(heard_later_in_block(hooks([](site::logits, const Place&, ConstMatrixRef) {}), site::mlp_act{}, 2));
}

TEST_CASE("at_layers narrows what a hook hears, and does not widen it") {
  std::string log;
  LayerTwoOnly second;
  auto narrowed = hooks(at_layers({1, 2}, second), at_layers({5}, Reader{"r", log}));
  Matrix<float> m(1, 1);
  for (Index layer = 0; layer < 8; ++layer) come_by(narrowed, site::mlp_act{}, layer, m.view());
  CHECK(second.heard == 1);
  CHECK(log == "r0 ");
  CHECK(last_heard_layer(narrowed, 8) == 5);
  STATIC_REQUIRE(WritesSite<AtLayers<Writer&>, site::mlp_act>);
  STATIC_REQUIRE(ReadsSite<AtLayers<Reader&>, site::mlp_act>);
}

TEST_CASE("hooks do not hear sites outside the blocks through at_layers") {
  int calls = 0;
  auto set = hooks(at_layers({0}, [&](site::logits, const Place&, ConstMatrixRef) { ++calls; }));
  Matrix<float> m(1, 1);
  come_by(set, site::logits{}, -1, m.view());
  CHECK(calls == 0);
}

TEST_CASE("erased hooks hear what the set hears, in the same order") {
  std::string log;
  LayerTwoOnly second;
  auto set = hooks(second, Reader{"a", log}, Writer{"x", log});
  ErasedHooks erased(set);
  Matrix<float> m(1, 1);
  for (Index layer = 0; layer < 4; ++layer) {
    come_by(erased, site::mlp_act{}, layer, m.view());
    come_by(erased, site::mlp_pre{}, layer, m.view());
  }
  CHECK(second.heard == 1);
  CHECK(log == "x a1 x a2 x a3 x a4 ");
  CHECK(last_heard_layer(erased, 9) == 8);
  auto none = hooks();
  CHECK(last_heard_layer(ErasedHooks(none), 9) == -1);
}

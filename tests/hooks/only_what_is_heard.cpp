// A forward pass does only what is heard: made visible by a backend that counts its calls. That it can be written here,
// without a change to nn/ or models/, shows that a backend is added from outside.
#include <catch2/catch.hpp>

#include "hooks/counting_backend.hpp"
#include "hooks/random_llama.hpp"
#include "neuroglot/hooks/at_layers.hpp"
#include "neuroglot/hooks/capture.hpp"
#include "neuroglot/hooks/count.hpp"
#include "neuroglot/hooks/erased.hpp"
#include "neuroglot/models/forward.hpp"

using namespace neuroglot;

namespace {

// The small model: 4 layers of 7 products each (q, k, v, o, gate, up, down), then the vocabulary's. Widths tell them
// apart.
constexpr int layers = 4, products_a_layer = 7;
constexpr Index neurons = 100, vocabulary = 97;

struct Counted {
  CountingBackend backend{1};
  Llama<CountingBackend> model = random_llama(backend);

  template <class Output, class... Hooks>
  const CountingBackend& pass(HookSet<Hooks...> listening = HookSet<>()) {
    ErasedHooks erased(listening);  // one type for all of them: the pass is compiled once an output
    forward_with<Output>(model, random_batch({5, 1, 9}), erased);
    return backend;
  }
};

}  // namespace

TEST_CASE("logits cost seven products a layer and the vocabulary's, attention all heads at once") {
  Counted counted;
  const CountingBackend& calls = counted.pass<output::Logits>();
  CHECK(calls.products.size() == layers * products_a_layer + 1);
  CHECK(calls.products.back() == CountingBackend::Product{15, 64, vocabulary});
  CHECK(calls.attentions == layers);
  CHECK(calls.score_matrices == 0);
}

TEST_CASE("a pass with no output and no hook computes no product at all") {
  Counted counted;
  CHECK(counted.pass<output::None>().products.empty());
}

TEST_CASE("hearing the embedding alone computes no product") {
  Counted counted;
  Capture<site::embed> capture;
  CHECK(counted.pass<output::None>(hooks(capture)).products.empty());
  CHECK(capture.at("hook_embed").shape == std::vector<Index>{15, 64});
}

TEST_CASE("a hook on layer 1 alone: layers 2 and 3 are not computed") {
  Counted counted;
  Capture<> capture("blocks.1.hook_resid_post");
  const CountingBackend& calls = counted.pass<output::None>(hooks(capture));
  CHECK(calls.products.size() == 2 * products_a_layer);
  CHECK(calls.attentions == 2);
}

TEST_CASE("at_layers tells the pass where it may end") {
  Counted counted;
  Capture<site::resid_pre> capture;
  CHECK(counted.pass<output::None>(hooks(at_layers({0, 2}, capture))).attentions == 3);
  CHECK(capture.captured().size() == 2);
}

TEST_CASE("recording neurons needs no up and down projection of the last layer, and no vocabulary projection") {
  Counted counted;
  Count<> count(layers, neurons);
  const CountingBackend& calls = counted.pass<output::None>(hooks(count));
  CHECK(calls.products.size() == layers * products_a_layer - 2);
  CHECK(calls.products.back() == CountingBackend::Product{15, 64, neurons});  // the last gate projection
  CHECK(calls.products_of(vocabulary) == 0);
}

TEST_CASE("a set of hooks known to the compiler ends the pass where an erased one does") {
  Counted counted;
  Count<> count(layers, neurons);
  forward<output::None>(counted.model, random_batch({5}), hooks(at_layers({1}, count)));
  CHECK(counted.backend.products.size() == products_a_layer + 5);
  CHECK(counted.backend.attentions == 2);
}

TEST_CASE("recording neurons of layer 0 alone costs five products") {
  Counted counted;
  Count<> count(layers, neurons);
  CHECK(counted.pass<output::None>(hooks(at_layers({0}, count))).products.size() == 5);
}

TEST_CASE("a hook on the up projection of the last layer has it computed, and with it the rest of the block") {
  Counted counted;
  Capture<site::mlp_pre_linear> capture;
  const CountingBackend& calls = counted.pass<output::None>(hooks(capture));
  CHECK(calls.products.size() == layers * products_a_layer);
}

TEST_CASE("hearing the last norm computes all blocks and no vocabulary projection") {
  Counted counted;
  Capture<site::ln_final> capture;
  const CountingBackend& calls = counted.pass<output::None>(hooks(capture));
  CHECK(calls.products.size() == layers * products_a_layer);
  CHECK(capture.at("ln_final.hook_output").shape == std::vector<Index>{15, 64});
}

TEST_CASE("hearing the logits has them computed where no output was asked for") {
  Counted counted;
  Capture<site::logits> capture;
  CHECK(counted.pass<output::None>(hooks(capture)).products_of(vocabulary) == 1);
  CHECK(capture.at("logits").shape == std::vector<Index>{15, vocabulary});
}

TEST_CASE("a Capture of all types whose pattern names no site that is heard costs nothing") {
  Counted counted;
  Capture<> capture("blocks.17.hook_resid_post");
  CHECK(counted.pass<output::None>(hooks(capture)).products.empty());
}

TEST_CASE("LastLogits projects one row a sequence") {
  Counted counted;
  CHECK(counted.pass<output::LastLogits>().products.back() == CountingBackend::Product{3, 64, vocabulary});
}

TEST_CASE("NextTokenLoss projects the rows that have a successor, inside the loss") {
  Counted counted;
  const CountingBackend& calls = counted.pass<output::NextTokenLoss>();
  CHECK(calls.products_of(vocabulary) == 0);
  CHECK(calls.losses == std::vector<CountingBackend::Product>{{4 + 0 + 8, 64, vocabulary}});
}

TEST_CASE("only the layers whose pattern is heard go head by head") {
  Counted counted;
  Capture<> capture("blocks.2.attn.hook_pattern");
  auto set = hooks(capture);
  ErasedHooks erased(set);
  forward_with<output::Logits>(counted.model, random_batch({6}), erased);
  CHECK(counted.backend.score_matrices == 4);  // heads
  CHECK(counted.backend.attentions == layers - 1);
}

TEST_CASE("LastLogits are the last rows of Logits, bit for bit") {
  Counted counted;
  const PackedBatch batch = random_batch({5, 1, 9});
  const Matrix<float> all = forward(counted.model, batch), last = forward<output::LastLogits>(counted.model, batch);
  REQUIRE(last.rows() == 3);
  for (Index s = 0; s < 3; ++s) CHECK(std::ranges::equal(last.view().row(s), all.view().row(batch.begin(s + 1) - 1)));
}

// One pass of a small LLaMA, counted by callgrind in four ways: without hooks, as the same calls of the backend written
// out by hand, with a hook on one site of one layer, and the same through erased hooks. compare_counts.sh compares the
// counts.
#include <valgrind/callgrind.h>

#include <algorithm>
#include <cstdio>
#include <span>
#include <vector>

#include "hooks/random_batch.hpp"
#include "hooks/random_llama.hpp"
#include "neuroglot/hooks/erased.hpp"
#include "neuroglot/hooks/hook.hpp"
#include "neuroglot/models/forward.hpp"

using namespace neuroglot;

namespace {

/// Reads one element of one site of one layer.
struct SumsOneElement {
  double sum = 0;
  bool listens(site::resid_mid, Index layer) const { return layer == 2; }
  void operator()(site::resid_mid, const Place&, ConstMatrixRef m) { sum += static_cast<double>(m(3, 5)); }
};

using View = MatrixView<float>;
using NoHooks = HookSet<>;

/// The pass by hand: what forward<output::Logits> asks of a backend, call by call. (The angles come from the model's
/// own part.)
struct ByHand {
  const Llama<>& model;
  const PackedBatch& batch;
  Cpu& cpu = model.backend();
  const Config& config = model.config();
  NoHooks none{};
  Pass<Cpu, NoHooks> pass{cpu, batch, none};

  View matrix(Index cols) { return cpu.workspace().matrix<float>(batch.rows(), cols); }

  View product(MatrixView<const float> x, const Linear<Cpu>& linear) {
    const View y = matrix(linear.weight.out_features());
    cpu.matmul(x, linear.weight, linear.bias, y);
    return y;
  }

  View normed(MatrixView<const float> x, const RmsNorm<Cpu>& norm) {
    const View y = matrix(x.cols);
    cpu.rms_norm(x, norm.weight, norm.eps, y);
    return y;
  }

  template <class Attention>
  void attention(const Attention& part, View x, const RmsNorm<Cpu>& norm) {
    const Workspace::Scope scope(cpu.workspace());
    const View h = normed(x, norm);
    const View q = product(h, part.q_proj), k = product(h, part.k_proj), v = product(h, part.v_proj);
    cpu.rotate(q, pass.angles.cosine, pass.angles.sine, config.head_dim);
    cpu.rotate(k, pass.angles.cosine, pass.angles.sine, config.head_dim);
    const View z = matrix(q.cols);
    std::vector<AttentionSequence<float>> sequences;
    for (Index s = 0; s < batch.sequences(); ++s) {
      const Index first = batch.begin(s), count = batch.length(s);
      sequences.push_back(
          {q.row_range(first, count), k.row_range(first, count), v.row_range(first, count), z.row_range(first, count)});
    }
    cpu.attention(part.shape, Causal{}, std::span<const AttentionSequence<float>>(sequences));
    cpu.add(x, product(z, part.o_proj));
  }

  template <class Mlp>
  void mlp(const Mlp& part, View x, const RmsNorm<Cpu>& norm) {
    const Workspace::Scope scope(cpu.workspace());
    const View h = normed(x, norm);
    const View neurons = product(h, part.gate_proj);
    cpu.activate(Silu{}, neurons);
    cpu.multiply(neurons, product(h, part.up_proj));
    cpu.add(x, product(neurons, part.down_proj));
  }

  Matrix<float> logits() {
    const Workspace::Scope scope(cpu.workspace());
    model.layers.front().self_attn.position.prepare(pass);
    const View x = matrix(config.hidden_size);
    cpu.embed(model.embed_tokens.weight, batch.ids(), x);
    for (const auto& layer : model.layers) {
      attention(layer.self_attn, x, layer.input_layernorm);
      mlp(layer.mlp, x, layer.post_attention_layernorm);
    }
    const View h = normed(x, model.norm);
    Matrix<float> result(batch.rows(), config.vocab_size);
    cpu.matmul(h, model.vocabulary(), {}, result.view());
    return result;
  }
};

/// Runs body() twice, as the first pass of a process allocates and resolves symbols, and has callgrind dump the counts
/// of the second.
template <class Body>
std::vector<float> counted(const char* name, Body body) {
  body();
  CALLGRIND_ZERO_STATS;
  const Matrix<float> logits = body();
  CALLGRIND_DUMP_STATS_AT(name);
  return {logits.view().data, logits.view().data + logits.rows() * logits.cols()};
}

}  // namespace

int main() {
  Cpu cpu(1);
  const Llama<> model = random_llama(cpu);
  const PackedBatch batch = random_batch({64});
  SumsOneElement direct, erased;
  const auto expected = counted("no hooks", [&] { return forward<output::Logits>(model, batch); });
  const auto by_hand = counted("by hand", [&] { return ByHand{model, batch}.logits(); });
  const auto with_hook = counted("one hook", [&] { return forward<output::Logits>(model, batch, hooks(direct)); });
  const auto with_erased = counted("one erased hook", [&] {
    auto set = hooks(erased);
    ErasedHooks through(set);
    return forward_with<output::Logits>(model, batch, through);
  });
  const bool same = by_hand == expected && with_hook == expected && with_erased == expected && direct.sum != 0 &&
                    direct.sum == erased.sum;
  std::puts(same ? "all four give the same bits" : "the results differ");
  return same ? 0 : 1;
}

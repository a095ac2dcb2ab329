/// The contract of a backend: where the arithmetic of a model happens. nn/ and models/ know nothing else about it, so a
/// new one (CUDA, a faster CPU) is a class with these members and no change above ops/.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>

#include "neuroglot/core/matrix.hpp"
#include "neuroglot/core/threads.hpp"
#include "neuroglot/core/workspace.hpp"
#include "neuroglot/ops/activation.hpp"
#include "neuroglot/ops/attention.hpp"
#include "neuroglot/ops/mask.hpp"
#include "neuroglot/ops/rope.hpp"
#include "neuroglot/ops/route.hpp"
#include "neuroglot/ops/row_targets.hpp"
#include "neuroglot/ops/soft_cap.hpp"

namespace neuroglot {

/// The weights of one product in a backend's own layout, filled row by row of the published (out_features,
/// in_features).
template <class W, class Scalar>
concept BackendWeight = std::movable<W> && requires(W w, const W c, Index n, const Scalar* from) {
  W(Index{} /* in_features */, Index{} /* out_features */);
  { c.in_features() } -> std::convertible_to<Index>;
  { c.out_features() } -> std::convertible_to<Index>;
  { c.bytes() } -> std::convertible_to<std::size_t>;
  w.set_row(n, from);
};

/// Matrices are (tokens, width) unless said otherwise; every operation's equation stands in the file of its name under
/// ops/.
template <class B>
concept Backend = BackendWeight<typename B::Weight, typename B::Scalar> &&
    std::constructible_from<typename B::Matrix, Index, Index> &&
    requires(B b, MatrixView<typename B::Scalar> y, MatrixView<const typename B::Scalar> x, const typename B::Weight w,
             const typename B::Vector vector, std::span<const std::int32_t> ids, std::span<const Index> rows,
             std::span<const double> factors, MatrixView<const float> host, std::span<double> loss, Index n,
             std::span<std::int32_t> best, std::span<const RowTargets> targets, const AttentionShape shape,
             const AttentionSequence<typename B::Scalar> sequence,
             std::span<const AttentionSequence<typename B::Scalar>> sequences) {
  { b.workspace() } -> std::same_as<Workspace&>;
  { b.threads() } -> std::same_as<Threads&>;
  b.embed(w, ids, y);                                        // y = rows of the table
  b.matmul(x, w, vector, y);                                 // y = x W^T + bias; an empty vector is no bias
  b.rms_norm(x, vector, 1e-5, y, 1.0);                       // y may be x; the offset is added to the weights
  b.layer_norm(x, vector, vector, 1e-5, y);                  // y may be x; an empty second vector is no bias
  b.scale(y, 1.0);                                           // y *= factor
  b.activate(Silu{}, y);                                     // in place
  b.add(y, x);                                               // y += x
  b.multiply(y, x);                                          // y *= x
  b.rotate(y, x, x, n, RotaryPairs::halves);                 // in place; cosines, sines, head_dim
  b.attention(shape, Causal{}, sequences);                   // all heads of all sequences at once, or step by step:
  b.attention_scores(shape, Causal{}, sequence, n, y);       // y (queries, keys) of head n
  b.softmax(y);                                              // in place
  b.attention_mix(shape, sequence, n, x);                    // sequence.z of head n from the pattern x (queries, keys)
  b.next_token_loss(x, w, ids, loss, LogitShape{});          // loss[row] in nats: cross entropy of x W^T with ids[row]
  b.best_columns(x, w, vector, best, LogitShape{});          // best[row] = argmax of x W^T + bias
  b.log_probabilities(x, w, vector, targets, LogitShape{});  // log softmax of x W^T + bias at each row's targets
  b.shape_logits(y, LogitShape{});                           // in place: the factor and soft cap of the scores
  { b.route(x, n, true) } -> std::same_as<Routing>;  // the n experts of each token from weights (tokens, experts)
  b.clear(y);                                        // y = 0
  b.scatter_add(x, rows, factors, y);                // y[rows[i]] += factors[i] x[i]
  b.gather(x, rows, y);                              // y[i] = x[rows[i]]
  b.copy(x, y);                                      // y = x
  b.upload(host, y);                                 // y = values of the host
  b.on_host(y, [](MatrixView<float>) {});            // lets the host read and write y as floats
};

/// What a backend may have besides: an activation, what hooks want of it, and the product with a second matrix in one
/// walk. `hooks()` calls them on y, which may be activated before, in between or after, as long as hooks see f(y); then
/// y = f(y) x, or f(y) where x has no data. nn/activation.hpp does it in three steps otherwise.
template <class B>
concept FusesActivations = requires(B b, MatrixView<typename B::Scalar> y, MatrixView<const typename B::Scalar> x) {
  b.activate_for_hooks(Silu{}, y, x, [] {});
};

}  // namespace neuroglot

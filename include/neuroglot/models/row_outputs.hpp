/// Scores of chosen rows of a batch, as a probe asks for them: only these rows are projected onto the vocabulary, and
/// no (rows, vocab) matrix exists.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/packed_batch.hpp"
#include "neuroglot/models/forward.hpp"
#include "neuroglot/nn/pass.hpp"
#include "neuroglot/ops/row_targets.hpp"

namespace neuroglot {

namespace detail {

inline void require_rows(const PackedBatch& batch, std::span<const Index> rows) {
  if (batch.rows() == 0) throw usage_error("a forward pass needs at least one token");
  for (const Index row : rows)
    if (row < 0 || row >= batch.rows()) throw usage_error("row ", row, " is asked of a batch of ", batch.rows());
}

/// Runs the batch to its end and calls f(pass, h) with what the vocabulary is multiplied with, (rows, embedding width).
template <class Model, class Hooks, class F>
void with_projected_rows(const Model& model, const PackedBatch& batch, std::span<const Index> rows, Hooks& listening,
                         F&& f) {
  model.require_head();
  require_rows(batch, rows);
  const Workspace::Scope scope(model.backend().workspace());
  Pass<typename Model::Backend, Hooks> pass(model.backend(), batch, listening);
  const auto x = model.end(pass, model.run_blocks(pass, model.begin(pass), true));
  if (pass.hears(site::logits{})) logits(model, pass, x);
  if (rows.empty()) return;
  const auto chosen = pass.matrix(static_cast<Index>(rows.size()), x.cols);
  pass.backend.gather(x, rows, chosen);
  f(pass, model.lm_head.transform(pass, chosen));
}

}  // namespace detail

/// The id with the highest score at each of these rows of the batch; of equal scores the lowest id, -1 where a row has
/// no score above -infinity. Throws Error for an encoder without a language model head.
template <class Model, class Hooks>
std::vector<std::int32_t> best_tokens(const Model& model, const PackedBatch& batch, std::span<const Index> rows,
                                      Hooks& listening) {
  std::vector<std::int32_t> best(rows.size());
  detail::with_projected_rows(model, batch, rows, listening, [&](auto& pass, auto h) {
    pass.backend.best_columns(h, model.vocabulary(), model.lm_head.bias, best, model.config().logit_shape);
  });
  return best;
}

/// Log probabilities in nats, log softmax of the scores at rows[i], of the ids of targets[i] (ascending). Throws Error
/// for an encoder without a language model head, UsageError for an id out of range.
template <class Model, class Hooks>
void row_log_probabilities(const Model& model, const PackedBatch& batch, std::span<const Index> rows,
                           std::span<const RowTargets> targets, Hooks& listening) {
  if (targets.size() != rows.size()) throw usage_error(rows.size(), " rows with targets of ", targets.size());
  for (const RowTargets& of : targets)
    if (!of.columns.empty() && (of.columns.front() < 0 || of.columns.back() >= model.config().vocab_size))
      throw usage_error("ids ", of.columns.front(), " to ", of.columns.back(), " are asked of a vocabulary of ",
                        model.config().vocab_size);
  detail::with_projected_rows(model, batch, rows, listening, [&](auto& pass, auto h) {
    pass.backend.log_probabilities(h, model.vocabulary(), model.lm_head.bias, targets, model.config().logit_shape);
  });
}

}  // namespace neuroglot

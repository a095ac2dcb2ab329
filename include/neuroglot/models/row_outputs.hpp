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
  const Timed timed(profile_of(model.backend()), "between operations");
  Pass<typename Model::Backend, Hooks> pass(model.backend(), batch, listening);
  const auto x = model.end(pass, model.run_blocks(pass, model.begin(pass), true));
  if (pass.hears(site::logits{})) logits(model, pass, x);
  if (rows.empty()) return;
  const auto chosen = pass.matrix(static_cast<Index>(rows.size()), x.cols);
  pass.backend.gather(x, rows, chosen);
  f(pass, model.lm_head.transform(pass, chosen));
}

inline void require_ids(std::span<const std::int32_t> ascending, Index vocabulary) {
  if (!ascending.empty() && (ascending.front() < 0 || ascending.back() >= vocabulary))
    throw usage_error("ids ", ascending.front(), " to ", ascending.back(), " are asked of a vocabulary of ",
                      vocabulary);
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
  for (const RowTargets& of : targets) detail::require_ids(of.columns, model.config().vocab_size);
  detail::with_projected_rows(model, batch, rows, listening, [&](auto& pass, auto h) {
    pass.backend.log_probabilities(h, model.vocabulary(), model.lm_head.bias, targets, model.config().logit_shape);
  });
}

/// Of each row asked for: the id with the highest score, and the log probability in nats of one id.
struct RowScores {
  std::vector<std::int32_t> best;
  std::vector<double> log_probability;
};

/// Both in one pass: best as in best_tokens, the log probability of targets[i] or, where that is -1, of the best.
/// Throws Error for an encoder without a language model head and for a row whose scores are not numbers, UsageError for
/// an id out of range.
template <class Model, class Hooks>
RowScores row_scores(const Model& model, const PackedBatch& batch, std::span<const Index> rows,
                     std::span<const std::int32_t> targets, Hooks& listening) {
  if (targets.size() != rows.size()) throw usage_error(rows.size(), " rows with ", targets.size(), " targets");
  RowScores scores{std::vector<std::int32_t>(rows.size()), std::vector<double>(rows.size())};
  std::vector<std::int32_t> asked(targets.begin(), targets.end());
  std::vector<RowTargets> of_rows;
  detail::with_projected_rows(model, batch, rows, listening, [&](auto& pass, auto h) {
    const auto& shape = model.config().logit_shape;
    pass.backend.best_columns(h, model.vocabulary(), model.lm_head.bias, scores.best, shape);
    for (std::size_t i = 0; i < asked.size(); ++i) {
      if (scores.best[i] < 0) throw error("the model's scores are not numbers: are its weights damaged?");
      if (asked[i] == -1) asked[i] = scores.best[i];
      of_rows.push_back({std::span(asked).subspan(i, 1), std::span(scores.log_probability).subspan(i, 1)});
      detail::require_ids(of_rows.back().columns, model.config().vocab_size);
    }
    pass.backend.log_probabilities(h, model.vocabulary(), model.lm_head.bias, of_rows, shape);
  });
  return scores;
}

}  // namespace neuroglot

/// The forward pass: a batch through a model, hooks listening, and as output only what was asked for.
#pragma once

#include <cstdint>
#include <vector>

#include "neuroglot/core/matrix.hpp"
#include "neuroglot/core/packed_batch.hpp"
#include "neuroglot/hooks/hook.hpp"
#include "neuroglot/nn/pass.hpp"

namespace neuroglot {

/// What forward computes after the hooks have heard what they listen to.
namespace output {
struct None {};           ///< nothing: the pass ends with the last thing a hook listens to
struct Hidden {};         ///< Matrix (tokens, hidden): the last norm's output, or the last block's where there is none
struct Logits {};         ///< Matrix (tokens, vocab)
struct LastLogits {};     ///< Matrix (sequences, vocab): of each sequence's last token
struct NextTokenLoss {};  ///< std::vector<double>, see forward
}  // namespace output

namespace detail {

template <class Model, class Pass>
typename Model::Backend::Matrix logits(const Model& model, Pass& pass, typename Pass::View x) {
  auto result = model.score(pass, x);
  pass.at(site::logits{}, result.view());
  return result;
}

template <class Model, class Pass>
typename Model::Backend::Matrix hidden(const Model& model, Pass& pass, typename Pass::View x, bool hears_logits) {
  typename Model::Backend::Matrix result(x.rows, x.cols);
  pass.backend.copy(x, result.view());
  if (hears_logits) logits(model, pass, x);
  return result;
}

/// Whether a hook hears a site that the family has. Capture<>, which hears all, does; one that hears nothing else than
/// sites that the family lacks would never be called.
template <class Model, class Hook>
constexpr bool hears_some_site_of() {
  bool hears = false;
  site::All::for_each([&]<class Site>(Site at) {
    if constexpr (HearsSite<std::remove_cvref_t<Hook>, Site>) hears = hears || !Model::lacks(at);
  });
  return hears;
}

/// The rows of the tokens that have a successor in their sequence, and those successors.
struct Predictions {
  std::vector<Index> rows;
  std::vector<std::int32_t> targets;

  explicit Predictions(const PackedBatch& batch) {
    for (Index s = 0; s < batch.sequences(); ++s)
      for (Index row = batch.begin(s); row + 1 < batch.begin(s + 1); ++row) {
        rows.push_back(row);
        targets.push_back(batch.ids()[static_cast<std::size_t>(row) + 1]);
      }
  }
};

template <class Model, class Pass>
std::vector<double> next_token_loss(const Model& model, Pass& pass, typename Pass::View x) {
  if (!model.config().is_causal)
    throw error("an encoder sees the tokens that follow: it has no next-token loss and no perplexity");
  const Predictions predictions(pass.batch);
  const auto chosen = pass.matrix(static_cast<Index>(predictions.rows.size()), x.cols);
  pass.backend.gather(x, predictions.rows, chosen);
  std::vector<double> loss(predictions.rows.size());
  if (pass.hears(site::logits{})) logits(model, pass, x);
  pass.backend.next_token_loss(model.lm_head.transform(pass, chosen), model.vocabulary(), predictions.targets, loss,
                               model.config().logit_shape);
  return loss;
}

template <class Model, class Pass>
typename Model::Backend::Matrix last_logits(const Model& model, Pass& pass, typename Pass::View x) {
  if (pass.hears(site::logits{})) logits(model, pass, x);
  const auto last = pass.matrix(pass.batch.sequences(), x.cols);
  std::vector<Index> rows;
  for (Index s = 0; s < last.rows; ++s) rows.push_back(pass.batch.begin(s + 1) - 1);
  pass.backend.gather(x, rows, last);
  return model.score(pass, last);
}

}  // namespace detail

/// Runs a batch through a model. Hooks are called as the pass comes by their sites; with a cache, every sequence goes
/// on where it stands there. Gives what Output names:
///   Hidden          Matrix (tokens, hidden)
///   Logits          Matrix (tokens, vocab)
///   LastLogits      Matrix (sequences, vocab)
///   NextTokenLoss   nats of each token that follows another in its sequence, in the order of the batch; a sequence of
///   n tokens
///                   gives n - 1 of them
///   None            nothing
/// The pass uses the model's backend, so two threads must not run one backend at the same time.
template <class Output = output::Logits, class Model, class... Hooks>
requires requires {
  typename Model::Backend;
}
auto forward(const Model& model, const PackedBatch& batch, HookSet<Hooks...> listening = HookSet<>(),
             KvCache<typename Model::Backend>* cache = nullptr) {
  static_assert((detail::hears_some_site_of<Model, Hooks>() && ...),
                "this hook hears only sites that the model's family does not have (see lacks() of its block: "
                "rot_q and rot_k without rotary positions, mlp_pre_linear without a gate, ...)");
  return forward_with<Output>(model, batch, listening, cache);
}

namespace detail {

/// What comes after the blocks: the output, of the residual stream x.
template <class Output, class Model, class Pass>
auto finish(const Model& model, Pass& pass, typename Pass::View x, bool hears_logits) {
  if constexpr (!std::is_same_v<Output, output::None>) {
    const auto normed = model.end(pass, x);
    if constexpr (std::is_same_v<Output, output::Logits>)
      return logits(model, pass, normed);
    else if constexpr (std::is_same_v<Output, output::Hidden>)
      return hidden(model, pass, normed, hears_logits);
    else if constexpr (std::is_same_v<Output, output::LastLogits>)
      return last_logits(model, pass, normed);
    else
      return next_token_loss(model, pass, normed);
  } else if (hears_logits || pass.hears(site::ln_final{})) {
    const auto normed = model.end(pass, x);
    if (hears_logits) logits(model, pass, normed);
  }
}

}  // namespace detail

/// The same for any object that hears sites, ErasedHooks among them.
template <class Output, class Model, class Hooks>
auto forward_with(const Model& model, const PackedBatch& batch, Hooks& listening,
                  KvCache<typename Model::Backend>* cache = nullptr) {
  if (batch.rows() == 0) throw usage_error("a forward pass needs at least one token");
  const Workspace::Scope scope(model.backend().workspace());
  const Timed timed(profile_of(model.backend()), "between operations");
  Pass<typename Model::Backend, Hooks> pass(model.backend(), batch, listening, cache);
  const bool hears_logits = model.config().has_lm_head && pass.hears(site::logits{});
  const bool wants_output = !std::is_same_v<Output, output::None> || hears_logits;
  const auto x = model.run_blocks(pass, model.begin(pass), wants_output);
  return detail::finish<Output>(model, pass, x, hears_logits);
}

}  // namespace neuroglot

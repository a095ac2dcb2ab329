/// Goes on with prompts token by token: prompts of any lengths are one packed batch with one KV cache, and those that
/// have ended drop out.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/packed_batch.hpp"
#include "neuroglot/experiment/generation/sequence.hpp"
#include "neuroglot/experiment/sampling/sampler.hpp"
#include "neuroglot/hooks/erased.hpp"
#include "neuroglot/models/any_model.hpp"
#include "neuroglot/text/tokenizer.hpp"

namespace neuroglot {

namespace detail {

/// Tokens that a sequence of the batch may come to have; the last new one is never fed. Throws where the model can not
/// go on with a prompt.
inline Index cache_capacity(const Config& config, std::span<const std::vector<TokenId>> prompts,
                            const GenerationOptions& options) {
  if (!config.is_causal || !config.has_lm_head)
    throw error("a model of type ", config.model_type,
                " does not generate: it is no decoder with a language model head");
  if (options.max_new_tokens < 1)
    throw usage_error(options.max_new_tokens, " new tokens: at least 1 is to be generated");
  std::size_t longest = 0;
  for (const std::vector<TokenId>& prompt : prompts) {
    if (prompt.empty()) throw usage_error("a prompt holds no token: there is nothing to go on from");
    longest = std::max(longest, prompt.size());
  }
  const Index capacity = static_cast<Index>(longest) + options.max_new_tokens - 1;
  if (capacity > config.max_position_embeddings)
    throw usage_error("a prompt of ", longest, " tokens and ", options.max_new_tokens,
                      " new ones: the model was made for ", config.max_position_embeddings, " positions");
  return capacity;
}

/// The sequences of a batch that go on.
class GeneratingBatch {
 public:
  explicit GeneratingBatch(std::vector<GeneratedSequence>& all) : all_(all) {
    for (std::size_t i = 0; i < all.size(); ++i) going_on_.push_back(i);
  }

  bool has_ended() const { return going_on_.empty(); }

  /// What the cache has not seen: the prompts at first, then one token each.
  PackedBatch unseen() const {
    PackedBatch batch;
    for (const std::size_t i : going_on_) {
      const std::span<const TokenId> seen(all_[i].seen());
      batch.add(is_first_ ? seen : seen.last(1), is_first_ ? 0 : static_cast<Index>(seen.size()) - 1);
    }
    return batch;
  }

  /// One more token each. scores (sequences, vocab): of the batch that unseen gave; on_token(sequence) hears of each.
  template <TokenSampler S, class OnToken>
  void step(MatrixView<float> scores, const S& sampler, AnyCache& cache, OnToken& on_token) {
    std::vector<Index> kept;
    std::vector<std::size_t> going_on;
    for (std::size_t s = 0; s < going_on_.size(); ++s) {
      GeneratedSequence& sequence = all_[going_on_[s]];
      sequence.add(sampler(scores.row(static_cast<Index>(s)), sequence.seen(), sequence.random()));
      on_token(going_on_[s], sequence);
      if (sequence.has_ended()) continue;
      kept.push_back(static_cast<Index>(s));
      going_on.push_back(going_on_[s]);
    }
    if (kept.size() < going_on_.size()) cache.keep(kept);
    going_on_ = std::move(going_on);
    is_first_ = false;
  }

 private:
  std::vector<GeneratedSequence>& all_;
  std::vector<std::size_t> going_on_;
  bool is_first_ = true;
};

}  // namespace detail

/// For a caller that listens to nothing while texts grow.
struct NoListener {
  void operator()(std::size_t, std::string_view) const {}
};

/// Goes on with each prompt until an end token, a stop string or options.max_new_tokens. `first_number` is the first
/// prompt's number among all that share a seed. on_text(prompt, text) is called after each of a prompt's tokens with
/// the text that it settled, which may be empty. What comes of a prompt does not depend on the others beside it.
template <TokenSampler S, class OnText = NoListener>
std::vector<Generated> generate(AnyModel& model, const Tokenizer& tokenizer,
                                std::span<const std::vector<TokenId>> prompts, const S& sampler,
                                const GenerationOptions& options, ErasedHooks hooks, OnText on_text = {},
                                std::uint64_t first_number = 0) {
  if (prompts.empty()) return {};
  const Index capacity = detail::cache_capacity(model.config(), prompts, options);
  const auto cache = model.make_cache(static_cast<Index>(prompts.size()), capacity);
  std::vector<detail::GeneratedSequence> sequences;
  sequences.reserve(prompts.size());
  for (std::size_t i = 0; i < prompts.size(); ++i)
    sequences.emplace_back(tokenizer, prompts[i], options, first_number + i);
  const auto on_token = [&](std::size_t i, detail::GeneratedSequence& sequence) { on_text(i, sequence.fresh()); };
  for (detail::GeneratingBatch batch(sequences); !batch.has_ended();) {
    Matrix<float> scores = model.last_logits(batch.unseen(), hooks, cache.get());
    batch.step(scores.view(), sampler, *cache, on_token);
  }
  std::vector<Generated> results;
  for (const detail::GeneratedSequence& sequence : sequences) results.push_back(sequence.result());
  return results;
}

}  // namespace neuroglot

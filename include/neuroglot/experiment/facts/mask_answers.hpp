/// What a masked language model answers at the masks of its prompts, and how sure it is of given tokens there, with
/// neurons of each prompt's own switched off.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "neuroglot/core/matrix.hpp"
#include "neuroglot/core/neurons.hpp"
#include "neuroglot/core/packed_batch.hpp"
#include "neuroglot/experiment/facts/prompt.hpp"
#include "neuroglot/hooks/deactivate_rows.hpp"
#include "neuroglot/hooks/hook.hpp"
#include "neuroglot/models/any_model.hpp"
#include "neuroglot/text/tokenizer.hpp"

namespace neuroglot {

/// Of one prompt.
struct MaskAnswer {
  std::vector<TokenId> best;   ///< at each mask the most probable token; of equal ones the lowest id
  double log_probability = 0;  ///< nats, mean over the masks: of the target's tokens, or of the best without a target
};

/// A prompt that is asked with neurons of its own off.
struct MaskVariant {
  const Prompt* prompt = nullptr;
  std::vector<TokenId> target;  ///< a token a mask; empty: the best
  NeuronsByLayer off;
};

namespace detail {

/// The answers of a pass to some variants, whose masks are rows of it one after the other.
inline void take_answers(std::span<const MaskVariant> asked, const RowScores& scores,
                         std::vector<MaskAnswer>& answers) {
  std::size_t row = 0;
  for (const MaskVariant& variant : asked) {
    MaskAnswer& answer = answers.emplace_back();
    for (std::size_t i = 0; i < variant.prompt->masks.size(); ++i, ++row) {
      answer.best.push_back(scores.best[row]);
      answer.log_probability += scores.log_probability[row];
    }
    answer.log_probability /= static_cast<double>(variant.prompt->masks.size());
  }
}

}  // namespace detail

/// An answer for each variant, about `batch` tokens in a pass; no number depends on that. done(prompts) is called after
/// each pass. Only the masks are projected onto the vocabulary.
template <class Done>
std::vector<MaskAnswer> ask_variants(AnyModel& model, std::span<const MaskVariant> variants, Index batch, Done done) {
  std::vector<MaskAnswer> answers;
  for (std::size_t next = 0; next < variants.size();) {
    const std::size_t first = next;
    PackedBatch packed;
    std::vector<Index> rows;
    std::vector<TokenId> targets;
    DeactivateRows off;
    do {
      const MaskVariant& variant = variants[next++];
      for (std::size_t i = 0; i < variant.prompt->masks.size(); ++i) {
        rows.push_back(packed.rows() + variant.prompt->masks[i]);
        targets.push_back(variant.target.empty() ? -1 : variant.target[i]);
      }
      packed.add(variant.prompt->ids);
      off.choices.push_back(variant.off);
    } while (next < variants.size() && packed.rows() < batch);
    detail::take_answers(variants.subspan(first, next - first), row_scores(model, packed, rows, targets, hooks(off)),
                         answers);
    done(packed.sequences());
  }
  return answers;
}

}  // namespace neuroglot

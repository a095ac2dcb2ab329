/// What a masked language model answers at the masks of its prompts, and how sure it is of given tokens there.
#pragma once

#include <algorithm>
#include <cmath>
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
#include "neuroglot/models/forward.hpp"
#include "neuroglot/text/tokenizer.hpp"

namespace neuroglot {

/// Of one prompt.
struct MaskAnswer {
  std::vector<TokenId> best;   ///< at each mask the most probable token; of equal ones the lowest id
  double log_probability = 0;  ///< nats, mean over the masks: of the target's tokens, or of the best without a target
};

/// A prompt in a batch: its masks as rows of the batch, and which tokens are asked for there (none: the best).
struct MaskQuestion {
  std::vector<Index> rows;
  std::vector<TokenId> target;
};

/// Hears the logits; answers[s] is that of questions[s].
class HearMaskAnswers {
 public:
  explicit HearMaskAnswers(std::span<const MaskQuestion> questions) : questions_(questions) {}

  const std::vector<MaskAnswer>& answers() const { return answers_; }

  void operator()(site::logits, const Place&, ConstMatrixRef logits) {
    answers_.clear();
    for (const MaskQuestion& question : questions_) {
      MaskAnswer answer;
      for (std::size_t i = 0; i < question.rows.size(); ++i) {
        const auto row = logits.row(question.rows[i]);
        const std::span<const float> scores(row.data(), static_cast<std::size_t>(row.size()));
        const auto best = static_cast<TokenId>(std::ranges::max_element(scores) - scores.begin());
        answer.best.push_back(best);
        answer.log_probability += log_probability(scores, question.target.empty() ? best : question.target[i]);
      }
      answer.log_probability /= static_cast<double>(question.rows.size());
      answers_.push_back(std::move(answer));
    }
  }

 private:
  static double log_probability(std::span<const float> scores, TokenId token) {
    const auto largest = static_cast<double>(*std::ranges::max_element(scores));
    double sum = 0;
    for (const float score : scores) sum += std::exp(static_cast<double>(score) - largest);
    return static_cast<double>(scores[static_cast<std::size_t>(token)]) - largest - std::log(sum);
  }

  std::span<const MaskQuestion> questions_;
  std::vector<MaskAnswer> answers_;
};

/// A prompt that is asked with neurons of its own off.
struct MaskVariant {
  const Prompt* prompt = nullptr;
  std::vector<TokenId> target;  ///< as in MaskQuestion
  NeuronsByLayer off;
};

/// An answer for each variant, about `batch` tokens in a pass; no number depends on that. done(prompts) is called after
/// each pass.
template <class Model, class Done>
std::vector<MaskAnswer> ask_variants(Model& model, std::span<const MaskVariant> variants, Index batch, Done done) {
  std::vector<MaskAnswer> answers;
  for (std::size_t next = 0; next < variants.size();) {
    PackedBatch packed;
    std::vector<MaskQuestion> questions;
    DeactivateRows off;
    do {
      const MaskVariant& variant = variants[next++];
      questions.push_back({variant.prompt->masks, variant.target});
      for (Index& row : questions.back().rows) row += packed.rows();
      packed.add(variant.prompt->ids);
      off.choices.push_back(variant.off);
    } while (next < variants.size() && packed.rows() < batch);
    HearMaskAnswers hear(questions);
    forward<output::None>(model, packed, hooks(off, hear));
    answers.insert(answers.end(), hear.answers().begin(), hear.answers().end());
    done(packed.sequences());
  }
  return answers;
}

/// When an answer is an object: full match. The token that is nothing but white space (SentencePiece's "\u2581") does
/// not count.
class AnswerTokens {
 public:
  explicit AnswerTokens(const Tokenizer& tokenizer) {
    const std::vector<TokenId> ids = tokenizer.encode("\u2581", SpecialTokens::none).ids;
    for (const TokenId id : ids)
      if (tokenizer.piece(id) == "\u2581") white_space_ = id;
  }

  bool same(std::vector<TokenId> answer, std::vector<TokenId> object) const {
    std::erase(answer, white_space_);
    std::erase(object, white_space_);
    return answer == object;
  }

 private:
  TokenId white_space_ = -1;
};

}  // namespace neuroglot

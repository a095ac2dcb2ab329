/// How likely a model finds answers: their loss, after the prompt that they answer or alone. What stands in for quality
/// where nobody judges; it says nothing of whether an answer is right.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "neuroglot/core/packed_batch.hpp"
#include "neuroglot/core/progress.hpp"
#include "neuroglot/experiment/steering/answer_file.hpp"
#include "neuroglot/hooks/hook.hpp"
#include "neuroglot/models/any_model.hpp"
#include "neuroglot/text/tokenizer.hpp"

namespace neuroglot {

struct SelfPerplexityOptions {
  bool given_prompt = true;  ///< the losses are those of the answer's tokens after the prompt; else of the answer alone
  Index tokens_in_a_pass = 2048;  ///< about
};

/// Mean nats a token of each answer; nothing where no token is predicted.
struct AnswerLosses {
  std::vector<std::optional<double>> nll;
  Index cut = 0;  ///< answers whose ends the model has no positions for, measured without them
};

namespace detail {

/// An answer's tokens behind its context, and which of them are predicted.
struct MeasuredAnswer {
  std::vector<TokenId> ids;
  std::size_t first = 1;   ///< token of the answer that is predicted
  std::size_t answer = 0;  ///< index into the answers
};

inline MeasuredAnswer measured_answer(const Answer& answer, const Tokenizer& tokenizer, bool given_prompt) {
  MeasuredAnswer made;
  if (given_prompt) {
    made.ids = tokenizer.encode(answer.prompt, SpecialTokens::added).ids;
  } else if (tokenizer.bos_id() >= 0) {
    made.ids.push_back(tokenizer.bos_id());
  }
  made.first = std::max<std::size_t>(1, made.ids.size());
  const Tokens tokens = tokenizer.encode(answer.answer, SpecialTokens::none);
  made.ids.insert(made.ids.end(), tokens.ids.begin(), tokens.ids.end());
  return made;
}

/// Losses of the batch, sequence after sequence, one fewer than the sequence has tokens.
inline void take_losses(std::span<const double> losses, std::span<const MeasuredAnswer> batch, AnswerLosses& all) {
  std::size_t begin = 0;
  for (const MeasuredAnswer& measured : batch) {
    const std::size_t predicted = measured.ids.size() - measured.first;
    const auto of_answer = losses.subspan(begin + measured.first - 1, predicted);
    all.nll[measured.answer] =
        std::accumulate(of_answer.begin(), of_answer.end(), 0.0) / static_cast<double>(predicted);
    begin += measured.ids.size() - 1;
  }
}

}  // namespace detail

/// The prompt and the answer are tokenised by themselves and laid end to end. No loss depends on what else is in a
/// pass.
inline AnswerLosses answer_losses(AnyModel& model, const Tokenizer& tokenizer, std::span<const Answer> answers,
                                  const SelfPerplexityOptions& options, Progress& progress) {
  AnswerLosses all{std::vector<std::optional<double>>(answers.size()), 0};
  const auto longest = static_cast<std::size_t>(model.config().max_position_embeddings);
  std::vector<detail::MeasuredAnswer> waiting;
  PackedBatch batch;
  const auto run = [&] {
    if (waiting.empty()) return;
    detail::take_losses(forward<output::NextTokenLoss>(model, batch), waiting, all);
    waiting.clear();
    batch = PackedBatch();
  };
  for (std::size_t i = 0; i < answers.size(); ++i) {
    progress.add(1);
    detail::MeasuredAnswer measured = detail::measured_answer(answers[i], tokenizer, options.given_prompt);
    measured.answer = i;
    if (measured.ids.size() > longest) {
      measured.ids.resize(longest);
      ++all.cut;
    }
    if (measured.ids.size() <= measured.first) continue;
    batch.add(measured.ids);
    waiting.push_back(std::move(measured));
    if (batch.rows() >= options.tokens_in_a_pass) run();
  }
  run();
  return all;
}

}  // namespace neuroglot

/// From scores to the next token: processors in Hugging Face's order, then a choice.
#pragma once

#include <concepts>
#include <random>
#include <span>
#include <tuple>
#include <utility>
#include <variant>

#include "neuroglot/experiment/sampling/greedy.hpp"
#include "neuroglot/experiment/sampling/min_p.hpp"
#include "neuroglot/experiment/sampling/multinomial.hpp"
#include "neuroglot/experiment/sampling/repetition_penalty.hpp"
#include "neuroglot/experiment/sampling/scores.hpp"
#include "neuroglot/experiment/sampling/temperature.hpp"
#include "neuroglot/experiment/sampling/top_k.hpp"
#include "neuroglot/experiment/sampling/top_p.hpp"

namespace neuroglot {

/// Names a token by its scores; the generator is the sequence's own.
template <class C>
concept TokenChoice = requires(const C choice, std::span<const float> scores, std::mt19937_64& random) {
  { choice(scores, random) } -> std::same_as<TokenId>;
};

/// What generate asks for the next token of a sequence; it may change the scores.
template <class S>
concept TokenSampler = requires(const S sampler, std::span<float> scores, std::span<const TokenId> seen,
                                std::mt19937_64& random) {
  { sampler(scores, seen, random) } -> std::same_as<TokenId>;
};

/// Usage: `Sampler<Greedy, RepetitionPenalty> sampler{{}, {RepetitionPenalty(1.1)}};`
template <TokenChoice Choice, ScoreProcessor... Processors>
struct Sampler {
  Choice choice = Choice();
  std::tuple<Processors...> processors = std::tuple<Processors...>();

  TokenId operator()(std::span<float> scores, std::span<const TokenId> seen, std::mt19937_64& random) const {
    const auto process = [&](const auto& processor) {
      if (!processor.changes_nothing()) processor(scores, seen);
    };
    std::apply([&](const auto&... in_order) { (process(in_order), ...); }, processors);
    return choice(scores, random);
  }
};

/// The chain that Hugging Face's generate builds without and with do_sample.
using GreedySampler = Sampler<Greedy, RepetitionPenalty>;
using RandomSampler = Sampler<Multinomial, RepetitionPenalty, Temperature, TopK, TopP, MinP>;

}  // namespace neuroglot

/// Switches off the neurons that a fact has in one language and asks for the fact in all languages: does what a
/// language knows hang on the neurons of another? (The paper's code has it, Zhao et al. 2024 do not report it)
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/analysis/fact_neuron_sets.hpp"
#include "neuroglot/analysis/random.hpp"
#include "neuroglot/core/progress.hpp"
#include "neuroglot/experiment/facts/fact.hpp"
#include "neuroglot/experiment/facts/mask_answers.hpp"
#include "neuroglot/experiment/facts/match.hpp"
#include "neuroglot/experiment/facts/relation_neurons_file.hpp"

namespace neuroglot {

struct FactsOffOptions {
  std::vector<std::size_t> sources;  ///< languages whose neurons are switched off
  std::size_t facts = 200;           ///< of those that two languages have at most so many, drawn at random; 0: all
  Index controls = 1;                ///< random sets of neurons for each fact
  std::uint64_t seed = 1;
  Index batch = 2048;  ///< tokens in a pass, about
};

/// A fact in language `target` with the neurons of language `source` off, against nothing off.
struct FactOff {
  std::size_t fact = 0, source = 0, target = 0;
  bool hit = false;           ///< the answer is the same
  double change = 0;          ///< of its log probability: nats, mean over its masks
  double control_hits = 0;    ///< share of the random controls under which the answer is the same
  double control_change = 0;  ///< mean over the random controls
};

struct FactsOff {
  std::vector<FactOff> measured;
  std::vector<SkippedFact> skipped;
};

/// A fact's prompt in a language, and the tokens of its object.
struct FactQuestion {
  Prompt prompt;
  std::vector<TokenId> object;
};

/// At most `wanted` of the facts that two languages or more have (0: all), ascending; the same for the same seed.
inline std::vector<std::size_t> draw_facts(const FactNeuronSets& sets, std::size_t wanted, std::uint64_t seed) {
  std::vector<std::size_t> candidates;
  for (std::size_t f = 0; f < sets.facts.size(); ++f) {
    std::size_t languages = 0;
    for (std::size_t k = 0; k < sets.languages.size(); ++k) languages += sets.has(k, f) ? 1 : 0;
    if (languages > 1) candidates.push_back(f);
  }
  if (wanted == 0 || wanted >= candidates.size()) return candidates;
  std::mt19937_64 random(seed);
  std::vector<std::size_t> drawn;
  for (const Index at :
       detail::distinct_below(static_cast<Index>(candidates.size()), static_cast<Index>(wanted), random))
    drawn.push_back(candidates[static_cast<std::size_t>(at)]);
  return drawn;
}

namespace detail {

/// One fact in the language that is asked, and what is known of it.
struct FactAsked {
  std::size_t fact = 0;
  FactQuestion question;
  MaskAnswer answer;  ///< with nothing off
};

/// The facts whose answer with nothing off is their object: what is asked for again with neurons off.
template <class Ask>
std::vector<FactAsked> answered_facts(AnyModel& model, const FactNeuronSets& sets, std::size_t language,
                                      const std::vector<std::size_t>& facts, std::optional<TokenId> white_space,
                                      Index batch, Ask ask, std::vector<SkippedFact>& skipped) {
  std::vector<FactAsked> asked;
  std::vector<MaskVariant> plain;
  for (const std::size_t f : facts)
    if (sets.has(language, f)) asked.push_back({f, ask(language, f), {}});
  for (const FactAsked& of : asked) plain.push_back({&of.question.prompt, {}, {}});
  std::vector<MaskAnswer> answers = ask_variants(model, plain, batch, [](Index) {});
  for (std::size_t i = 0; i < asked.size(); ++i) asked[i].answer = std::move(answers[i]);
  std::erase_if(asked, [&](const FactAsked& of) {
    FactMatch match(of.question.object, white_space);
    match.add(of.answer.best);
    if (match.full()) return false;
    skipped.push_back({sets.languages[language] + "/" + sets.facts[of.fact].relation + " " + sets.facts[of.fact].uuid,
                       "is not answered with nothing off: were the hits made with other weights or options?"});
    return true;
  });
  return asked;
}

/// A fact's random controls, then its neurons in each source that has it.
inline std::vector<MaskVariant> variants_of(const FactAsked& of, const FactNeuronSets& sets, std::size_t language,
                                            const FactsOffOptions& options, const NeuronShape& shape) {
  std::vector<MaskVariant> variants;
  for (Index i = 0; i < options.controls; ++i) {
    const auto wanted = static_cast<Index>(sets.neurons[language][of.fact].size());
    const std::uint64_t seed =
        options.seed + of.fact * static_cast<std::uint64_t>(options.controls) + static_cast<std::uint64_t>(i);
    variants.push_back(
        {&of.question.prompt, of.answer.best, random_neurons(wanted, shape.layers, shape.neurons_per_layer, seed)});
  }
  for (const std::size_t source : options.sources)
    if (sets.has(source, of.fact))
      variants.push_back({&of.question.prompt, of.answer.best,
                          by_layer(sets.neurons[source][of.fact], shape.layers, shape.neurons_per_layer)});
  return variants;
}

/// Records of one fact out of the answers to its variants, which begin at `at` and are passed by.
inline void record_fact(const FactAsked& of, const FactNeuronSets& sets, std::size_t language,
                        const FactsOffOptions& options, std::vector<MaskAnswer>::const_iterator& at,
                        std::vector<FactOff>& measured) {
  FactOff record{of.fact, 0, language};
  const auto controls = static_cast<double>(options.controls);
  for (Index i = 0; i < options.controls; ++i, ++at) {
    record.control_hits += (at->best == of.answer.best ? 1 : 0) / controls;
    record.control_change += (at->log_probability - of.answer.log_probability) / controls;
  }
  for (const std::size_t source : options.sources)
    if (sets.has(source, of.fact)) {
      record.source = source;
      record.hit = at->best == of.answer.best;
      record.change = at->log_probability - of.answer.log_probability;
      measured.push_back(record);
      ++at;
    }
}

}  // namespace detail

/// `white_space`: the token that full match drops, where there is one. ask(language, fact) gives a FactQuestion. Facts
/// are measured language by language, many with neurons of their own off in one pass; no number depends on how they are
/// batched.
template <class Ask>
FactsOff switch_facts_off(AnyModel& model, std::optional<TokenId> white_space, const FactNeuronSets& sets,
                          const FactsOffOptions& options, const NeuronShape& shape, bool quiet, Ask ask) {
  const std::vector<std::size_t> facts = draw_facts(sets, options.facts, options.seed);
  FactsOff result;
  for (std::size_t c = 0; c < sets.languages.size(); ++c) {
    const std::vector<detail::FactAsked> asked =
        detail::answered_facts(model, sets, c, facts, white_space, options.batch, ask, result.skipped);
    std::vector<MaskVariant> variants;
    for (const detail::FactAsked& of : asked)
      for (MaskVariant& variant : detail::variants_of(of, sets, c, options, shape))
        variants.push_back(std::move(variant));
    Progress progress("neurons off, " + sets.languages[c], static_cast<std::int64_t>(variants.size()), "prompts",
                      quiet);
    const std::vector<MaskAnswer> answers =
        ask_variants(model, variants, options.batch, [&](Index prompts) { progress.add(prompts); });
    auto at = answers.begin();
    for (const detail::FactAsked& of : asked) detail::record_fact(of, sets, c, options, at, result.measured);
  }
  return result;
}

}  // namespace neuroglot

/// What questions are asked with: no neuron changed, those of a language off or on, random ones off. (Tang et al. 2024,
/// Tables 2, 5 and 6)
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/analysis/neuron_set.hpp"
#include "neuroglot/analysis/random.hpp"
#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/steering/steering.hpp"

namespace neuroglot {

/// One state of the model and the languages that it is asked in.
struct SteeringCondition {
  std::string name;  ///< normal, random, off, on, cross
  std::string off;   ///< language whose neurons are off ("random": as many random ones as its languages have); or empty
  std::string on;    ///< language whose neurons are steered; or empty
  std::vector<std::string> asked_in;

  /// The language that an answer is to be in: the one that is on, else the question's.
  std::string target(const std::string& question_language) const { return on.empty() ? question_language : on; }
};

/// "es:zh": asked in es with es off and zh on.
inline SteeringCondition cross_lingual(std::string_view pair) {
  const std::size_t colon = pair.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == pair.size())
    throw usage_error("--cross ", pair, ": QUESTION_LANGUAGE:ANSWER_LANGUAGE expected, such as es:zh");
  const std::string question(pair.substr(0, colon)), answer(pair.substr(colon + 1));
  if (question == answer) throw usage_error("--cross ", pair, ": two different languages expected");
  return {"cross", question, answer, {question}};
}

/// The conditions of these names: normal (asked in all languages), random (for each language as many random neurons
/// off as it has, asked in it), off (for each language of `with_neurons` its neurons off, asked in all languages), on
/// (each language's neurons steered, asked in it). Throws UsageError for another name.
inline std::vector<SteeringCondition> steering_plan(std::span<const std::string> names,
                                                    const std::vector<std::string>& asked,
                                                    std::span<const std::string> with_neurons) {
  std::vector<SteeringCondition> plan;
  const auto has_neurons = [&](const std::string& language) {
    return std::ranges::find(with_neurons, language) != with_neurons.end();
  };
  for (const std::string& name : names) {
    if (name == "normal") {
      plan.push_back({name, "", "", asked});
    } else if (name == "off") {
      for (const std::string& language : with_neurons) plan.push_back({name, language, "", asked});
    } else if (name == "random" || name == "on") {
      for (const std::string& language : asked)
        if (has_neurons(language))
          plan.push_back({name, name == "on" ? "" : "random", name == "on" ? language : "", {language}});
    } else {
      throw usage_error("--conditions: there is no ", name, "; there are normal, random, off and on");
    }
  }
  return plan;
}

/// What a condition does to the model. `seed` of random neurons is that of language k plus k, as in ng-perplexity.
inline Steering steering(const SteeringCondition& condition, const NeuronSet& set, const SteeringValue& value,
                         const ActivationStatistics* statistics, std::uint64_t seed) {
  if (condition.off == "random") {
    const std::string& language = condition.asked_in.front();
    const auto k = static_cast<std::uint64_t>(std::ranges::find(set.languages, language) - set.languages.begin());
    Steering made;
    made.off.neurons = random_neurons(count(set.of(language)), set.layers, set.neurons_per_layer, seed + k);
    return made;
  }
  SteeringOptions options{{}, condition.on, value};
  if (!condition.off.empty()) options.off = {condition.off};
  return steering(set, options, statistics);
}

}  // namespace neuroglot

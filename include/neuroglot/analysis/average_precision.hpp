/// Average precision of "the neuron is active" as a predictor of "the text is in language k". (Kojima et al. 2024;
/// kojima-takeshi188/lang_neuron, expertise.py)
#pragma once

#include <cstddef>
#include <string_view>

#include "neuroglot/analysis/activation_statistics.hpp"
#include "neuroglot/analysis/ranking.hpp"
#include "neuroglot/analysis/select.hpp"

namespace neuroglot {

/// Kojima et al. score a whole text by a neuron's value pooled over it and rank the texts by that. A recording keeps
/// neither texts nor single values, so that number can not be had from it. What can be had exactly is the average
/// precision over recorded positions of the binary score active / not active, as scikit-learn's average_precision_score
/// computes it: AP = sum over thresholds of (recall - recall before) * precision, positions of equal score together.
/// There are two thresholds, "active" and "all": with n[k] of N positions and count[k] of C active ones in language k,
///     AP[k] = r * precision + (1 - r) * n[k] / N,    r = count[k] / n[k],    precision = count[k] / C.
/// Chance is n[k] / N, which is also what dead and always active neurons have (0 / 0 is 0).
struct AveragePrecision {
  static constexpr std::string_view name = "ap";

  /// AP above chance, AP[k] - n[k] / N = r * (precision - n[k] / N): exactly 0 for neurons that tell nothing.
  LanguagesByLayersByNeurons score(const ActivationStatistics& statistics) const {
    LanguagesByLayersByNeurons score = activation_probability(statistics);  // r
    double positions = 0;
    for (const std::int64_t tokens : statistics.tokens) positions += static_cast<double>(tokens);
    for (std::size_t layer = 0; layer < score.shape(1); ++layer)
      for (std::size_t neuron = 0; neuron < score.shape(2); ++neuron) {
        double active = 0;
        for (std::size_t k = 0; k < score.shape(0); ++k)
          active += static_cast<double>(statistics.count(k, layer, neuron));
        if (active == 0) continue;
        for (std::size_t k = 0; k < score.shape(0); ++k)
          score(k, layer, neuron) *= static_cast<double>(statistics.count(k, layer, neuron)) / active -
                                     static_cast<double>(statistics.tokens[k]) / positions;
      }
    return score;
  }
};

/// As the released code selects: half of a language's neurons are those of highest, half those of lowest average
/// precision (make_limited_expert.py: 1000 and 1000), that is neurons that speak for and against the language.
struct AveragePrecisionBothEnds {
  static constexpr std::string_view name = "ap-both";

  NeuronSet select(const ActivationStatistics& statistics, const SelectionOptions& options) const {
    detail::check_request(statistics, options);
    const LanguagesByLayersByNeurons score = AveragePrecision{}.score(statistics);
    const std::size_t half = detail::wanted_per_language(statistics, options) / 2;
    NeuronSet chosen =
        empty_set(statistics, name, {{"rate", options.rate}, {"per_language", static_cast<Index>(2 * half)}});
    for (std::size_t k = 0; k < statistics.languages.size(); ++k) {
      for (const double sign : {1.0, -1.0})
        for (const RankedNeuron& neuron : highest(score, k, half, sign))
          chosen.neurons[k][neuron.layer].push_back(static_cast<Index>(neuron.neuron));
      for (std::vector<Index>& layer : chosen.neurons[k]) std::sort(layer.begin(), layer.end());
    }
    return chosen;
  }
};

}  // namespace neuroglot

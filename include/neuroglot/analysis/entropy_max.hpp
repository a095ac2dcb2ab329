/// Entropy minus lambda times the largest activation probability. (NJUNLP/Language-Neurons-Alignment, identify.py;
/// Zhang et al. 2025, "How does alignment enhance LLMs' multilingual capabilities?")
#pragma once

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "neuroglot/analysis/lape.hpp"
#include "neuroglot/analysis/neuron_set.hpp"
#include "neuroglot/core/error.hpp"

namespace neuroglot {

/// score = LAPE / ln K - lambda * max over k of p[k], for K languages: of two neurons that are as specific, the one
/// that fires more often comes first. lambda = 0 is LAPE. The released code divides its lambda by H_K / K, H_K = 1 +
/// 1/2 +
/// ... + 1/K; its published mask for ten languages has 0.109375 / (H_10 / 10) = 0.37, the default here. It has no rule
/// for neurons below the bar; here they are never chosen, as with every metric.
struct EntropyMax {
  static constexpr std::string_view name = "entropy-max";
  double lambda = 0.37;

  LanguagesByLayersByNeurons activity(const ActivationStatistics& statistics) const {
    return activation_probability(statistics);
  }

  LayersByNeurons score(const LanguagesByLayersByNeurons& probability) const {
    if (!(lambda >= 0)) throw usage_error("lambda is ", lambda, ", not a weight of 0 or more");
    LayersByNeurons score = entropy_over_languages(probability);
    const double largest_entropy = std::log(static_cast<double>(probability.shape(0)));
    for (std::size_t layer = 0; layer < score.shape(0); ++layer)
      for (std::size_t neuron = 0; neuron < score.shape(1); ++neuron) {
        double largest = 0;
        for (std::size_t k = 0; k < probability.shape(0); ++k)
          largest = std::max(largest, probability(k, layer, neuron));
        score(layer, neuron) = score(layer, neuron) / largest_entropy - lambda * largest;
      }
    return score;
  }

  std::vector<Parameter> parameters() const { return {{"lambda", lambda}}; }
};

}  // namespace neuroglot

/// Difference of means: how much higher a neuron's activation is in one language than in all others. (DiffMean: Marks
/// and Tegmark 2024; Wu et al. 2025, "AxBench")
#pragma once

#include <cstddef>
#include <string_view>

#include "neuroglot/analysis/activation_statistics.hpp"

namespace neuroglot {

/// score[k] = mean activation over the positions of language k - mean activation over the positions of all other
/// languages together. A language score: the neurons of highest difference are the language's.
struct DifferenceOfMeans {
  static constexpr std::string_view name = "diffmean";

  LanguagesByLayersByNeurons score(const ActivationStatistics& statistics) const {
    LanguagesByLayersByNeurons score = mean_activation(statistics);
    for (std::size_t k = 0; k < score.shape(0); ++k) {
      double others = 0;
      for (std::size_t j = 0; j < score.shape(0); ++j)
        if (j != k) others += static_cast<double>(statistics.tokens[j]);
      for (std::size_t layer = 0; layer < score.shape(1); ++layer)
        for (std::size_t neuron = 0; neuron < score.shape(2); ++neuron) {
          double elsewhere = 0;  // summed afresh: the total minus a large sum would leave its rounding error
          for (std::size_t j = 0; j < score.shape(0); ++j)
            if (j != k) elsewhere += statistics.sum(j, layer, neuron);
          score(k, layer, neuron) -= elsewhere / others;
        }
    }
    return score;
  }
};

}  // namespace neuroglot

/// How alike languages are at each layer of a model: what ng-similarity measures, writes and draws.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "neuroglot/core/matrix.hpp"

namespace neuroglot {

/// One number for each ordered pair of languages.
using LanguagePairs = std::vector<std::vector<double>>;

/// Languages as points in a plane (language_map.hpp).
struct LanguageMap {
  std::vector<std::array<double, 2>> points;  ///< (languages), around their mean
  double share = 0;                           ///< of the variance between the languages that the plane shows
};

struct LayerSimilarity {
  Index layer = -1;       ///< the block; -1: what the first block is handed
  LanguagePairs ses;      ///< [k][c] = [c][k], 1 on the diagonal (similarity.hpp)
  LanguagePairs aligned;  ///< [target][language], 1 on the diagonal (dominance.hpp)
  LanguageMap map;

  /// Over the pairs of different languages: Fig. 5.
  double mean_ses() const {
    double sum = 0;
    for (std::size_t k = 0; k < ses.size(); ++k)
      for (std::size_t c = k + 1; c < ses.size(); ++c) sum += ses[k][c];
    const auto n = static_cast<double>(ses.size());
    return sum / (n * (n - 1) / 2);
  }

  /// Of each target, the mean of its alignments over the other languages: Figs. 6 and 7.
  std::vector<double> dominance() const {
    std::vector<double> scores;
    for (std::size_t c = 0; c < aligned.size(); ++c) {
      double sum = 0;
      for (std::size_t k = 0; k < aligned.size(); ++k) sum += k == c ? 0 : aligned[c][k];
      scores.push_back(sum / static_cast<double>(aligned.size() - 1));
    }
    return scores;
  }
};

/// Of each block, how many neurons belong to some language: the second line of Fig. 5, where it is known.
using NeuronsOfBlocks = std::optional<std::vector<Index>>;

struct LanguageSimilarity {
  std::vector<std::string> languages;
  Index sentences = 0;
  std::vector<LayerSimilarity> layers;
};

}  // namespace neuroglot

/// Language dominance: how well the sentences of the other languages fall onto those of a target once the mean of
/// their language is exchanged for the target's. (Tang et al. 2024, Figs. 6 and 7)
///
///     v_k = mean over sentences of h_k        h'_k(s) = h_k(s) - v_k + v_c
///     alignment(c, k) = mean over sentences of cos(h'_k(s), h_c(s))        dominance(c) = its mean over k != c
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "neuroglot/core/matrix.hpp"
#include "neuroglot/experiment/language_similarity.hpp"
#include "neuroglot/experiment/sentence_embeddings.hpp"
#include "neuroglot/experiment/similarity.hpp"

namespace neuroglot {

using MeanEmbeddings = std::vector<std::vector<double>>;  ///< v: (languages, width)

inline MeanEmbeddings mean_embeddings(const SentenceEmbeddings& embeddings, Index depth) {
  MeanEmbeddings means;
  for (std::size_t k = 0; k < embeddings.languages().size(); ++k) {
    const MatrixView<const float> rows = embeddings.at(k, depth);
    std::vector<double>& mean = means.emplace_back(static_cast<std::size_t>(rows.cols), 0.0);
    for (Index s = 0; s < rows.rows; ++s)
      for (Index i = 0; i < rows.cols; ++i) mean[static_cast<std::size_t>(i)] += static_cast<double>(rows(s, i));
    for (double& value : mean) value /= static_cast<double>(rows.rows);
  }
  return means;
}

/// [c][k]: of language k mapped onto the target c; 1 on the diagonal. Its rows' means are LayerSimilarity::dominance.
inline LanguagePairs alignment(const SentenceEmbeddings& embeddings, Index depth, const MeanEmbeddings& means) {
  const std::size_t languages = means.size();
  LanguagePairs aligned(languages, std::vector<double>(languages, 1.0));
  std::vector<double> mapped(static_cast<std::size_t>(embeddings.width()));
  for (std::size_t c = 0; c < languages; ++c)
    for (std::size_t k = 0; k < languages; ++k) {
      if (k == c) continue;
      double sum = 0;
      for (Index s = 0; s < embeddings.sentences(); ++s) {
        const std::span<const float> h = embeddings.at(k, depth).row(s);
        for (std::size_t i = 0; i < mapped.size(); ++i)
          mapped[i] = static_cast<double>(h[i]) - means[k][i] + means[c][i];
        sum += cosine(std::span<const double>(mapped), embeddings.at(c, depth).row(s));
      }
      aligned[c][k] = require_number(sum / static_cast<double>(embeddings.sentences()), embeddings, k, c, depth);
    }
  return aligned;
}

}  // namespace neuroglot

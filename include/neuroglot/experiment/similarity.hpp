/// Sentence embedding similarity (SES): how alike the embeddings of the same sentences in two languages are.
/// (Tang et al. 2024, Fig. 5)
///
///     SES(k, c) = mean over sentences s of cos(h_k(s), h_c(s))
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/matrix.hpp"
#include "neuroglot/experiment/language_similarity.hpp"
#include "neuroglot/experiment/sentence_embeddings.hpp"

namespace neuroglot {

/// x.y / (|x| |y|), summed in double in the order of the elements; NaN where a vector has no direction.
template <class A, class B>
double cosine(std::span<A> x, std::span<B> y) {
  double xy = 0, xx = 0, yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto a = static_cast<double>(x[i]), b = static_cast<double>(y[i]);
    xy += a * b;
    xx += a * a;
    yy += b * b;
  }
  return xy / std::sqrt(xx * yy);
}

/// A mean over sentences that depends on languages k and c. Throws Error where it is no number.
inline double require_number(double mean, const SentenceEmbeddings& embeddings, std::size_t k, std::size_t c,
                             Index depth) {
  if (!std::isfinite(mean))
    throw error("a sentence of ", embeddings.languages()[k], " or ", embeddings.languages()[c], " has after ", depth,
                " blocks an embedding that is zero or not finite: are the weights damaged?");
  return mean;
}

/// [k][c] = [c][k], 1 on the diagonal.
inline LanguagePairs sentence_similarity(const SentenceEmbeddings& embeddings, Index depth) {
  const std::size_t languages = embeddings.languages().size();
  LanguagePairs similarity(languages, std::vector<double>(languages, 1.0));
  for (std::size_t k = 0; k < languages; ++k)
    for (std::size_t c = k + 1; c < languages; ++c) {
      const MatrixView<const float> of_k = embeddings.at(k, depth), of_c = embeddings.at(c, depth);
      double sum = 0;
      for (Index s = 0; s < embeddings.sentences(); ++s) sum += cosine(of_k.row(s), of_c.row(s));
      similarity[k][c] = similarity[c][k] =
          require_number(sum / static_cast<double>(embeddings.sentences()), embeddings, k, c, depth);
    }
  return similarity;
}

}  // namespace neuroglot

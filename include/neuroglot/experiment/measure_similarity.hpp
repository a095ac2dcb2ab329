/// From sentence embeddings to the similarity of languages at every depth.
#pragma once

#include <cstddef>

#include "neuroglot/core/threads.hpp"
#include "neuroglot/experiment/dominance.hpp"
#include "neuroglot/experiment/language_map.hpp"
#include "neuroglot/experiment/language_similarity.hpp"
#include "neuroglot/experiment/sentence_embeddings.hpp"
#include "neuroglot/experiment/similarity.hpp"

namespace neuroglot {

/// Depths are shared out among the threads; the sums of each are taken in a fixed order.
inline LanguageSimilarity measure_similarity(const SentenceEmbeddings& embeddings, Threads& threads) {
  LanguageSimilarity result{embeddings.languages(), embeddings.sentences(), {}};
  result.layers.resize(static_cast<std::size_t>(embeddings.depths()));
  threads.for_each(embeddings.depths(), [&](Index depth, int) {
    const MeanEmbeddings means = mean_embeddings(embeddings, depth);
    result.layers[static_cast<std::size_t>(depth)] = {depth - 1, sentence_similarity(embeddings, depth),
                                                      alignment(embeddings, depth, means), language_map(means)};
  });
  return result;
}

}  // namespace neuroglot

/// What is to be seen in the figures of similarity and dominance, in a sentence or two (plain text, not yet HTML).
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/analysis/pearson.hpp"
#include "neuroglot/experiment/report_language_map.hpp"
#include "neuroglot/experiment/report_similarity.hpp"
#include "neuroglot/experiment/report_similarity_tables.hpp"
#include "neuroglot/experiment/report_words.hpp"

namespace neuroglot::report {

namespace detail {

inline std::string most_alike_pair(const LanguageSimilarity& measured, const LayerSimilarity& at) {
  std::pair<std::size_t, std::size_t> pair{0, 1};
  for (std::size_t k = 0; k < at.ses.size(); ++k)
    for (std::size_t c = k + 1; c < at.ses.size(); ++c)
      if (at.ses[k][c] > at.ses[pair.first][pair.second]) pair = {k, c};
  return language_name(measured.languages[pair.first]) + " and " + language_name(measured.languages[pair.second]) +
         " (" + fixed(at.ses[pair.first][pair.second], 3) + ")";
}

inline std::string pooling_words(const std::string& pooling) {
  return pooling == "last"   ? "the vector of its last token"
         : pooling == "mean" ? "the mean of its tokens' vectors"
         : pooling == "cls"  ? "the vector of its first token"
                             : "pooled by " + pooling;
}

}  // namespace detail

/// Fig. 5: where languages are most and least alike, and whether their neurons lie where they are not.
inline std::string similarity_caption(const Similarity& similarity) {
  const auto& layers = similarity.measured.layers;
  const LayerSimilarity& most = most_alike_layer(similarity);
  const LayerSimilarity& least = *std::min_element(
      layers.begin() + 1, layers.end(), [](const auto& a, const auto& b) { return a.mean_ses() < b.mean_ses(); });
  std::string text =
      "Cosine of the embeddings of the same sentence in two languages, mean over " +
      counted(similarity.measured.sentences, "sentence") +
      " and all pairs of languages (line), and over sentences alone (band: the least and the most alike pair). A "
      "sentence's embedding is " +
      detail::pooling_words(similarity.pooling) + ". Similarity is " + fixed(layers[0].mean_ses(), 3) +
      " at the input of layer 0 (drawn as layer " + std::string(minus) + "1), lowest at layer " +
      std::to_string(least.layer) + " (" + fixed(least.mean_ses(), 3) + ") and highest at layer " +
      std::to_string(most.layer) + " (" + fixed(most.mean_ses(), 3) + "), there most of all of " +
      detail::most_alike_pair(similarity.measured, most) + ".";
  if (!similarity.neurons) return text;
  std::vector<double> ses, neurons;
  for (std::size_t i = 1; i < layers.size(); ++i) {
    ses.push_back(layers[i].mean_ses());
    neurons.push_back(static_cast<double>((*similarity.neurons)[i - 1]));
  }
  return text +
         " The broken line counts the layer's language-specific neurons, each once; over the layers the two "
         "lines correlate by " +
         signed_fixed(Pearson{}.coefficient(ses, neurons).value_or(0), 2) + ".";
}

/// Figs. 6 and 7: which target the others fall onto best, and in how many layers.
inline std::string dominance_caption(const Similarity& similarity) {
  const LanguageSimilarity& measured = similarity.measured;
  std::vector<Index> layers_won(measured.languages.size(), 0);
  for (const LayerSimilarity& at : measured.layers) {
    const std::vector<double> scores = at.dominance();
    ++layers_won[static_cast<std::size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin())];
  }
  const auto most = std::max_element(layers_won.begin(), layers_won.end());
  return "Dominance of a target language: the mean embedding of each other language is taken off its sentences and the "
         "target's put on; the score is their mean cosine with the target's own sentences, averaged over the other "
         "languages. " +
         language_name(measured.languages[static_cast<std::size_t>(most - layers_won.begin())]) +
         " has the highest score in " + grouped(*most) + " of " + grouped(static_cast<Index>(measured.layers.size())) +
         " layers. A target whose mean embedding is long beside its sentences' deviations from it scores high whatever "
         "they say.";
}

inline std::string language_map_caption(const Similarity& similarity) {
  const LayerSimilarity& at = most_alike_layer(similarity);
  const std::size_t shown = pictured_targets(at).size();
  return "The languages around each target at layer " + std::to_string(at.layer) + ", where they are most alike" +
         (shown < similarity.measured.languages.size()
              ? "; the " + grouped(static_cast<Index>(shown)) + " most dominant"
              : "") +
         ". The nearer a language is to the middle, the better its sentences fall onto the target's once the means are "
         "exchanged (circles: mean cosine, the same scale in all panels). Its direction is that of its mean embedding "
         "as seen from the target's, on the first two principal components of all means, which hold " +
         percent(at.map.share) + " of their variance.";
}

}  // namespace neuroglot::report

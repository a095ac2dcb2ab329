/// How far languages use the same neurons for the same facts. (Zhao et al. 2024, Fig. 16 of the slides)
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "neuroglot/analysis/fact_neuron_sets.hpp"
#include "neuroglot/core/threads.hpp"

namespace neuroglot {

/// similarity(k, c) = mean over the facts that languages k and c both predict of the Jaccard similarity of the fact's
/// top neurons in k and in c.
struct NeuronSharing {
  std::vector<std::vector<std::optional<double>>> similarity;  ///< [k][c]; none without a common fact; diagonal 1
  std::vector<std::vector<std::size_t>> facts;                 ///< [k][c]: common facts

  /// Over ordered pairs of different languages that have a common fact; none where no pair has.
  std::optional<double> mean() const { return mean_over(0); }
  /// The same with a zero for each language with itself, as the paper's matrix has it.
  std::optional<double> mean_with_zero_diagonal() const { return mean_over(similarity.size()); }

 private:
  std::optional<double> mean_over(std::size_t zeros) const {
    double sum = 0;
    std::size_t pairs = 0;
    for (std::size_t k = 0; k < similarity.size(); ++k)
      for (std::size_t c = 0; c < similarity.size(); ++c)
        if (k != c && similarity[k][c]) {
          sum += *similarity[k][c];
          ++pairs;
        }
    if (pairs == 0) return std::nullopt;
    return sum / static_cast<double>(pairs + zeros);
  }
};

/// Calls f(k, c) once for each unordered pair of different numbers below n, pairs shared out among the threads.
template <class F>
void for_each_pair(std::size_t n, Threads& threads, F&& f) {
  threads.for_each(static_cast<Index>(n * n), [&](Index at, int) {
    const auto k = static_cast<std::size_t>(at) / n, c = static_cast<std::size_t>(at) % n;
    if (k < c) f(k, c);
  });
}

inline NeuronSharing neuron_sharing(const FactNeuronSets& sets, Threads& threads) {
  const std::size_t n = sets.languages.size();
  NeuronSharing result{std::vector(n, std::vector<std::optional<double>>(n)),
                       std::vector(n, std::vector<std::size_t>(n))};
  for (std::size_t k = 0; k < n; ++k) {
    result.similarity[k][k] = 1;
    result.facts[k][k] = sets.common(k, k).size();
  }
  for_each_pair(n, threads, [&](std::size_t k, std::size_t c) {
    const std::vector<std::size_t> common = sets.common(k, c);
    double sum = 0;
    for (const std::size_t f : common) sum += jaccard(sets.neurons[k][f], sets.neurons[c][f]);
    result.facts[k][c] = result.facts[c][k] = common.size();
    if (!common.empty()) result.similarity[k][c] = result.similarity[c][k] = sum / static_cast<double>(common.size());
  });
  return result;
}

}  // namespace neuroglot

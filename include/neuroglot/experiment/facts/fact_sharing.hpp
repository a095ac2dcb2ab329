/// How many of the facts that one language predicts another predicts too. (Zhao et al. 2024, Fig. 13)
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/analysis/hit_sets.hpp"
#include "neuroglot/analysis/set_similarity.hpp"
#include "neuroglot/analysis/symmetric_matrix.hpp"
#include "neuroglot/core/threads.hpp"
#include "neuroglot/experiment/bootstrap.hpp"
#include "neuroglot/experiment/facts/resampled_facts.hpp"

namespace neuroglot {

/// Of two different languages.
struct LanguagePair {
  std::size_t first = 0, second = 0;
  PairCounts counts;
  double similarity = 0;  ///< 0 where neither predicts any of the facts that both have
  std::optional<Interval> interval;
};

struct FactSharing {
  std::vector<std::string> languages;
  std::vector<std::size_t> present, hits;  ///< of each language: facts in its data set, hits among them
  std::size_t facts = 0;                   ///< different ones over all languages
  std::vector<LanguagePair> pairs;         ///< (0, 1), (0, 2), ..., (1, 2), ...
  std::optional<double> mean;              ///< over the pairs
  std::optional<Interval> mean_interval;

  /// 1 on the diagonal.
  SymmetricMatrix similarities() const {
    SymmetricMatrix all(languages.size(), 1);
    for (const LanguagePair& pair : pairs) all.set(pair.first, pair.second, pair.similarity);
    return all;
  }
};

namespace detail {

/// The pairs of one language with those after it, and the sum of their similarities in each sample.
template <SetSimilarity S>
struct SharingRow {
  std::vector<LanguagePair> pairs;
  std::vector<double> sums;

  SharingRow(const HitSets& sets, std::size_t first, const ResampledFacts* resampled, const S& policy) {
    if (resampled != nullptr) sums.assign(resampled->samples(), 0);
    for (std::size_t second = first + 1; second < sets.sets.size(); ++second) {
      const HitSet &a = sets.sets[first], &b = sets.sets[second];
      const PairCounts n = count_pair(a, b);
      LanguagePair& pair = pairs.emplace_back(LanguagePair{first, second, n, 0, {}});
      pair.similarity =
          policy.similarity(static_cast<double>(n.first), static_cast<double>(n.second), static_cast<double>(n.both));
      if (resampled == nullptr || n.common == 0) continue;
      const std::vector<double> samples = resampled_similarities(a, b, *resampled, policy);
      pair.interval = resampled->interval(samples);
      for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += samples[i];
    }
  }

 private:
  static std::vector<double> resampled_similarities(const HitSet& a, const HitSet& b, const ResampledFacts& resampled,
                                                    const S& policy) {
    const std::size_t samples = resampled.samples();
    std::vector<std::uint32_t> both(samples), a_alone(samples), b_alone(samples);
    for (std::size_t at = 0; at < a.hits.words().size(); ++at) {
      const std::uint64_t common = a.present.words()[at] & b.present.words()[at];
      const std::uint64_t in_a = a.hits.words()[at] & common, in_b = b.hits.words()[at] & common;
      for_each_bit(in_a & in_b, at, [&](std::size_t fact) { resampled.add(fact, both); });
      for_each_bit(in_a & ~in_b, at, [&](std::size_t fact) { resampled.add(fact, a_alone); });
      for_each_bit(in_b & ~in_a, at, [&](std::size_t fact) { resampled.add(fact, b_alone); });
    }
    std::vector<double> similarities(samples);
    for (std::size_t i = 0; i < samples; ++i)
      similarities[i] = policy.similarity(static_cast<double>(both[i]) + a_alone[i],
                                          static_cast<double>(both[i]) + b_alone[i], both[i]);
    return similarities;
  }
};

}  // namespace detail

/// All pairs of languages, with intervals where options.samples is not 0: facts are drawn with replacement, the same
/// ones for all pairs. The same bits for any number of threads.
template <SetSimilarity S>
FactSharing measure_sharing(const HitSets& sets, const BootstrapOptions& options, Threads& threads,
                            const S& policy = {}) {
  FactSharing found{sets.languages, {}, {}, sets.facts, {}, {}, {}};
  for (const HitSet& set : sets.sets) {
    found.present.push_back(set.present.count());
    found.hits.push_back(set.hits.count());
  }
  std::optional<ResampledFacts> resampled;
  if (options.samples > 0 && sets.facts > 0 && sets.sets.size() > 1) resampled.emplace(sets.facts, options);
  std::vector<std::optional<detail::SharingRow<S>>> rows(sets.sets.size());
  threads.for_each(static_cast<Index>(rows.size()), [&](Index row, int) {
    rows[static_cast<std::size_t>(row)].emplace(sets, static_cast<std::size_t>(row), resampled ? &*resampled : nullptr,
                                                policy);
  });
  std::vector<double> means(resampled ? resampled->samples() : 0);
  double sum = 0;
  for (const auto& row : rows) {
    for (const LanguagePair& pair : row->pairs) sum += pair.similarity;
    found.pairs.insert(found.pairs.end(), row->pairs.begin(), row->pairs.end());
    for (std::size_t i = 0; i < means.size(); ++i) means[i] += row->sums[i];
  }
  if (found.pairs.empty()) return found;
  const auto count = static_cast<double>(found.pairs.size());
  found.mean = sum / count;
  for (double& mean : means) mean /= count;
  if (resampled) found.mean_interval = resampled->interval(means);
  return found;
}

}  // namespace neuroglot

/// The orders in which languages are shown, and their groups: by likeness to one, by k-medoids, by a dendrogram. (Zhao
/// et al. 2024, Fig. 13)
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/analysis/linkage.hpp"
#include "neuroglot/analysis/silhouette.hpp"
#include "neuroglot/analysis/symmetric_matrix.hpp"
#include "neuroglot/core/error.hpp"

namespace neuroglot {

/// Of Fig. 13.
inline constexpr std::array<std::string_view, 14> paper_order = {"en", "de", "nl", "da", "id", "ms", "vi",
                                                                 "pl", "cs", "sk", "hu", "hi", "bn", "ur"};

using LanguageOrder = std::vector<std::size_t>;  ///< numbers of languages

struct LanguageGroups {
  LanguageOrder order;                    ///< as asked for
  std::size_t like = 0;                   ///< the language to which others are compared
  LanguageOrder by_similarity;            ///< to `like`, which stands first
  std::optional<ClusterChoice> clusters;  ///< of three languages or more
  std::vector<ClusterMerge> merges;       ///< of the dendrogram
  LanguageOrder leaves;
};

struct GroupOptions {
  std::vector<std::string> order;  ///< empty: the paper's, or all where fewer than two of them are there
  std::string like;                ///< empty: en, or the first where it is not there
  std::size_t clusters = 0;        ///< 0: the number with the highest mean silhouette
  std::size_t most_clusters = 10;  ///< of which that is chosen
};

namespace detail {

inline std::size_t number_of(std::string_view language, std::span<const std::string> languages,
                             std::string_view option) {
  const auto found = std::ranges::find(languages, language);
  if (found == languages.end()) throw usage_error(option, " ", language, ": there are no hits in this language");
  return static_cast<std::size_t>(found - languages.begin());
}

inline LanguageOrder order_of(const GroupOptions& options, std::span<const std::string> languages) {
  LanguageOrder order;
  for (const std::string& language : options.order) {
    const std::size_t number = number_of(language, languages, "--order");
    if (std::ranges::find(order, number) != order.end()) throw usage_error("--order ", language, ": is given twice");
    order.push_back(number);
  }
  if (!order.empty()) return order;
  for (const std::string_view language : paper_order)
    if (std::ranges::find(languages, language) != languages.end())
      order.push_back(number_of(language, languages, "--order"));
  if (order.size() > 1) return order;
  order.resize(languages.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  return order;
}

inline LanguageOrder by_similarity(const SymmetricMatrix& similarity, std::size_t like) {
  LanguageOrder order(similarity.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](auto a, auto b) {
    return a != b && b != like && (a == like || similarity(like, a) > similarity(like, b));
  });
  return order;
}

}  // namespace detail

/// Throws UsageError for a language that is not there, and a number of clusters that can not be.
inline LanguageGroups group_languages(const SymmetricMatrix& similarity, std::span<const std::string> languages,
                                      const GroupOptions& options) {
  const std::size_t n = languages.size();
  LanguageGroups groups;
  groups.order = detail::order_of(options, languages);
  const bool has_english = std::ranges::find(languages, "en") != languages.end();
  if (!options.like.empty() || has_english)
    groups.like = detail::number_of(options.like.empty() ? "en" : options.like, languages, "--like");
  groups.by_similarity = detail::by_similarity(similarity, groups.like);
  if (options.clusters != 0 && (options.clusters < 2 || options.clusters > n))
    throw usage_error("--clusters ", options.clusters, ": of ", n, " languages; 2 or more, 0 chooses");
  if (options.most_clusters < 2) throw usage_error("--max-clusters ", options.most_clusters, ": 2 or more");
  if (n < 3) return groups;
  const SymmetricMatrix distance = one_minus(similarity);
  const std::size_t least = options.clusters != 0 ? options.clusters : 2;
  groups.clusters =
      choose_clusters(distance, least, options.clusters != 0 ? least : std::min(options.most_clusters, n - 1));
  groups.merges = average_linkage(distance);
  groups.leaves = leaf_order(groups.merges, n);
  return groups;
}

/// Cluster by cluster, the largest first (of equals the one with the first medoid), each with its medoid first and then
/// by likeness to it.
inline std::vector<LanguageOrder> members_of(const Clustering& clusters, const SymmetricMatrix& similarity) {
  std::vector<LanguageOrder> all(clusters.medoids.size());
  for (std::size_t i = 0; i < clusters.cluster_of.size(); ++i) all[clusters.cluster_of[i]].push_back(i);
  for (std::size_t c = 0; c < all.size(); ++c) {
    const std::size_t medoid = clusters.medoids[c];
    std::ranges::stable_sort(all[c], [&](auto a, auto b) {
      return a != b && b != medoid && (a == medoid || similarity(medoid, a) > similarity(medoid, b));
    });
  }
  std::ranges::stable_sort(all, [](const auto& a, const auto& b) { return a.size() > b.size(); });
  return all;
}

}  // namespace neuroglot

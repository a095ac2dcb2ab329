/// How well items lie within their clusters, which says how many clusters there are. (Rousseeuw 1987)
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include "neuroglot/analysis/k_medoids.hpp"
#include "neuroglot/analysis/symmetric_matrix.hpp"

namespace neuroglot {

/// s = (b - a) / max(a, b) of each item: a is its mean distance to the others of its cluster, b that to the nearest
/// other cluster. 0 for an item that is a cluster of its own, and where a and b are 0. Two clusters or more.
inline std::vector<double> silhouettes(const SymmetricMatrix& distance, const Clustering& clusters) {
  std::vector<std::size_t> size(clusters.medoids.size(), 0);
  for (const std::size_t c : clusters.cluster_of) ++size[c];
  std::vector<double> all(distance.size(), 0);
  for (std::size_t i = 0; i < distance.size(); ++i) {
    std::vector<double> sum(size.size(), 0);
    for (std::size_t j = 0; j < distance.size(); ++j) sum[clusters.cluster_of[j]] += distance(i, j);
    const std::size_t own = clusters.cluster_of[i];
    if (size[own] < 2) continue;
    const double a = sum[own] / static_cast<double>(size[own] - 1);
    double b = std::numeric_limits<double>::infinity();
    for (std::size_t c = 0; c < size.size(); ++c)
      if (c != own && size[c] > 0) b = std::min(b, sum[c] / static_cast<double>(size[c]));
    if (std::max(a, b) > 0) all[i] = (b - a) / std::max(a, b);
  }
  return all;
}

/// Over all items.
inline double mean_silhouette(const SymmetricMatrix& distance, const Clustering& clusters) {
  double sum = 0;
  for (const double s : silhouettes(distance, clusters)) sum += s;
  return sum / static_cast<double>(distance.size());
}

/// How good a number of clusters is.
struct ClusterNumber {
  std::size_t k = 0;
  double silhouette = 0;  ///< mean
  double cost = 0;
};

struct ClusterChoice {
  std::vector<ClusterNumber> tried;
  std::size_t chosen = 0;  ///< of `tried`
  Clustering clusters;
};

/// The k-medoids of the k in [least, most] with the highest mean silhouette, the smallest of equals. Each k lies
/// between 2 and the number of items.
inline ClusterChoice choose_clusters(const SymmetricMatrix& distance, std::size_t least, std::size_t most) {
  ClusterChoice choice;
  for (std::size_t k = least; k <= most; ++k) {
    Clustering clusters = k_medoids(distance, k);
    choice.tried.push_back({k, mean_silhouette(distance, clusters), clusters.cost});
    const bool is_better =
        k == least || choice.tried.back().silhouette > choice.tried[choice.chosen].silhouette + detail::equal_within;
    if (!is_better) continue;
    choice.chosen = choice.tried.size() - 1;
    choice.clusters = std::move(clusters);
  }
  return choice;
}

}  // namespace neuroglot

/// Agglomerative clustering with average linkage (UPGMA) by the nearest-neighbour chain. (Sokal and Michener 1958;
/// Benzecri 1982; Muellner 2011, "Modern hierarchical, agglomerative clustering algorithms")
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "neuroglot/analysis/symmetric_matrix.hpp"

namespace neuroglot {

/// Two clusters become one. Clusters 0 to n - 1 are the items, n + i is what merge i made.
struct Merge {
  std::size_t first = 0;  ///< the one that holds the lowest item of both
  std::size_t second = 0;
  double height = 0;     ///< mean distance between an item of one and an item of the other
  std::size_t size = 0;  ///< items of both
};

namespace detail {

/// Merges in the order in which the chain finds them, which is not that of their heights; clusters are named by one of
/// their items.
class NeighbourChain {
 public:
  explicit NeighbourChain(const SymmetricMatrix& distance) : d_(distance), size_(distance.size(), 1) {
    while (merges_.size() + 1 < size_.size()) merge_next();
  }
  std::vector<Merge> take() { return std::move(merges_); }

 private:
  /// Goes from a cluster to its nearest neighbour until two are each other's nearest, and merges them. Average linkage
  /// is reducible: no later merge comes nearer to what the chain has passed, so it need not start anew.
  void merge_next() {
    if (chain_.empty()) chain_.push_back(first_alive());
    while (true) {
      const std::size_t next = nearest(chain_.back());
      if (chain_.size() > 1 && next == chain_[chain_.size() - 2]) break;
      chain_.push_back(next);
    }
    const std::size_t a = chain_.back(), b = chain_[chain_.size() - 2];
    chain_.resize(chain_.size() - 2);
    join(std::min(a, b), std::max(a, b));
  }

  std::size_t first_alive() const {
    return static_cast<std::size_t>(std::ranges::find_if(size_, [](auto size) { return size > 0; }) - size_.begin());
  }

  /// Of equally near ones that from which the chain came, or else the first: so the chain can not run in a circle.
  std::size_t nearest(std::size_t x) const {
    const bool came = chain_.size() > 1;
    std::size_t best = came ? chain_[chain_.size() - 2] : x;
    double least = came ? d_(x, best) : std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < size_.size(); ++i)
      if (size_[i] > 0 && i != x && d_(x, i) < least) {
        best = i;
        least = d_(x, i);
      }
    return best;
  }

  /// The cluster of both goes by the name of the second. (Lance and Williams 1967)
  void join(std::size_t x, std::size_t y) {
    const auto nx = static_cast<double>(size_[x]), ny = static_cast<double>(size_[y]);
    merges_.push_back({x, y, d_(x, y), size_[x] + size_[y]});
    size_[y] += std::exchange(size_[x], 0);
    for (std::size_t i = 0; i < size_.size(); ++i)
      if (size_[i] > 0 && i != y) d_.set(i, y, (nx * d_(i, x) + ny * d_(i, y)) / (nx + ny));
  }

  SymmetricMatrix d_;
  std::vector<std::size_t> size_;  // 0: merged into another
  std::vector<std::size_t> chain_;
  std::vector<Merge> merges_;
};

}  // namespace detail

/// n - 1 merges in ascending order of height, those of equal height as the chain found them. O(n^2).
inline std::vector<Merge> average_linkage(const SymmetricMatrix& distance) {
  const std::size_t n = distance.size();
  std::vector<Merge> merges = detail::NeighbourChain(distance).take();
  std::ranges::stable_sort(merges, {}, &Merge::height);
  std::vector<std::size_t> parent(2 * n), lowest(2 * n), size(2 * n, 1);  // of clusters: lowest item, number of items
  std::iota(parent.begin(), parent.end(), std::size_t{0});
  std::iota(lowest.begin(), lowest.end(), std::size_t{0});
  const auto root = [&](std::size_t x) {
    while (parent[x] != x) x = parent[x] = parent[parent[x]];
    return x;
  };
  for (std::size_t i = 0; i < merges.size(); ++i) {
    std::size_t a = root(merges[i].first), b = root(merges[i].second);
    if (lowest[b] < lowest[a]) std::swap(a, b);
    parent[a] = parent[b] = n + i;
    lowest[n + i] = lowest[a];
    size[n + i] = size[a] + size[b];
    merges[i] = {a, b, merges[i].height, size[n + i]};
  }
  return merges;
}

/// The items from one end of the dendrogram to the other, no lines crossing.
inline std::vector<std::size_t> leaf_order(const std::vector<Merge>& merges, std::size_t n) {
  std::vector<std::size_t> order, open;
  if (n == 1) return {0};
  if (!merges.empty()) open.push_back(n + merges.size() - 1);
  while (!open.empty()) {
    const std::size_t cluster = open.back();
    open.pop_back();
    if (cluster < n) {
      order.push_back(cluster);
      continue;
    }
    open.push_back(merges[cluster - n].second);
    open.push_back(merges[cluster - n].first);
  }
  return order;
}

}  // namespace neuroglot

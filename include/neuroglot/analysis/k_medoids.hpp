/// Partitioning around medoids (PAM): k items stand for all, so that the sum of distances to the nearest of them is
/// small. (Kaufman and Rousseeuw 1990, "Finding Groups in Data", chapter 2)
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "neuroglot/analysis/symmetric_matrix.hpp"
#include "neuroglot/core/error.hpp"

namespace neuroglot {

struct Clustering {
  std::vector<std::size_t> medoids;     ///< ascending; cluster c is that of medoids[c]
  std::vector<std::size_t> cluster_of;  ///< of each item
  double cost = 0;                      ///< sum of the distances of items to their medoids
};

namespace detail {

/// Sums that should be equal differ in their last bits: better means better by more than that, and of equals the first
/// is taken. So the result is the same whatever the order of summation.
inline constexpr double equal_within = 1e-12;

/// Finds the medoids; keeps for each item the distance to its nearest medoid and to the next.
class Pam {
 public:
  Pam(const SymmetricMatrix& distance, std::size_t k) : d_(&distance), is_medoid_(distance.size(), false) {
    while (medoids_.size() < k) add_best();
    while (swap_best()) {
    }
    std::ranges::sort(medoids_);
  }

  Clustering result() const {
    Clustering found{medoids_, std::vector<std::size_t>(d_->size()), 0};
    for (std::size_t j = 0; j < d_->size(); ++j) {
      std::size_t nearest = 0;
      for (std::size_t c = 0; c < medoids_.size(); ++c)
        if (medoids_[c] == j || (medoids_[nearest] != j && (*d_)(medoids_[c], j) < (*d_)(medoids_[nearest], j)))
          nearest = c;
      found.cluster_of[j] = nearest;
      found.cost += (*d_)(medoids_[nearest], j);
    }
    return found;
  }

 private:
  /// BUILD: the item that lowers the cost most becomes a medoid.
  void add_best() {
    std::size_t best = d_->size();
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t h = 0; h < d_->size(); ++h) {
      if (is_medoid_[h]) continue;
      double cost = 0;
      for (std::size_t j = 0; j < d_->size(); ++j)
        cost += medoids_.empty() ? (*d_)(h, j) : std::min(nearest_[j], (*d_)(h, j));
      if (cost >= least - equal_within) continue;
      best = h;
      least = cost;
    }
    medoids_.push_back(best);
    is_medoid_[best] = true;
    update();
  }

  /// SWAP: the exchange of a medoid for another item that lowers the cost most; false where none does.
  bool swap_best() {
    double best = -equal_within;
    std::pair<std::size_t, std::size_t> exchange{medoids_.size(), 0};
    for (std::size_t m = 0; m < medoids_.size(); ++m)
      for (std::size_t h = 0; h < d_->size(); ++h) {
        if (is_medoid_[h]) continue;
        const double change = change_by(m, h);
        if (change >= best - (best < -equal_within ? equal_within : 0)) continue;
        best = change;
        exchange = {m, h};
      }
    if (exchange.first == medoids_.size()) return false;
    is_medoid_[medoids_[exchange.first]] = false;
    is_medoid_[exchange.second] = true;
    medoids_[exchange.first] = exchange.second;
    std::ranges::sort(medoids_);
    update();
    return true;
  }

  double change_by(std::size_t m, std::size_t h) const {
    double change = 0;
    for (std::size_t j = 0; j < d_->size(); ++j) {
      const double left = nearest_medoid_[j] == m ? second_[j] : nearest_[j];
      change += std::min(left, (*d_)(h, j)) - nearest_[j];
    }
    return change;
  }

  void update() {
    const double none = std::numeric_limits<double>::infinity();
    nearest_.assign(d_->size(), none);
    second_.assign(d_->size(), none);
    nearest_medoid_.assign(d_->size(), 0);
    for (std::size_t m = 0; m < medoids_.size(); ++m)
      for (std::size_t j = 0; j < d_->size(); ++j) {
        const double distance = (*d_)(medoids_[m], j);
        if (distance < nearest_[j]) {
          second_[j] = std::exchange(nearest_[j], distance);
          nearest_medoid_[j] = m;
        } else {
          second_[j] = std::min(second_[j], distance);
        }
      }
  }

  const SymmetricMatrix* d_;
  std::vector<bool> is_medoid_;
  std::vector<std::size_t> medoids_, nearest_medoid_;
  std::vector<double> nearest_, second_;
};

}  // namespace detail

/// BUILD, then SWAP until no exchange lowers the cost; of equally good choices the first in the order of the items. A
/// local optimum, without chance: the same clusters each time. O(k n^2) an exchange. Throws Error where k is not
/// between 1 and the number of items.
inline Clustering k_medoids(const SymmetricMatrix& distance, std::size_t k) {
  if (k < 1 || k > distance.size()) throw error(k, " clusters of ", distance.size(), " items can not be");
  return detail::Pam(distance, k).result();
}

}  // namespace neuroglot

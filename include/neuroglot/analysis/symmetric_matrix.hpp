/// One number for each unordered pair of n items, and for each item with itself.
#pragma once

#include <cstddef>
#include <vector>

namespace neuroglot {

class SymmetricMatrix {
 public:
  /// All pairs are 0.
  explicit SymmetricMatrix(std::size_t n = 0, double diagonal = 0) : n_(n), values_(n * n) {
    for (std::size_t i = 0; i < n; ++i) values_[i * n + i] = diagonal;
  }

  std::size_t size() const { return n_; }
  double operator()(std::size_t i, std::size_t j) const { return values_[i * n_ + j]; }
  void set(std::size_t i, std::size_t j, double value) { values_[i * n_ + j] = values_[j * n_ + i] = value; }

  bool operator==(const SymmetricMatrix&) const = default;

 private:
  std::size_t n_;
  std::vector<double> values_;
};

/// 1 - s: a distance where s is a similarity with 1 on the diagonal.
inline SymmetricMatrix one_minus(const SymmetricMatrix& s) {
  SymmetricMatrix distance(s.size());
  for (std::size_t i = 0; i < s.size(); ++i)
    for (std::size_t j = i; j < s.size(); ++j) distance.set(i, j, 1 - s(i, j));
  return distance;
}

}  // namespace neuroglot

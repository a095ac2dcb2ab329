/// Routing in a mixture of experts: each token goes to the experts with the largest weights, and what they give is
/// added up by these weights. (Shazeer et al. 2017; MixtralTopKRouter in Hugging Face)
#pragma once

#include <algorithm>
#include <numeric>
#include <span>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/matrix.hpp"

namespace neuroglot {

/// Of each expert the tokens that go to it, ascending, and with what weight each.
struct Routing {
  std::vector<std::vector<Index>> rows;
  std::vector<std::vector<double>> weights;
};

namespace reference {

/// weights (tokens, experts), each row a softmax. The first of two equal ones is taken first. `normalised`: the weights
/// of a token's experts are divided by their sum. Throws Error where there are not top_k experts.
template <class T>
Routing route(MatrixView<const T> weights, Index top_k, bool normalised) {
  if (top_k < 1 || top_k > weights.cols)
    throw error("tokens are to be routed to ", top_k, " experts of ", weights.cols);
  const auto experts = static_cast<std::size_t>(weights.cols);
  Routing routing{std::vector<std::vector<Index>>(experts), std::vector<std::vector<double>>(experts)};
  std::vector<Index> order(experts);
  for (Index row = 0; row < weights.rows; ++row) {
    std::iota(order.begin(), order.end(), Index{0});
    std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) { return weights(row, a) > weights(row, b); });
    T sum = 0;
    for (Index i = 0; i < top_k; ++i) sum += weights(row, order[static_cast<std::size_t>(i)]);
    for (Index i = 0; i < top_k; ++i) {
      const auto expert = static_cast<std::size_t>(order[static_cast<std::size_t>(i)]);
      const T weight = weights(row, static_cast<Index>(expert));
      routing.rows[expert].push_back(row);
      routing.weights[expert].push_back(static_cast<double>(normalised ? weight / sum : weight));
    }
  }
  return routing;
}

/// y[rows[i]] += factors[i] x[i]
template <class T>
void scatter_add(MatrixView<const T> x, std::span<const Index> rows, std::span<const double> factors, MatrixView<T> y) {
  for (Index i = 0; i < x.rows; ++i) {
    const auto at = static_cast<std::size_t>(i);
    for (Index col = 0; col < x.cols; ++col) y(rows[at], col) += static_cast<T>(factors[at]) * x(i, col);
  }
}

}  // namespace reference
}  // namespace neuroglot

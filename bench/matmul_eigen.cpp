// Eigen's product, compiled for this very machine and with OpenMP where there is one.
#include <Eigen/Core>

#include "matmul_peers.hpp"

std::function<void()> peers::eigen(const Product& product) {
  using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  return [product] {
    Eigen::setNbThreads(product.threads);
    const Eigen::Map<const Matrix> x(product.x, product.m, product.k);
    const Eigen::Map<const Matrix> w(product.w, product.n, product.k);
    Eigen::Map<Matrix>(product.y, product.m, product.n).noalias() = x * w.transpose();
  };
}

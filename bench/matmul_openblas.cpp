// OpenBLAS' sgemm.
#include "matmul_peers.hpp"

#ifdef NEUROGLOT_HAS_OPENBLAS
#include <cblas.h>

std::function<void()> peers::openblas(const Product& product) {
  return [product] {
    openblas_set_num_threads(product.threads);
    const auto m = static_cast<blasint>(product.m), n = static_cast<blasint>(product.n),
               k = static_cast<blasint>(product.k);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, n, k, 1.0f, product.x, k, product.w, k, 0.0f, product.y, n);
  };
}
#else
std::function<void()> peers::openblas(const Product&) {
  return {};
}
#endif

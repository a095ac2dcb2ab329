/// Other libraries' matrix products behind one interface. Free of this library's headers: a peer may be compiled with
/// other flags (-march=native), and inline functions of ours must not come from there.
#pragma once

#include <functional>
#include <string>

namespace peers {

/// y (m, n) = x (m, k) . w (n, k)^T, all row-major and dense.
struct Product {
  long m, k, n;
  const float* x;
  const float* w;
  float* y;
  int threads;
};

/// Prepares (may pack the weights) and returns what computes y; an empty function where the library was not found.
using Peer = std::function<void()> (*)(const Product&);

std::function<void()> eigen(const Product&);
std::function<void()> openblas(const Product&);
std::function<void()> onednn(const Product&);

}  // namespace peers

/// Norms of queries and keys, between their projections and the rotation.
#pragma once

#include "neuroglot/nn/config.hpp"
#include "neuroglot/nn/norm.hpp"

namespace neuroglot {

struct NoQkNorm {
  explicit NoQkNorm(const Config&) {}
  template <class Pass>
  void apply(Pass&, typename Pass::View, typename Pass::View) const {}
  template <class Self, class Visitor>
  static void visit(Self&, Visitor&) {}
};

/// Each head by itself, all with the same weights. (Qwen 3; with offset 1 Gemma 3)
template <class B, int offset = 0>
struct HeadQkNorm {
  RmsNorm<B, offset> q_norm, k_norm;  ///< (head_dim)
  Index head_dim;

  explicit HeadQkNorm(const Config& config)
      : q_norm(config.head_dim, config.rms_norm_eps),
        k_norm(config.head_dim, config.rms_norm_eps),
        head_dim(config.head_dim) {}

  /// q (tokens, heads * head_dim), k (tokens, kv_heads * head_dim), in place.
  template <class Pass>
  void apply(Pass& pass, typename Pass::View q, typename Pass::View k) const {
    for (Index head = 0; head < q.cols; head += head_dim) q_norm.apply(pass, q.col_range(head, head_dim));
    for (Index head = 0; head < k.cols; head += head_dim) k_norm.apply(pass, k.col_range(head, head_dim));
  }

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor("q_norm", self.q_norm);
    visitor("k_norm", self.k_norm);
  }
};

/// All heads together. (OLMo 2)
template <class B>
struct WholeQkNorm {
  RmsNorm<B> q_norm, k_norm;  ///< (heads * head_dim), (kv_heads * head_dim)

  explicit WholeQkNorm(const Config& config)
      : q_norm(config.q_width(), config.rms_norm_eps), k_norm(config.kv_width(), config.rms_norm_eps) {}

  /// q (tokens, heads * head_dim), k (tokens, kv_heads * head_dim), in place.
  template <class Pass>
  void apply(Pass& pass, typename Pass::View q, typename Pass::View k) const {
    q_norm.apply(pass, q);
    k_norm.apply(pass, k);
  }

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor("q_norm", self.q_norm);
    visitor("k_norm", self.k_norm);
  }
};

}  // namespace neuroglot

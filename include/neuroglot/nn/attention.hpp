/// Self-attention with grouped heads; positions and mask are policies. (Vaswani et al. 2017; LlamaAttention in Hugging
/// Face)
#pragma once

#include <cmath>
#include <vector>

#include "neuroglot/core/workspace.hpp"
#include "neuroglot/hooks/site.hpp"
#include "neuroglot/nn/config.hpp"
#include "neuroglot/nn/linear.hpp"
#include "neuroglot/nn/mask.hpp"
#include "neuroglot/nn/qk_norm.hpp"
#include "neuroglot/ops/attention.hpp"

namespace neuroglot {

template <class B, class Position, class Mask, class QkNorm = NoQkNorm>
struct Attention {
  Linear<B> q_proj, k_proj, v_proj, o_proj;
  QkNorm qk_norm;
  Position position;
  Mask mask;
  AttentionShape shape;

  explicit Attention(const Config& config, Index layer = 0)
      : q_proj(config.hidden_size, config.q_width(), config.attention_bias),
        k_proj(config.hidden_size, config.kv_width(), config.attention_bias),
        v_proj(config.hidden_size, config.kv_width(), config.attention_bias),
        o_proj(config.q_width(), config.hidden_size, config.attention_out_bias),
        qk_norm(config),
        position(config, layer),
        mask(mask_of<Mask>(config, layer)),
        shape(position.shape({config.num_attention_heads, config.num_key_value_heads, config.head_dim,
                              config.attention_scale(), config.attn_logit_softcapping})) {}

  template <class Site>
  static constexpr bool lacks(Site) {
    return !Position::rotates && (std::is_same_v<Site, site::rot_q> || std::is_same_v<Site, site::rot_k>);
  }

  /// x (tokens, hidden) -> (tokens, hidden)
  template <class Pass>
  auto operator()(Pass& pass, typename Pass::ConstView x) const {
    const auto q = q_proj(pass, x);
    pass.at(site::q{}, q);
    const auto k = k_proj(pass, x);
    pass.at(site::k{}, k);
    const auto v = v_proj(pass, x);
    pass.at(site::v{}, v);
    qk_norm.apply(pass, q, k);
    if constexpr (Position::rotates) {
      position.rotate(pass, q);
      pass.at(site::rot_q{}, q);
      position.rotate(pass, k);
      pass.at(site::rot_k{}, k);
    }
    const auto z = pass.matrix(x.rows, q.cols);
    attend(pass, q, k, v, z);
    pass.at(site::z{}, z);
    return o_proj(pass, z);
  }

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor("q_proj", self.q_proj);
    visitor("k_proj", self.k_proj);
    visitor("v_proj", self.v_proj);
    visitor("o_proj", self.o_proj);
    QkNorm::visit(self.qk_norm, visitor);
  }

 private:
  template <class Pass>
  using Sequence = AttentionSequence<typename Pass::Scalar>;

  // Scores and patterns exist as matrices only where somebody listens to them.
  template <class Pass>
  void attend(Pass& pass, typename Pass::ConstView q, typename Pass::ConstView k, typename Pass::ConstView v,
              typename Pass::View z) const {
    const std::vector<Sequence<Pass>> sequences = sequences_of(pass, q, k, v, z);
    if (!pass.hears(site::attn_scores{}) && !pass.hears(site::attn_pattern{})) {
      pass.backend.attention(shape, mask, std::span(sequences));
      return;
    }
    for (Index s = 0; s < pass.batch.sequences(); ++s)
      for (Index head = 0; head < shape.heads; ++head)
        attend_aloud(pass, sequences[static_cast<std::size_t>(s)], s, head);
  }

  template <class Pass>
  void attend_aloud(Pass& pass, const Sequence<Pass>& sequence, Index s, Index head) const {
    const Workspace::Scope scope(pass.backend.workspace());
    const auto scores = pass.matrix(sequence.queries(), sequence.keys());
    pass.backend.attention_scores(shape, mask, sequence, head, scores);
    pass.at(site::attn_scores{}, scores, s, head);
    pass.backend.softmax(scores);
    pass.at(site::attn_pattern{}, scores, s, head);
    pass.backend.attention_mix(shape, sequence, head, scores);
  }

  // The rows of each sequence; with a cache, its keys and values from the beginning.
  template <class Pass>
  std::vector<Sequence<Pass>> sequences_of(Pass& pass, typename Pass::ConstView q, typename Pass::ConstView k,
                                           typename Pass::ConstView v, typename Pass::View z) const {
    std::vector<Sequence<Pass>> sequences;
    for (Index s = 0; s < pass.batch.sequences(); ++s) {
      const Index first = pass.batch.begin(s), count = pass.batch.length(s);
      Sequence<Pass> sequence{q.row_range(first, count), k.row_range(first, count), v.row_range(first, count),
                              z.row_range(first, count)};
      if (pass.cache != nullptr) {
        pass.cache->append(pass.backend, pass.layer, s, sequence.k, sequence.v);
        sequence.k = pass.cache->keys(pass.layer, s, pass.batch.seen(s));
        sequence.v = pass.cache->values(pass.layer, s, pass.batch.seen(s));
      }
      sequences.push_back(sequence);
    }
    return sequences;
  }
};

}  // namespace neuroglot

/// From the last hidden state to scores of tokens.
#pragma once

#include "neuroglot/nn/activation.hpp"
#include "neuroglot/nn/config.hpp"
#include "neuroglot/nn/linear.hpp"
#include "neuroglot/nn/norm.hpp"

namespace neuroglot {

/// The vocabulary projection without bias; empty where it is tied to the token embedding (config: tie_word_embeddings).
/// Where embeddings are narrower than the blocks, a projection to their width comes first (OPT-350m's project_out).
template <class B>
struct LmHead {
  typename B::Weight weight;
  Linear<B> projection;
  typename B::Vector bias;  ///< always empty

  explicit LmHead(const Config& config)
      : projection(projects(config) ? config.hidden_size : 0, projects(config) ? config.embedding_width() : 0, false) {
    if (!config.tie_word_embeddings) weight = typename B::Weight(config.embedding_width(), config.vocab_size);
  }

  /// x (tokens, hidden) -> (tokens, embedding width)
  template <class Pass>
  typename Pass::View transform(Pass& pass, typename Pass::View x) const {
    return projection.weight.out_features() > 0 ? projection(pass, x) : x;
  }

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    if (self.weight.out_features() > 0) visitor("weight", self.weight);
    if (self.projection.weight.out_features() > 0) visitor("projection", self.projection);
  }

 private:
  static bool projects(const Config& config) { return config.embedding_width() != config.hidden_size; }
};

/// A masked language model's: scores = W norm(f(W_dense x + b)) + bias, W tied to the token embedding or not.
/// (BertLMPredictionHead, RobertaLMHead in Hugging Face)
template <class B>
struct MaskedLmHead {
  Linear<B> dense;
  NamedActivation act_fn;
  LayerNorm<B> norm;
  typename B::Weight weight;
  typename B::Vector bias;  ///< (vocab)
  bool present;

  explicit MaskedLmHead(const Config& config)
      : dense(config.has_lm_head ? config.hidden_size : 0, config.has_lm_head ? config.embedding_width() : 0,
              config.has_lm_head && config.head_bias),
        act_fn(config),
        norm(config.has_lm_head ? config.embedding_width() : 0, config),
        bias(static_cast<std::size_t>(config.has_lm_head ? config.vocab_size : 0)),
        present(config.has_lm_head) {
    if (present && !config.tie_word_embeddings)
      weight = typename B::Weight(config.embedding_width(), config.vocab_size);
  }

  /// x (tokens, hidden) -> (tokens, embedding width)
  template <class Pass>
  typename Pass::View transform(Pass& pass, typename Pass::View x) const {
    const auto y = dense(pass, x);
    act_fn(pass, y);
    norm.apply(pass, y);
    return y;
  }

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    if (!self.present) return;
    visitor("dense", self.dense);
    visitor("norm", self.norm);
    if (self.weight.out_features() > 0) visitor("weight", self.weight);
    visitor("bias", self.bias);
  }
};

}  // namespace neuroglot

/// Token ids to vectors, and, at the other end, vectors to scores of the next token.
#pragma once

#include "neuroglot/core/error.hpp"
#include "neuroglot/nn/config.hpp"

namespace neuroglot {

/// Rows of a table, (vocab, hidden). The table is kept in the layout of products, so that a tied head can share it.
template <class B>
struct TokenEmbedding {
  typename B::Weight weight;

  explicit TokenEmbedding(const Config& config) : weight(config.hidden_size, config.vocab_size) {}

  /// -> (tokens, hidden). Throws Error for an id outside the vocabulary.
  template <class Pass>
  auto operator()(Pass& pass) const {
    for (const auto id : pass.batch.ids())
      if (id < 0 || id >= weight.out_features())
        throw error("token id ", id, " is not in the model's vocabulary of ", weight.out_features(),
                    ": does the tokenizer belong to this model?");
    const auto x = pass.matrix(pass.batch.rows(), weight.in_features());
    pass.backend.embed(weight, pass.batch.ids(), x);
    return x;
  }

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor("weight", self.weight);
  }
};

/// The vocabulary projection without bias; empty where it is tied to the token embedding (config: tie_word_embeddings).
template <class B>
struct LmHead {
  typename B::Weight weight;

  explicit LmHead(const Config& config) {
    if (!config.tie_word_embeddings) weight = typename B::Weight(config.hidden_size, config.vocab_size);
  }

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    if (self.weight.out_features() > 0) visitor("weight", self.weight);
  }
};

}  // namespace neuroglot

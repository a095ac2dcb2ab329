/// Token ids to vectors.
#pragma once

#include "neuroglot/core/error.hpp"
#include "neuroglot/hooks/site.hpp"
#include "neuroglot/nn/config.hpp"

namespace neuroglot {

/// Rows of a table, (vocab, width). The table is kept in the layout of products, so that a tied head can share it.
template <class B>
struct TokenEmbedding {
  typename B::Weight weight;
  double scale;  ///< factor on what comes out (Gemma: sqrt(hidden))

  explicit TokenEmbedding(const Config& config)
      : weight(config.embedding_width(), config.vocab_size), scale(config.embedding_scale) {}

  const typename B::Weight& vocabulary() const { return weight; }

  /// -> (tokens, width). Throws Error for an id outside the vocabulary.
  template <class Pass>
  auto operator()(Pass& pass) const {
    for (const auto id : pass.batch.ids())
      if (id < 0 || id >= weight.out_features())
        throw error("token id ", id, " is not in the model's vocabulary of ", weight.out_features(),
                    ": does the tokenizer belong to this model?");
    const auto x = pass.matrix(pass.batch.rows(), weight.in_features());
    pass.backend.embed(weight, pass.batch.ids(), x);
    if (scale != 1) pass.backend.scale(x, scale);
    pass.at(site::embed{}, x);
    return x;
  }

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor("weight", self.weight);
  }
};

}  // namespace neuroglot

/// A decoder: embedding, blocks, a last norm, a head; and the walk of one batch through them.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "neuroglot/core/threads.hpp"
#include "neuroglot/hooks/site.hpp"
#include "neuroglot/nn/config.hpp"
#include "neuroglot/nn/kv_cache.hpp"
#include "neuroglot/nn/layers.hpp"
#include "neuroglot/nn/norm.hpp"
#include "neuroglot/nn/pass.hpp"

namespace neuroglot {

template <class B, class Embedding, class Block, class Norm, class Head>
class Decoder {
 public:
  using Backend = B;
  using Scalar = typename B::Scalar;
  using LayerBlock = Block;

  Embedding embed_tokens;
  Layers<Block> layers;
  Norm norm;
  Head lm_head;

  /// Parts of the right sizes, all weights zero; load_model fills them. The backend must outlive the model.
  Decoder(const Config& config, B& backend) : Decoder(config, backend, nullptr) {
    const Index blocks = config.share_layers ? 1 : config.num_hidden_layers;
    layers.reserve(static_cast<std::size_t>(blocks));
    for (Index layer = 0; layer < blocks; ++layer) layers.emplace_back(config, layer);
  }

  /// The same whose blocks come from elsewhere (models/layer_stream.hpp).
  Decoder(const Config& config, B& backend, std::unique_ptr<BlockSource<Block>> blocks)
      : embed_tokens(config), norm(config), lm_head(config), config_(config), backend_(&backend) {
    layers.come_from(std::move(blocks));
  }

  const Config& config() const { return config_; }
  B& backend() const { return *backend_; }
  Threads& threads() const { return backend_->threads(); }
  /// The weights that scores of the next token are made with: the head's own or the embedding's.
  const typename B::Weight& vocabulary() const {
    return config_.tie_word_embeddings ? embed_tokens.vocabulary() : lm_head.weight;
  }
  KvCache<B> make_cache(Index sequences, Index capacity) const {
    return {config_.num_hidden_layers, sequences, capacity, config_.kv_width()};
  }

  /// The steps of a pass, for those who walk it themselves: begin, each of layers[i] with pass.layer = i, end.
  /// begin gives the residual stream (tokens, hidden).
  template <class Pass>
  typename Pass::View begin(Pass& pass) const {
    if (pass.cache != nullptr) pass.cache->require_fit(pass.batch);
    layers.front().self_attn.position.prepare(pass);
    return embed_tokens(pass);
  }

  /// How far a pass goes: to the end if the output needs it, else to the last block that a hook listens to.
  struct Extent {
    Index last;  ///< block; -1: none
    bool to_the_end;
  };
  template <class Pass>
  Extent extent(const Pass& pass, bool output_wanted) const {
    const Index all = config_.num_hidden_layers;
    const bool to_the_end = output_wanted || pass.hears(site::ln_final{});
    return {to_the_end || pass.cache != nullptr ? all - 1 : last_heard_layer(pass.hooks, all), to_the_end};
  }
  template <class Pass>
  void run_block(Pass& pass, typename Pass::View x, Index layer, const Extent& extent) const {
    pass.layer = layer;
    pass.ends_in_this_layer = !extent.to_the_end && layer == extent.last;
    layers[config_.share_layers ? 0 : static_cast<std::size_t>(layer)](pass, x);
    pass.layer = -1;
  }

  /// The residual stream after the blocks that are wanted.
  template <class Pass>
  typename Pass::View run_blocks(Pass& pass, typename Pass::View x, bool output_wanted) const {
    const Extent wanted = extent(pass, output_wanted);
    for (Index layer = 0; layer <= wanted.last; ++layer) run_block(pass, x, layer, wanted);
    if (pass.cache != nullptr) pass.cache->advance(pass.batch);
    return x;
  }

  /// The last norm's output (tokens, hidden); where there is no norm, the last block's.
  template <class Pass>
  typename Pass::View end(Pass& pass, typename Pass::View x) const {
    if constexpr (!lacks(site::ln_final{})) {
      const auto normed = norm(pass, x);
      pass.at(site::ln_final{}, normed);
      return normed;
    } else {
      return x;
    }
  }

  /// Throws Error for a bare encoder.
  void require_head() const {
    if (!config_.has_lm_head)
      throw error(
          "this checkpoint is a bare encoder without a language model head: it has hidden states and no scores");
  }

  /// Scores of all rows of x, end's output; what the head does before its projection comes first. -> (rows, vocab)
  template <class Pass>
  typename B::Matrix score(Pass& pass, typename Pass::View x) const {
    require_head();
    const auto h = lm_head.transform(pass, x);
    typename B::Matrix result(h.rows, vocabulary().out_features());
    pass.backend.matmul(h, vocabulary(), lm_head.bias, result.view());
    if (!config_.logit_shape.changes_nothing()) pass.backend.shape_logits(result.view(), config_.logit_shape);
    return result;
  }

  /// Whether this family has no such site in any of its blocks.
  template <class Site>
  static constexpr bool lacks(Site at) {
    if constexpr (std::is_same_v<Site, site::ln_final>)
      return std::is_same_v<Norm, NoNorm<B>>;
    else
      return Site::per_layer && Block::lacks(at);
  }

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor("model.embed_tokens", self.embed_tokens);
    for (std::size_t layer = 0; layer < self.layers.size(); ++layer)
      visitor("model.layers." + std::to_string(layer), self.layers[layer]);
    visitor("model.norm", self.norm);
    visitor("lm_head", self.lm_head);
  }

 private:
  Config config_;
  B* backend_;
};

/// The same walk; what makes it an encoder are its parts: a mask that hides nothing, a masked language model's head.
template <class B, class Embedding, class Block, class Norm, class Head>
using Encoder = Decoder<B, Embedding, Block, Norm, Head>;

}  // namespace neuroglot

/// Embeddings with more to them than a table of tokens: learned positions, token types, a norm, another width.
#pragma once

#include <cstdint>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/packed_batch.hpp"
#include "neuroglot/nn/config.hpp"
#include "neuroglot/nn/embedding.hpp"
#include "neuroglot/nn/linear.hpp"
#include "neuroglot/nn/norm.hpp"

namespace neuroglot {

/// x = token + type of the text + position, then a norm, then a projection to the width of the blocks; each part where
/// the config has it. `project_first`: the projection comes before positions are added (OPT-350m).
/// (BertEmbeddings, RobertaEmbeddings, GPT2Model, OPTDecoder, BloomModel in Hugging Face)
template <class B, bool project_first = false>
struct SummedEmbedding {
  TokenEmbedding<B> word_embeddings;
  typename B::Weight token_type_embeddings;  ///< (types, width), or empty
  typename B::Weight position_embeddings;    ///< (positions, width), or empty
  LayerNorm<B> norm;
  Linear<B> projection;
  Config config;

  explicit SummedEmbedding(const Config& of)
      : word_embeddings(of),
        norm(of.embedding_norm ? (project_first ? of.hidden_size : of.embedding_width()) : 0, of),
        projection(projects(of) ? of.embedding_width() : 0, projects(of) ? of.hidden_size : 0,
                   !project_first && projects(of)),
        config(of) {
    const Index width = project_first ? of.hidden_size : of.embedding_width();
    if (of.type_vocab_size > 0) token_type_embeddings = typename B::Weight(width, of.type_vocab_size);
    if (of.position_embeddings > 0) position_embeddings = typename B::Weight(width, of.position_embeddings);
  }

  const typename B::Weight& vocabulary() const { return word_embeddings.weight; }

  /// -> (tokens, hidden). Throws Error for an id outside the vocabulary and a position outside the table.
  template <class Pass>
  typename Pass::View operator()(Pass& pass) const {
    typename Pass::View x = word_embeddings(pass);
    if (project_first && projects(config)) x = projection(pass, x);
    if (config.type_vocab_size > 0)
      add_rows(pass, token_type_embeddings, std::vector<std::int32_t>(static_cast<std::size_t>(x.rows), 0), x);
    if (config.position_embeddings > 0) add_rows(pass, position_embeddings, position_rows(pass), x);
    if (config.embedding_norm) norm.apply(pass, x);
    if (!project_first && projects(config)) x = projection(pass, x);
    return x;
  }

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor("word_embeddings", self.word_embeddings);
    if (self.config.type_vocab_size > 0) visitor("token_type_embeddings.weight", self.token_type_embeddings);
    if (self.config.position_embeddings > 0) visitor("position_embeddings.weight", self.position_embeddings);
    if (self.config.embedding_norm) visitor("norm", self.norm);
    if (projects(self.config)) visitor("projection", self.projection);
  }

 private:
  static bool projects(const Config& config) { return config.embedding_width() != config.hidden_size; }

  // The row of each token. RoBERTa counts on only where a token is not padding, which has the row of its own id
  // (create_position_ids_from_input_ids in Hugging Face).
  template <class Pass>
  std::vector<std::int32_t> position_rows(Pass& pass) const {
    const PackedBatch& batch = pass.batch;
    std::vector<std::int32_t> rows;
    for (Index s = 0, padding = 0; s < batch.sequences(); ++s, padding = 0)
      for (auto at = static_cast<std::size_t>(batch.begin(s)); at < static_cast<std::size_t>(batch.begin(s + 1));
           ++at) {
        const bool is_padding = config.position_padding_id && batch.ids()[at] == *config.position_padding_id;
        if (is_padding) ++padding;
        const Index row =
            is_padding ? *config.position_padding_id : batch.positions()[at] - padding + config.position_offset;
        if (row >= config.position_embeddings)
          throw error("a sequence is longer than the ", config.position_embeddings - config.position_offset,
                      " positions that the model has learned");
        rows.push_back(static_cast<std::int32_t>(row));
      }
    return rows;
  }

  template <class Pass>
  void add_rows(Pass& pass, const typename B::Weight& table, const std::vector<std::int32_t>& rows,
                typename Pass::View x) const {
    const auto found = pass.matrix(x.rows, x.cols);
    pass.backend.embed(table, rows, found);
    pass.backend.add(x, found);
  }
};

}  // namespace neuroglot

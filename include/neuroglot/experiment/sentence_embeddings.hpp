/// Sentence embeddings: one vector a sentence out of the residual stream, at every depth of a model, pooled while a
/// pass comes by. (Tang et al. 2024, section 4.2)
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "neuroglot/core/matrix.hpp"
#include "neuroglot/core/packed_batch.hpp"
#include "neuroglot/core/progress.hpp"
#include "neuroglot/experiment/parallel_tokens.hpp"
#include "neuroglot/experiment/pooling.hpp"
#include "neuroglot/hooks/hook.hpp"
#include "neuroglot/models/forward.hpp"

namespace neuroglot {

/// Depth 0 is what the first block is handed, depth d > 0 what stands at the site of block d - 1.
class SentenceEmbeddings {
 public:
  SentenceEmbeddings(std::vector<std::string> of_languages, Index depths, Index sentences, Index width)
      : languages_(std::move(of_languages)),
        depths_(depths),
        sentences_(sentences),
        width_(width),
        values_(languages_.size() * static_cast<std::size_t>(depths * sentences * width)) {}

  const std::vector<std::string>& languages() const { return languages_; }
  Index depths() const { return depths_; }
  Index sentences() const { return sentences_; }
  Index width() const { return width_; }

  /// (sentences, width)
  MatrixView<float> at(std::size_t language, Index depth) {
    return {values_.data() + offset(language, depth), sentences_, width_};
  }
  MatrixView<const float> at(std::size_t language, Index depth) const {
    return {values_.data() + offset(language, depth), sentences_, width_};
  }

 private:
  std::size_t offset(std::size_t language, Index depth) const {
    return (language * static_cast<std::size_t>(depths_) + static_cast<std::size_t>(depth)) *
           static_cast<std::size_t>(sentences_ * width_);
  }

  std::vector<std::string> languages_;
  Index depths_, sentences_, width_;
  std::vector<float> values_;  // (languages, depths, sentences, width)
};

/// Hears what the first block is handed and `Site` of every block, and keeps one vector a sequence of it.
template <Pooling P, class Site>
class PoolSentences {
 public:
  PoolSentences(SentenceEmbeddings& into, std::size_t language) : into_(&into), language_(language) {}

  /// Which sentence the first sequence of the next pass is.
  void start_at(Index sentence) { first_ = sentence; }

  template <class At>
  requires(std::is_same_v<At, Site> || std::is_same_v<At, site::resid_pre>) void operator()(At, const Place& place,
                                                                                            ConstMatrixRef matrix) {
    const MatrixView<const float> rows(matrix.data(), matrix.rows(), matrix.cols(), matrix.outerStride());
    const MatrixView<float> kept = into_->at(language_, std::is_same_v<At, Site> ? place.layer + 1 : 0);
    const PackedBatch& batch = place.batch;
    for (Index s = 0; s < batch.sequences(); ++s)
      P::pool(rows.row_range(batch.begin(s), batch.length(s)), kept.row(first_ + s));
  }

  template <class At>
  bool listens(At, Index layer) const {
    return std::is_same_v<At, Site> || layer == 0;
  }

 private:
  static_assert(Site::per_layer && !std::is_same_v<Site, site::resid_pre>, "depth 0 is the first block's resid_pre");

  SentenceEmbeddings* into_;
  std::size_t language_;
  Index first_ = 0;
};

/// Runs all sentences through a model, about `batch` tokens of one language in a pass; no result depends on that.
template <Pooling P, class Site, class Model>
SentenceEmbeddings embed_sentences(Model& model, const ParallelTokens& tokens, Index batch, bool quiet) {
  const auto& config = model.config();
  SentenceEmbeddings result(tokens.languages, config.num_hidden_layers + 1, tokens.sentences(), config.hidden_size);
  std::int64_t all = 0;
  for (std::size_t k = 0; k < tokens.languages.size(); ++k) all += tokens.tokens(k);
  Progress progress("embedding", all, "tokens", quiet);
  for (std::size_t k = 0; k < tokens.languages.size(); ++k) {
    PoolSentences<P, Site> pool(result, k);
    for (Index next = 0; next < tokens.sentences();) {
      PackedBatch packed;
      pool.start_at(next);
      do packed.add(tokens.ids[k][static_cast<std::size_t>(next++)]);
      while (next < tokens.sentences() && packed.rows() < batch);
      forward<output::None>(model, packed, hooks(pool));
      progress.add(packed.rows());
    }
  }
  return result;
}

}  // namespace neuroglot

/// The vector of a fact: what passes by at a site, averaged over the masks of its prompt. (Zhao et al. 2024, "average
/// pooling"; Antverg and Belinkov 2022, q(z))
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/matrix.hpp"
#include "neuroglot/core/packed_batch.hpp"
#include "neuroglot/core/progress.hpp"
#include "neuroglot/experiment/facts/prompt.hpp"
#include "neuroglot/hooks/hook.hpp"
#include "neuroglot/models/forward.hpp"
#include "neuroglot/nn/config.hpp"

namespace neuroglot {

/// Hears `Site` of every layer; keeps a row a sequence, its layers beside each other.
template <class Site>
class MaskMeans {
 public:
  /// into (facts, layers * width)
  MaskMeans(MatrixView<float> into, Index layers) : into_(into), width_(into.cols / layers) {}

  /// Which facts the sequences of the next pass are: the first of them, and for each its masks, rows of the batch.
  void start_at(Index fact, std::span<const std::vector<Index>> masks) {
    first_ = fact;
    masks_ = masks;
  }

  void operator()(Site, const Place& place, ConstMatrixRef values) {
    if (place.expert >= 0) throw error("the neurons of facts are not taken from a mixture of experts");
    if (values.cols() != width_)
      throw error("site ", Site::name, " of layer ", place.layer, " is ", values.cols(), " wide, ", width_,
                  " expected");
    for (std::size_t s = 0; s < masks_.size(); ++s) {
      float* const mean = into_.row(first_ + static_cast<Index>(s)).data() + place.layer * width_;
      for (Index column = 0; column < width_; ++column) {
        double sum = 0;
        for (const Index row : masks_[s]) sum += static_cast<double>(values(row, column));
        mean[column] = static_cast<float>(sum / static_cast<double>(masks_[s].size()));
      }
    }
  }

 private:
  static_assert(Site::per_layer, "facts are represented by something that every layer has");

  MatrixView<float> into_;
  Index width_;
  Index first_ = 0;
  std::span<const std::vector<Index>> masks_;
};

/// How wide a site of a layer is.
template <class Site>
Index site_width(Site, const Config& config) {
  return Site::shape == "(tokens, intermediate)" ? config.neurons() : config.hidden_size;
}

/// (prompts, layers * width of the site), about `batch` tokens in a pass; no bit depends on that.
template <class Site, class Model>
Matrix<float> fact_vectors(Model& model, std::span<const Prompt> prompts, Index batch, Progress& progress) {
  const Index layers = model.config().num_hidden_layers;
  Matrix<float> vectors(static_cast<Index>(prompts.size()), layers * site_width(Site{}, model.config()));
  MaskMeans<Site> means(vectors.view(), layers);
  for (std::size_t next = 0; next < prompts.size();) {
    PackedBatch packed;
    std::vector<std::vector<Index>> masks;
    const std::size_t first = next;
    do {
      masks.push_back(prompts[next].masks);
      for (Index& row : masks.back()) row += packed.rows();
      packed.add(prompts[next++].ids);
    } while (next < prompts.size() && packed.rows() < batch);
    means.start_at(static_cast<Index>(first), masks);
    forward<output::None>(model, packed, hooks(means));
    progress.add(packed.sequences());
  }
  return vectors;
}

}  // namespace neuroglot

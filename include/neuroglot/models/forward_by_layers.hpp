/// The forward pass of many batches at once, layer by layer: each block is needed once, however many batches there are.
/// (A block's weights come and go where they do not all fit into memory: models/layer_stream.hpp.)
#pragma once

#include <algorithm>
#include <deque>
#include <span>
#include <type_traits>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/packed_batch.hpp"
#include "neuroglot/models/forward.hpp"
#include "neuroglot/nn/pass.hpp"

namespace neuroglot {

/// All batches come by layer 0, then all by layer 1, ..., each with hooks of its own; their residual streams stay in
/// the workspace meanwhile. To the bit what forward_with makes of one batch after the other. A hook that hears several
/// batches hears them in order within a layer, and the layers in order: one that looks back at earlier layers must be a
/// batch's own. Gives nothing for output::None, for others a vector of what forward gives, in the batches' order.
template <class Output, class Model, class Hooks>
requires requires {
  typename Model::Backend;
}
auto forward_by_layers(const Model& model, std::span<const PackedBatch> batches, std::span<Hooks> listening) {
  using View = MatrixView<typename Model::Scalar>;
  if (batches.empty() || listening.size() != batches.size())
    throw usage_error("passes by layers need at least one batch, and hooks for each: there are ", batches.size(),
                      " batches and hooks for ", listening.size());
  const Workspace::Scope scope(model.backend().workspace());
  std::deque<Pass<typename Model::Backend, Hooks>> passes;
  std::vector<View> streams;
  std::vector<typename Model::Extent> extents;
  std::vector<bool> hears_logits;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    if (batches[i].rows() == 0) throw usage_error("a forward pass needs at least one token");
    auto& pass = passes.emplace_back(model.backend(), batches[i], listening[i]);
    hears_logits.push_back(model.config().has_lm_head && pass.hears(site::logits{}));
    extents.push_back(model.extent(pass, !std::is_same_v<Output, output::None> || hears_logits.back()));
    streams.push_back(model.begin(pass));
  }
  const Index last = std::ranges::max(extents, {}, &Model::Extent::last).last;
  for (Index layer = 0; layer <= last; ++layer)
    for (std::size_t i = 0; i < batches.size(); ++i)
      if (layer <= extents[i].last) model.run_block(passes[i], streams[i], layer, extents[i]);
  const auto finished = [&](std::size_t i) {
    const Workspace::Scope of_one(model.backend().workspace());
    return detail::finish<Output>(model, passes[i], streams[i], hears_logits[i]);
  };
  if constexpr (std::is_same_v<Output, output::None>) {
    for (std::size_t i = 0; i < batches.size(); ++i) finished(i);
  } else {
    std::vector<decltype(finished(0))> results;
    for (std::size_t i = 0; i < batches.size(); ++i) results.push_back(finished(i));
    return results;
  }
}

}  // namespace neuroglot

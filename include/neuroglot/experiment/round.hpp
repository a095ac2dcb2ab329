/// What is computed before anybody asks for a result: one pass, or several that go by the layers together where weights
/// are streamed. (docs/streaming.md)
#pragma once

#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "neuroglot/core/packed_batch.hpp"
#include "neuroglot/experiment/token_blocks.hpp"
#include "neuroglot/models/forward.hpp"
#include "neuroglot/models/forward_by_layers.hpp"

namespace neuroglot {

/// Batches, each a pass.
using Round = std::vector<PackedBatch>;

struct RoundShape {
  Index blocks = 4;  ///< of text in a pass
  Index passes = 1;
  Index copies = 1;  ///< of each block, one after the other
};

/// The next blocks of a corpus; empty at its end.
inline Round next_round(TokenBlocks& blocks, const RoundShape& shape) {
  Round round;
  std::vector<TokenId> block;
  for (bool more = true; more && static_cast<Index>(round.size()) < shape.passes;) {
    PackedBatch batch;
    while (batch.sequences() < shape.blocks * shape.copies && (more = blocks.next(block)))
      for (Index copy = 0; copy < shape.copies; ++copy) batch.add(block);
    if (batch.rows() > 0) round.push_back(std::move(batch));
  }
  return round;
}

/// Runs the batches of a round, each with hooks_of(i): by layers where there are several. Gives nothing for
/// output::None, for others a vector of what forward gives, in the batches' order.
template <class Output, class Model, class HooksOf>
auto run_round(Model& model, const Round& round, HooksOf hooks_of) {
  if (round.size() == 1) {
    if constexpr (std::is_same_v<Output, output::None>) {
      return forward<Output>(model, round.front(), hooks_of(0));
    } else {
      std::vector<decltype(forward<Output>(model, round.front(), hooks_of(0)))> one;
      one.push_back(forward<Output>(model, round.front(), hooks_of(0)));
      return one;
    }
  }
  std::vector<decltype(hooks_of(0))> sets;
  for (std::size_t i = 0; i < round.size(); ++i) sets.push_back(hooks_of(i));
  return forward_by_layers<Output>(model, std::span<const PackedBatch>(round), std::span(sets));
}

}  // namespace neuroglot

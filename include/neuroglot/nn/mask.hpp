/// The mask of a layer, from the config.
#pragma once

#include <type_traits>

#include "neuroglot/nn/config.hpp"
#include "neuroglot/ops/mask.hpp"

namespace neuroglot {

/// Decoders of which some or all layers see a window of the last sliding_window tokens.
struct CausalWindow : Window {};
/// Encoders of which some layers see sliding_window tokens to each side.
struct BidirectionalWindow : Window {};

/// A mask that is the same in all layers needs no more than its type.
template <class Mask>
Mask mask_of(const Config& config, Index layer) {
  if constexpr (std::is_same_v<Mask, CausalWindow>) {
    return config.is_local(layer) ? CausalWindow{{config.sliding_window - 1, 0}} : CausalWindow{};
  } else if constexpr (std::is_same_v<Mask, BidirectionalWindow>) {
    const Index reach = config.is_local(layer) ? config.sliding_window : Window::unlimited;
    return BidirectionalWindow{{reach, reach}};
  } else {
    return Mask{};
  }
}

}  // namespace neuroglot

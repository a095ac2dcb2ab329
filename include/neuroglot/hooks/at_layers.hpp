/// Lets a hook hear some layers only; blocks after the last of them need not be computed for it.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "neuroglot/hooks/hook.hpp"

namespace neuroglot {

/// Usage: `hooks(at_layers({3, 4}, sparsity))`. Sites outside the blocks are not heard.
template <class Hook>
class AtLayers {
 public:
  AtLayers(std::vector<Index> layers, Hook hook) : layers_(std::move(layers)), hook_(std::forward<Hook>(hook)) {}

  template <class Site>
  requires ReadsSite<std::remove_cvref_t<Hook>, Site>
  void operator()(Site at, const Place& place, ConstMatrixRef matrix) { hook_(at, place, matrix); }
  template <class Site>
  requires WritesSite<std::remove_cvref_t<Hook>, Site>
  void operator()(Site at, const Place& place, MatrixRef matrix) { hook_(at, place, matrix); }
  template <class Site>
  requires HearsOnDevice<std::remove_cvref_t<Hook>, Site>
  void operator()(Site at, const Place& place, DeviceView& view) { hook_(at, place, view); }
  template <class Site>
  bool listens(Site at, Index layer) const {
    return std::find(layers_.begin(), layers_.end(), layer) != layers_.end() && neuroglot::listens(hook_, at, layer);
  }

 private:
  std::vector<Index> layers_;
  Hook hook_;
};

template <class Hook>
AtLayers<Hook> at_layers(std::vector<Index> layers, Hook&& hook) {
  return {std::move(layers), std::forward<Hook>(hook)};
}

}  // namespace neuroglot

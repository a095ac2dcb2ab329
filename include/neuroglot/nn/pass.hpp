/// One forward pass under way: the batch, the backend that computes it, the hooks that listen, and where in the model
/// it is.
#pragma once

#include <span>

#include "neuroglot/core/packed_batch.hpp"
#include "neuroglot/core/profile.hpp"
#include "neuroglot/core/workspace.hpp"
#include "neuroglot/hooks/hook.hpp"
#include "neuroglot/nn/kv_cache.hpp"

namespace neuroglot {

/// Cosines and sines of rotary positions, (tokens, rotated width / 2) each.
template <class Scalar>
struct RotaryAngles {
  MatrixView<Scalar> cosine, sine;
};

/// Where a backend that can be timed writes down what it does; null where it is not, or can not be.
template <class B>
Profile* profile_of(const B& backend) {
  if constexpr (requires { backend.profile(); })
    return backend.profile();
  else
    return nullptr;
}

/// Handed through all parts of a model. Matrices that parts take from it live until the Workspace::Scope around them
/// ends.
template <class B, class Hooks>
class Pass {
 public:
  using Backend = B;
  using Scalar = typename B::Scalar;
  using View = MatrixView<Scalar>;
  using ConstView = MatrixView<const Scalar>;

  Pass(B& with, const PackedBatch& of, Hooks& listening, KvCache<B>* earlier = nullptr)
      : backend(with), batch(of), hooks(listening), cache(earlier) {}

  B& backend;
  const PackedBatch& batch;
  Hooks& hooks;
  KvCache<B>* cache;                   ///< keys and values of earlier passes; null: every sequence starts here
  Index layer = -1;                    ///< the block that is being computed
  bool ends_in_this_layer = false;     ///< nothing after this block is wanted by anybody
  Index expert = -1;                   ///< whose rows are being computed; -1: all tokens
  Index experts = 1;                   ///< of this layer
  std::span<const Index> expert_rows;  ///< the tokens that were routed to the expert
  bool ln2_comes_last = false;         ///< the block's second norm stands after its MLP (post-norm)
  RotaryAngles<Scalar> angles;         ///< of this batch's positions
  RotaryAngles<Scalar> local_angles;   ///< of the layers that have frequencies of their own

  View matrix(Index rows, Index cols) const { return backend.workspace().template matrix<Scalar>(rows, cols); }

  /// Whether somebody listens to this site of this layer: false at compile time where no hook hears it.
  template <class Site>
  bool hears(Site at) const {
    return heard(hooks, at, layer);
  }

  /// The pass has come by a site: hooks that listen may read m, or write it. Nothing at all where no hook hears the
  /// site.
  template <class Site>
  void at(Site site, View m, Index sequence = -1, Index head = -1) {
    if constexpr (HearsSite<Hooks, Site>) {
      if (!heard(hooks, site, layer)) return;
      const Place place{batch, Site::per_layer ? layer : -1, sequence, head, expert, experts, expert_rows};
      const Timed timed(profile_of(backend), "hooks at ", Site::name);
      if constexpr (requires { backend.device_for_hooks(); }) {
        Device& device = backend.device_for_hooks();
        const HostCopies before = device.copies();
        DeviceView view(device, m);
        hooks(site, place, view);
        timed.copied(device.copies().copies - before.copies, device.copies().bytes - before.bytes);
      } else {
        backend.on_host(m, [&](MatrixView<float> shown) { hooks(site, place, eigen_map(shown)); });
      }
    }
  }

  /// Between these two, sites are an expert's and their rows the tokens that were routed to it.
  void enter_expert(Index number, Index of, std::span<const Index> rows) {
    expert = number;
    experts = of;
    expert_rows = rows;
  }
  void leave_expert() { enter_expert(-1, 1, {}); }

  /// Whether the rest of the block can be left out: no output and no hook needs what comes after this site.
  template <class Site>
  bool done_after(Site site) const {
    return ends_in_this_layer && !heard_later_in_block(hooks, site, layer) && !(ln2_comes_last && hears(site::ln2{}));
  }
};

}  // namespace neuroglot

/// What a hook is, what it hears, and how several become one. Everything is decided by types: no virtual call, no
/// std::function, and a site that no hook hears leaves no instruction behind.
#pragma once

#include <concepts>
#include <tuple>
#include <type_traits>
#include <utility>

#include "neuroglot/hooks/device_view.hpp"
#include "neuroglot/hooks/place.hpp"
#include "neuroglot/hooks/site.hpp"

namespace neuroglot {

/// Reads a site: `void operator()(site::mlp_act, const Place&, ConstMatrixRef)`.
template <class Hook, class Site>
concept ReadsSite = std::invocable<Hook&, Site, const Place&, ConstMatrixRef>;

/// Writes a site: `void operator()(site::mlp_act, const Place&, MatrixRef)`, with a matrix whose elements may be
/// changed.
template <class Hook, class Site>
concept WritesSite = !ReadsSite<Hook, Site> && std::invocable<Hook&, Site, const Place&, MatrixRef>;

template <class Hook, class Site>
concept HearsSite = ReadsSite<Hook, Site> || WritesSite<Hook, Site>;

namespace detail {
struct NoMatrix {};  // what takes this takes anything
}  // namespace detail

/// Can do the same where a model runs on a device, without a copy: beside one of the above it has
/// `void operator()(site::mlp_act, const Place&, DeviceView&)`. Whether it reads or writes, the one above says.
template <class Hook, class Site>
concept HearsOnDevice = HearsSite<Hook, Site> && std::invocable<Hook&, Site, const Place&, DeviceView&> &&
    !std::invocable<Hook&, Site, const Place&, detail::NoMatrix&>;

namespace detail {
template <class Hook>
inline constexpr bool hears_some_site =
    []<class... Sites>(site::List<Sites...>) { return (HearsSite<Hook, Sites> || ...); }(site::All{});
}  // namespace detail

/// Anything that can be called on at least one site is a hook. It may also say at run time
/// `bool listens(Site, Index layer) const`: whether it wants this site of this layer (default: yes). Blocks after the
/// last one that somebody listens to, and the rest of that block, are not computed unless an output needs them.
template <class Hook>
concept HookOnSomeSite = detail::hears_some_site<std::remove_cvref_t<Hook>>;

template <class Hook, class Site>
constexpr bool listens(const Hook& hook, Site site, Index layer) {
  if constexpr (!HearsSite<Hook, Site>)
    return false;
  else if constexpr (requires { hook.listens(site, layer); })
    return hook.listens(site, layer);
  else
    return true;
}

namespace detail {
/// Where the hook can be: on the device, or with a copy on the host.
template <class Hook, class Site>
void call_on_device(Hook& hook, Site at, const Place& place, DeviceView& view) {
  if constexpr (HearsOnDevice<Hook, Site>)
    hook(at, place, view);
  else if constexpr (WritesSite<Hook, Site>)
    hook(at, place, eigen_map(view.write_on_host()));
  else
    hook(at, place, eigen_map(view.read_on_host()));
}
}  // namespace detail

/// Hooks as one hook: at each site the writers come first, then the readers, each in the order given.
template <class... Hooks>
class HookSet {
 public:
  explicit HookSet(Hooks... parts) : parts_(std::forward<Hooks>(parts)...) {}

  template <class Site>
  requires(HearsSite<std::remove_cvref_t<Hooks>, Site> || ...) void operator()(Site at, const Place& place,
                                                                               MatrixRef matrix) {
    each([&](auto& part) {
      if constexpr (WritesSite<std::remove_cvref_t<decltype(part)>, Site>)
        if (neuroglot::listens(part, at, place.layer)) part(at, place, matrix);
    });
    each([&](auto& part) {
      if constexpr (ReadsSite<std::remove_cvref_t<decltype(part)>, Site>)
        if (neuroglot::listens(part, at, place.layer))
          part(at, place,
               ConstMatrixRef(matrix.data(), matrix.rows(), matrix.cols(), Eigen::OuterStride<>(matrix.outerStride())));
    });
  }

  /// The same for a matrix on a device.
  template <class Site>
  requires(HearsSite<std::remove_cvref_t<Hooks>, Site> || ...) void operator()(Site at, const Place& place,
                                                                               DeviceView& view) {
    each([&](auto& part) {
      if constexpr (WritesSite<std::remove_cvref_t<decltype(part)>, Site>)
        if (neuroglot::listens(part, at, place.layer)) detail::call_on_device(part, at, place, view);
    });
    each([&](auto& part) {
      if constexpr (ReadsSite<std::remove_cvref_t<decltype(part)>, Site>)
        if (neuroglot::listens(part, at, place.layer)) detail::call_on_device(part, at, place, view);
    });
    view.finish();
  }

  template <class Site>
  bool listens(Site at, Index layer) const {
    return std::apply([&](const auto&... part) { return (neuroglot::listens(part, at, layer) || ...); }, parts_);
  }

 private:
  template <class F>
  void each(F&& f) {
    std::apply([&](auto&... part) { (f(part), ...); }, parts_);
  }

  std::tuple<Hooks...> parts_;  // references for hooks given by name, values for temporaries
};

/// No hook at all.
template <>
class HookSet<> {};

/// Usage: `forward(model, batch, hooks(Deactivate{french}, sparsity))`. Named hooks are referred to, temporaries are
/// kept.
template <class... Hooks>
HookSet<Hooks...> hooks(Hooks&&... parts) {
  static_assert(
      (HookOnSomeSite<Hooks> && ...),
      "this hook hears no site: give it an operator()(site::X, const Place&, ConstMatrixRef) to read or (site::X, "
      "const "
      "Place&, MatrixRef) to write, with X one of embed, resid_pre, ln1, q, k, v, rot_q, rot_k, attn_scores, "
      "attn_pattern, z, attn_out, resid_mid, ln2, expert_weights, mlp_pre, mlp_act, mlp_pre_linear, mlp_post, mlp_out, "
      "resid_post, "
      "ln_final, logits");
  return HookSet<Hooks...>(std::forward<Hooks>(parts)...);
}

/// Whether a set of hooks can hear a site (compile time) and does so in this layer (run time).
template <class Site, class Set>
constexpr bool heard(const Set& set, Site at, Index layer) {
  if constexpr (HearsSite<Set, Site>)
    return set.listens(at, layer);
  else
    return false;
}

/// The last layer in which a set of hooks listens to a site of a block; -1 if there is none.
template <class Set>
Index last_heard_layer(const Set& set, Index layers) {
  for (Index layer = layers - 1; layer >= 0; --layer) {
    bool listens = false;
    site::All::for_each([&]<class Site>(Site at) { listens = listens || (Site::per_layer && heard(set, at, layer)); });
    if (listens) return layer;
  }
  return -1;
}

/// Whether a set of hooks listens to anything that comes after a site of this layer within the block.
template <class Set, class Site>
bool heard_later_in_block(const Set& set, Site, Index layer) {
  bool listens = false;
  site::All::for_each([&]<class Later>(Later at) {
    if constexpr (Later::per_layer && (site::order < Later >> site::order<Site>))
      listens = listens || heard(set, at, layer);
  });
  return listens;
}

}  // namespace neuroglot

/// Any set of hooks behind one type, so that a model family compiled once serves every program: a heard site costs one
/// call through a pointer, an unheard one a test.
#pragma once

#include <array>

#include "neuroglot/hooks/hook.hpp"

namespace neuroglot {

/// Refers to a set of hooks; what the set hears is asked once a site and layer at run time.
class ErasedHooks {
 public:
  explicit ErasedHooks(HookSet<>& none) : set_(&none) {}
  template <class... Hooks>
  explicit ErasedHooks(HookSet<Hooks...>& set) : set_(&set) {
    site::All::for_each([&]<class Site>(Site) {
      if constexpr (HearsSite<HookSet<Hooks...>, Site>) {
        call_[site::order<Site>] = [](void* to, const Place& place, MatrixRef matrix) {
          (*static_cast<HookSet<Hooks...>*>(to))(Site{}, place, matrix);
        };
        call_on_device_[site::order<Site>] = [](void* to, const Place& place, DeviceView& view) {
          (*static_cast<HookSet<Hooks...>*>(to))(Site{}, place, view);
        };
        listens_[site::order<Site>] = [](const void* to, Index layer) {
          return static_cast<const HookSet<Hooks...>*>(to)->listens(Site{}, layer);
        };
      }
    });
  }

  template <class Site>
  void operator()(Site, const Place& place, MatrixRef matrix) {
    call_[site::order<Site>](set_, place, matrix);
  }
  template <class Site>
  void operator()(Site, const Place& place, DeviceView& view) {
    call_on_device_[site::order<Site>](set_, place, view);
  }

  template <class Site>
  bool listens(Site, Index layer) const {
    return listens_[site::order<Site>] != nullptr && listens_[site::order<Site>](set_, layer);
  }

 private:
  void* set_;
  std::array<void (*)(void*, const Place&, MatrixRef), site::All::size> call_{};
  std::array<void (*)(void*, const Place&, DeviceView&), site::All::size> call_on_device_{};
  std::array<bool (*)(const void*, Index), site::All::size> listens_{};
};

}  // namespace neuroglot

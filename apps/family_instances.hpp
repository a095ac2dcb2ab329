/// Compiles load_erased of a list of families into the file that instantiates Instances for it.
#pragma once

#include <tuple>

#include "neuroglot/models/erased_model.hpp"
#include "neuroglot/models/registry.hpp"

namespace ng {

template <class Families>
struct Instances;

template <class... Models>
struct Instances<neuroglot::Families<Models...>> {
  static auto all() { return std::tuple(&neuroglot::load_erased<Models>...); }
};

}  // namespace ng

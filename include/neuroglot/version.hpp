/// The version of neuroglot, as every output's provenance names it.
#pragma once

#include <string_view>

namespace neuroglot {

inline constexpr std::string_view version = "0.1.0";

}  // namespace neuroglot

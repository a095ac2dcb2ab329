/// Names and patterns out of a file, made fit to stand in an error of one line.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace neuroglot::detail {

/// A name from the file in quotes, control characters escaped, no longer than fits into a line.
inline std::string quoted(std::string_view name) {
  constexpr std::size_t longest = 200;
  const std::string shown(name.substr(0, longest));
  return nlohmann::json(shown).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) +
         (name.size() > longest ? "..." : "");
}

}  // namespace neuroglot::detail

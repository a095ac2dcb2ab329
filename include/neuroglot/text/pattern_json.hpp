/// A pattern where tokenizer.json has one: in Split and Replace.
#pragma once

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/json_node.hpp"
#include "neuroglot/text/pattern.hpp"

namespace neuroglot::detail {

/// {"String": "x"} or {"Regex": "x+"}, where a file may have either.
inline Pattern read_pattern(const JsonNode& node) {
  node.allow_only({"String", "Regex"});
  const auto regex = node.find("Regex");
  try {
    return regex ? Pattern::oniguruma(regex->string()) : Pattern::literal(node.at("String").string());
  } catch (const Error& failure) {
    throw node.fault(failure.what());
  }
}

}  // namespace neuroglot::detail

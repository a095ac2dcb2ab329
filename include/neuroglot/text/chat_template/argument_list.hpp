/// The expressions between the parentheses of a call.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/text/chat_template/scope.hpp"
#include "neuroglot/text/chat_template/text_operations.hpp"
#include "neuroglot/text/chat_template/value.hpp"

namespace neuroglot::jinja {

/// Read once, computed at each rendering.
using Expression = std::function<Value(const Scope&)>;

struct ArgumentList {
  std::vector<std::pair<std::string, Expression>> expressions;  ///< the name of `name=` is empty where there is none

  Arguments operator()(const Scope& scope) const {
    Arguments arguments;
    for (const auto& [name, expression] : expressions)
      if (name.empty())
        arguments.values.push_back(expression(scope));
      else
        arguments.named[name] = expression(scope);
    return arguments;
  }
};

}  // namespace neuroglot::jinja

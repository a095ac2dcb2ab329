/// What a template does: writes text, chooses, loops, sets variables.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/chat_template/expression.hpp"
#include "neuroglot/text/chat_template/scope.hpp"
#include "neuroglot/text/chat_template/value.hpp"

namespace neuroglot::jinja {

/// Appends to the rendered text.
using Statement = std::function<void(Scope&, std::string& rendered)>;
using Statements = std::vector<Statement>;

inline void run(const Statements& statements, Scope& scope, std::string& rendered) {
  for (const Statement& statement : statements) statement(scope, rendered);
}

/// Runs the first branch whose condition is true.
struct Choice {
  std::vector<std::pair<Expression, Statements>> branches;

  void operator()(Scope& scope, std::string& rendered) const {
    for (const auto& [condition, body] : branches)
      if (is_true(condition(scope))) return run(body, scope, rendered);
  }
};

/// for name in list, or for name, name in a list of lists. Objects give their keys.
struct Loop {
  std::vector<std::string> names;
  Expression list;
  Expression condition;  ///< empty: all items
  Statements body;

  void operator()(Scope& scope, std::string& rendered) const {
    const Value items = chosen(scope);
    for (std::size_t i = 0; i < items.size(); ++i) {
      scope.enter();
      assign(scope, items[i]);
      scope.set("loop", position(items, i));
      run(body, scope, rendered);
      scope.leave();
    }
  }

 private:
  static Value listed(const Value& value) {
    if (value.is_array()) return value;
    if (!value.is_object()) throw error("a value of type ", type_name(value), " can not be looped over");
    Value keys = Value::array();
    for (const auto& [key, member] : value.items()) keys.push_back(key);
    return keys;
  }

  Value chosen(Scope& scope) const {
    Value all = listed(list(scope));
    if (!condition) return all;
    Value some = Value::array();
    for (const Value& item : all) {
      scope.enter();
      assign(scope, item);
      if (is_true(condition(scope))) some.push_back(item);
      scope.leave();
    }
    return some;
  }

  void assign(Scope& scope, const Value& item) const {
    if (names.size() == 1) return scope.set(names[0], item);
    if (!item.is_array() || item.size() != names.size())
      throw error("an item of the list is not ", names.size(), " values");
    for (std::size_t k = 0; k < names.size(); ++k) scope.set(names[k], item[k]);
  }

  static Value position(const Value& items, std::size_t i) {
    return {{"index", i + 1},
            {"index0", i},
            {"revindex", items.size() - i},
            {"revindex0", items.size() - i - 1},
            {"first", i == 0},
            {"last", i + 1 == items.size()},
            {"length", items.size()},
            {"previtem", i == 0 ? undefined() : items[i - 1]},
            {"nextitem", i + 1 == items.size() ? undefined() : items[i + 1]}};
  }
};

}  // namespace neuroglot::jinja

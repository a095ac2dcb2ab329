/// Expressions of templates: read once into functions of the variables. (The grammar: jinja2/parser.py)
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/chat_template/argument_list.hpp"
#include "neuroglot/text/chat_template/arithmetic.hpp"
#include "neuroglot/text/chat_template/lexeme_reader.hpp"
#include "neuroglot/text/chat_template/nesting.hpp"
#include "neuroglot/text/chat_template/operations.hpp"
#include "neuroglot/text/chat_template/scope.hpp"
#include "neuroglot/text/chat_template/value.hpp"

namespace neuroglot::jinja {

/// Reads the expressions of one tag, in the order of precedence from loose to tight.
class ExpressionReader {
 public:
  explicit ExpressionReader(LexemeReader& lexemes) : lexemes_(&lexemes) {}

  /// `a if condition else b`
  Expression expression() {
    const Nesting deeper(depth_, "expressions");
    Expression value = alternatives();
    while (lexemes_->take_name("if")) {
      Expression condition = alternatives();
      Expression otherwise = lexemes_->take_name("else") ? expression() : [](const Scope&) { return undefined(); };
      value = [value, condition, otherwise](const Scope& scope) {
        return is_true(condition(scope)) ? value(scope) : otherwise(scope);
      };
    }
    return value;
  }

  /// Without a trailing `if`, which is a loop's.
  Expression alternatives() {
    Expression left = conjunction();
    while (lexemes_->take_name("or"))
      left = [left, right = conjunction()](const Scope& scope) {
        Value value = left(scope);
        return is_true(value) ? value : right(scope);
      };
    return left;
  }

 private:
  Expression conjunction() {
    Expression left = negation();
    while (lexemes_->take_name("and"))
      left = [left, right = negation()](const Scope& scope) {
        Value value = left(scope);
        return is_true(value) ? right(scope) : value;
      };
    return left;
  }

  Expression negation() {
    const Nesting deeper(depth_, "expressions");
    if (!lexemes_->take_name("not")) return comparison();
    return [of = negation()](const Scope& scope) { return Value(!is_true(of(scope))); };
  }

  Expression comparison() {
    Expression left = sum();
    for (;;) {
      if (const std::string sign = lexemes_->take_sign_of({"==", "!=", "<=", ">=", "<", ">"}); !sign.empty())
        left = [sign, left, right = sum()](const Scope& scope) {
          return Value(compared(sign, left(scope), right(scope)));
        };
      else if (const bool is_not = lexemes_->take_names("not", "in"); is_not || lexemes_->take_name("in"))
        left = [is_not, left, right = sum()](const Scope& scope) {
          return Value(contains(right(scope), left(scope)) != is_not);
        };
      else
        return left;
    }
  }

  template <class Operand>
  Expression chain(std::initializer_list<std::string_view> signs, Operand operand) {
    Expression left = operand();
    for (std::string sign; !(sign = lexemes_->take_sign_of(signs)).empty();)
      left = [sign, left, right = operand()](const Scope& scope) { return combined(sign, left(scope), right(scope)); };
    return left;
  }
  Expression sum() {
    return chain({"+", "-"}, [this] { return concatenation(); });
  }
  Expression concatenation() {
    return chain({"~"}, [this] { return product(); });
  }
  Expression product() {
    return chain({"*", "//", "%"}, [this] { return unary(); });
  }

  Expression unary() {
    const Nesting deeper(depth_, "expressions");
    if (!lexemes_->take_sign("-")) return filters(postfixes(primary()));
    return [of = unary()](const Scope& scope) { return combined("-", 0, of(scope)); };
  }

  // value | filter(...) and value is [not] test
  Expression filters(Expression value) {
    for (;;) {
      if (lexemes_->take_sign("|")) {
        const std::string name = lexemes_->name("a filter");
        ArgumentList arguments = lexemes_->take_sign("(") ? argument_list() : ArgumentList{};
        value = [value, name, arguments](const Scope& scope) { return filtered(value(scope), name, arguments(scope)); };
      } else if (lexemes_->take_name("is")) {
        const bool is_not = lexemes_->take_name("not");
        const std::string name = lexemes_->name("a test");
        value = [value, name, is_not](const Scope& scope) { return Value(passes_test(value(scope), name) != is_not); };
      } else {
        return value;
      }
    }
  }

  // .member, .method(...), [key], [start:stop:step]
  Expression postfixes(Expression object) {
    for (;;) {
      if (lexemes_->take_sign(".")) {
        const std::string name = lexemes_->name("a member");
        if (lexemes_->take_sign("("))
          object = [object, name, arguments = argument_list()](const Scope& scope) {
            return call_method(object(scope), name, arguments(scope));
          };
        else
          object = [object, name](const Scope& scope) { return member(object(scope), name); };
      } else if (lexemes_->take_sign("[")) {
        object = subscript(object);
      } else {
        return object;
      }
    }
  }

  Expression subscript(Expression object) {
    std::vector<Expression> bounds;
    bool is_slice = false;
    do {
      const bool left_out = lexemes_->is_sign(":") || lexemes_->is_sign("]");
      bounds.push_back(left_out ? [](const Scope&) { return Value(); } : expression());
    } while (bounds.size() < 3 && lexemes_->take_sign(":") && (is_slice = true));
    lexemes_->expect_sign("]");
    if (!is_slice) return [object, key = bounds[0]](const Scope& scope) { return member(object(scope), key(scope)); };
    bounds.resize(3, [](const Scope&) { return Value(); });
    return [object, bounds](const Scope& scope) {
      return slice(object(scope), bounds[0](scope), bounds[1](scope), bounds[2](scope));
    };
  }

  // Up to the closing parenthesis; the opening one has been read.
  ArgumentList argument_list() {
    ArgumentList list;
    while (!lexemes_->take_sign(")")) {
      if (!list.expressions.empty()) lexemes_->expect_sign(",");
      std::string name = lexemes_->take_keyword();
      list.expressions.emplace_back(std::move(name), expression());
    }
    return list;
  }

  Expression primary() {
    if (const auto text = lexemes_->take_string()) return constant(*text);
    if (const auto number = lexemes_->take_number()) return constant(*number);
    if (lexemes_->take_sign("(")) {
      Expression inner = expression();
      lexemes_->expect_sign(")");
      return inner;
    }
    if (lexemes_->take_sign("[")) return list();
    return variable(lexemes_->name("an expression"));
  }

  Expression list() {
    std::vector<Expression> items;
    while (!lexemes_->take_sign("]")) {
      if (!items.empty()) lexemes_->expect_sign(",");
      items.push_back(expression());
    }
    return [items](const Scope& scope) {
      Value value = Value::array();
      for (const Expression& item : items) value.push_back(item(scope));
      return value;
    };
  }

  Expression variable(const std::string& name) {
    if (name == "true" || name == "True") return constant(true);
    if (name == "false" || name == "False") return constant(false);
    if (name == "none" || name == "None") return constant(nullptr);
    if (lexemes_->take_sign("("))
      return [name, arguments = argument_list()](const Scope& scope) { return call_function(name, arguments(scope)); };
    return [name](const Scope& scope) {
      const Value value = scope.get(name);
      return is_undefined(value) && is_function(name) ? Value(true) : value;
    };
  }

  static Expression constant(Value value) {
    return [value = std::move(value)](const Scope&) { return value; };
  }

  LexemeReader* lexemes_;
  int depth_ = 0;
};

}  // namespace neuroglot::jinja

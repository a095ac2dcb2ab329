/// What + ~ - * // % and the comparisons make of two values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/chat_template/value.hpp"

namespace neuroglot::jinja {

namespace detail {

/// Rounded down, as Python does.
inline std::int64_t floor_quotient(std::int64_t a, std::int64_t b) {
  if (b == 0) throw error("a division by zero");
  return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

/// Python's whole numbers have no end; ours do. Throws Error there.
inline std::int64_t calculated(std::string_view sign, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  bool too_large = false;
  if (sign == "+")
    too_large = __builtin_add_overflow(a, b, &result);
  else if (sign == "-")
    too_large = __builtin_sub_overflow(a, b, &result);
  else if (sign == "*")
    too_large = __builtin_mul_overflow(a, b, &result);
  else if (b == -1)  // the quotient of the smallest number is too large, the remainder is 0
    too_large = sign == "//" && __builtin_sub_overflow(std::int64_t{0}, a, &result);
  else
    result = sign == "//" ? floor_quotient(a, b) : a - floor_quotient(a, b) * b;
  if (too_large) throw error("the result of \"", sign, "\" is too large");
  return result;
}

}  // namespace detail

/// Throws Error for values that the sign does not take.
inline Value combined(std::string_view sign, const Value& a, const Value& b) {
  if (sign == "~") return not_too_long(written(a) + written(b));
  if (sign == "+" && a.is_string() && b.is_string()) return not_too_long(a.get<std::string>() + b.get<std::string>());
  if (sign == "+" && a.is_array() && b.is_array()) {
    Value list = a;
    if (a.size() + b.size() > longest_list) throw error("a list of more than ", longest_list, " values");
    list.insert(list.end(), b.begin(), b.end());
    return list;
  }
  const std::string what = "\"" + std::string(sign) + "\"";
  return detail::calculated(sign, whole(a, what), whole(b, what));
}

/// == != < <= > >=
inline bool compared(std::string_view sign, const Value& a, const Value& b) {
  if (sign == "==") return equal(a, b);
  if (sign == "!=") return !equal(a, b);
  if (sign == "<") return less(a, b);
  if (sign == ">") return less(b, a);
  if (sign == "<=") return !less(b, a);
  return !less(a, b);
}

}  // namespace neuroglot::jinja

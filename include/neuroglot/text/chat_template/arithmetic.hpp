/// What + ~ - * // % and the comparisons make of two values.
#pragma once

#include <cstdint>
#include <string_view>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/chat_template/value.hpp"

namespace neuroglot::jinja {

namespace detail {

inline std::int64_t whole(const Value& value, std::string_view sign) {
  if (!value.is_number_integer())
    throw error("\"", sign, "\" of a value of type ", type_name(value), " is not supported");
  return value.get<std::int64_t>();
}

/// Rounded down, as Python does.
inline std::int64_t floor_quotient(std::int64_t a, std::int64_t b) {
  if (b == 0) throw error("a division by zero");
  return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

}  // namespace detail

/// Throws Error for values that the sign does not take.
inline Value combined(std::string_view sign, const Value& a, const Value& b) {
  if (sign == "~") return written(a) + written(b);
  if (sign == "+" && a.is_string() && b.is_string()) return a.get<std::string>() + b.get<std::string>();
  if (sign == "+" && a.is_array() && b.is_array()) {
    Value list = a;
    list.insert(list.end(), b.begin(), b.end());
    return list;
  }
  const std::int64_t left = detail::whole(a, sign), right = detail::whole(b, sign);
  if (sign == "+") return left + right;
  if (sign == "-") return left - right;
  if (sign == "*") return left * right;
  const std::int64_t quotient = detail::floor_quotient(left, right);
  return sign == "//" ? quotient : left - quotient * right;
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

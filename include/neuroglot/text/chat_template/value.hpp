/// The values of chat templates: JSON's, and undefined; compared, tested and written as Python does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "neuroglot/core/error.hpp"

namespace neuroglot::jinja {

/// Discarded stands for undefined, as a variable that nobody set is.
using Value = nlohmann::ordered_json;

inline Value undefined() {
  return Value(Value::value_t::discarded);
}
inline bool is_undefined(const Value& value) {
  return value.is_discarded();
}

inline std::string type_name(const Value& value) {
  return is_undefined(value) ? "undefined" : value.type_name();
}

/// No prompt is as long: a template that makes more goes round in circles.
inline constexpr std::size_t longest_text = std::size_t{1} << 26, longest_list = 100'000;

inline std::string not_too_long(std::string text) {
  if (text.size() > longest_text) throw error("a text of more than ", longest_text, " bytes");
  return text;
}

/// A whole number that is what something is of; throws Error for other values.
inline std::int64_t whole(const Value& value, std::string_view what) {
  if (!value.is_number_integer()) throw error(what, " of a value of type ", type_name(value), " is not supported");
  return value.get<std::int64_t>();
}

/// What `if` makes of a value.
inline bool is_true(const Value& value) {
  if (is_undefined(value) || value.is_null()) return false;
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number()) return value != 0;
  if (value.is_string()) return !value.get_ref<const std::string&>().empty();
  return !value.empty();
}

/// A value as {{ }} writes it. Throws Error for lists and objects, whose Python spelling no template can want.
inline std::string written(const Value& value) {
  if (is_undefined(value)) return "";
  if (value.is_null()) return "None";
  if (value.is_boolean()) return value.get<bool>() ? "True" : "False";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number()) return value.dump();
  throw error("a value of type ", type_name(value), " can not be written; tojson writes it as JSON");
}

inline bool equal(const Value& a, const Value& b) {
  return is_undefined(a) || is_undefined(b) ? is_undefined(a) && is_undefined(b) : a == b;
}

/// Throws Error for what Python can not order.
inline bool less(const Value& a, const Value& b) {
  if (!(a.is_number() && b.is_number()) && !(a.is_string() && b.is_string()))
    throw error("values of type ", type_name(a), " and ", type_name(b), " have no order");
  return a < b;
}

/// `item in container`
inline bool contains(const Value& container, const Value& item) {
  if (container.is_string() && item.is_string())
    return container.get_ref<const std::string&>().find(item.get_ref<const std::string&>()) != std::string::npos;
  if (container.is_object()) return item.is_string() && container.contains(item.get_ref<const std::string&>());
  if (container.is_array()) {
    for (const Value& one : container)
      if (equal(one, item)) return true;
    return false;
  }
  throw error("\"in\" needs a string, a list or an object, not a value of type ", type_name(container));
}

/// Throws Error where a value, or one in it, is undefined: JSON has no such thing.
inline void require_defined(const Value& value) {
  if (is_undefined(value)) throw error("tojson: a value is undefined");
  if (value.is_structured())
    for (const Value& member : value) require_defined(member);
}

/// As Python's json.dumps writes it without an indent: a space after each comma and colon.
inline std::string spaced_json(const Value& value) {
  if (!value.is_structured()) return value.dump();
  std::string text;
  for (const auto& [key, member] : value.items()) {
    if (!text.empty()) text += ", ";
    if (value.is_object()) text += Value(key).dump() + ": ";
    text += spaced_json(member);
  }
  return value.is_object() ? "{" + text + "}" : "[" + text + "]";
}

}  // namespace neuroglot::jinja

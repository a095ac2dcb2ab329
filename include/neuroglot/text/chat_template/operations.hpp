/// Filters, tests, functions and members by name: what templates may use. Everything else is refused by its name.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/chat_template/text_operations.hpp"
#include "neuroglot/text/chat_template/value.hpp"
#include "neuroglot/text/utf8.hpp"

namespace neuroglot::jinja {

namespace detail {

/// Of a string in characters.
inline std::int64_t length(const Value& value) {
  if (value.is_structured()) return static_cast<std::int64_t>(value.size());
  if (!value.is_string()) throw error("a value of type ", type_name(value), " has no length");
  std::int64_t characters = 0;
  for (const char c : value.get_ref<const std::string&>()) characters += is_continuation(c) ? 0 : 1;
  return characters;
}

inline Value items(const Value& object) {
  if (!object.is_object()) throw error("a value of type ", type_name(object), " has no items");
  Value list = Value::array();
  for (const auto& [key, value] : object.items()) list.push_back(Value::array({key, value}));
  return list;
}

inline std::string joined(const Value& list, const std::string& separator) {
  if (!list.is_array()) throw error("join needs a list, not a value of type ", type_name(list));
  std::string text;
  for (std::size_t i = 0; i < list.size(); ++i) text += (i > 0 ? separator : "") + written(list[i]);
  return text;
}

inline Value end_of(const Value& list, bool first) {
  if (!list.is_array()) throw error("first and last need a list, not a value of type ", type_name(list));
  return list.empty() ? undefined() : first ? list.front() : list.back();
}

inline std::string today(const std::string& format) {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::localtime_r(&now, &parts);
  char text[256];
  return {text, std::strftime(text, sizeof text, format.c_str(), &parts)};
}

}  // namespace detail

/// `value | name(arguments)`
inline Value filtered(const Value& value, std::string_view name, const Arguments& arguments) {
  if (name == "trim") return detail::stripped(written(value), arguments, true, true);
  if (name == "upper" || name == "lower") return *call_text_method(written(value), name, arguments);
  if (name == "replace" && arguments.values.size() == 2) return *call_text_method(written(value), name, arguments);
  if (name == "length" || name == "count") return detail::length(value);
  if (name == "first" || name == "last") return detail::end_of(value, name == "first");
  if (name == "items") return detail::items(value);
  if (name == "join") return detail::joined(value, arguments.values.empty() ? "" : arguments.text(0));
  if (name == "string") return written(value);
  if (name == "list" && value.is_array()) return value;
  if (name == "default") {
    if (arguments.values.empty()) throw error("default needs an argument");
    const bool empty_too = arguments.values.size() > 1 && is_true(arguments.values[1]);
    return (empty_too ? !is_true(value) : is_undefined(value)) ? arguments.values[0] : value;
  }
  if (name == "tojson") {
    require_defined(value);
    const Value indent = arguments.named.value("indent", Value());
    if (indent.is_null()) return spaced_json(value);
    const std::int64_t spaces = whole(indent, "an indent");
    if (spaces < 0 || spaces > 100) throw error("tojson: an indent of ", spaces, " is not supported");
    return value.dump(static_cast<int>(spaces));
  }
  throw error("the filter \"", name, "\" is not supported");
}

/// `value is name`
inline bool passes_test(const Value& value, std::string_view name) {
  if (name == "defined") return !is_undefined(value);
  if (name == "undefined") return is_undefined(value);
  if (name == "none") return value.is_null();
  if (name == "string") return value.is_string();
  if (name == "mapping") return value.is_object();
  if (name == "sequence" || name == "iterable") return value.is_string() || value.is_structured();
  if (name == "number") return value.is_number();
  if (name == "boolean") return value.is_boolean();
  if (name == "true") return value == true;
  if (name == "false") return value == false;
  throw error("the test \"", name, "\" is not supported");
}

/// Whether there is a function of that name: `strftime_now is defined`.
inline bool is_function(std::string_view name) {
  return name == "raise_exception" || name == "namespace" || name == "range" || name == "strftime_now";
}

/// `name(arguments)`. Throws Error for a template's own complaint too.
inline Value call_function(std::string_view name, const Arguments& arguments) {
  if (name == "raise_exception") throw error("the template says: ", arguments.text(0));
  if (name == "namespace") return arguments.named;
  if (name == "strftime_now") return detail::today(arguments.text(0));
  if (name == "range" && arguments.values.size() == 1) {
    const std::int64_t end = whole(arguments.values[0], "a range");
    if (end > static_cast<std::int64_t>(longest_list)) throw error("a range of more than ", longest_list, " values");
    Value list = Value::array();
    for (std::int64_t i = 0; i < end; ++i) list.push_back(i);
    return list;
  }
  throw error("the function \"", name, "\" is not supported");
}

/// `object.name(arguments)`
inline Value call_method(const Value& object, std::string_view name, const Arguments& arguments) {
  if (object.is_string())
    if (auto result = call_text_method(object.get_ref<const std::string&>(), name, arguments))
      return *std::move(result);
  if (object.is_object() && name == "items") return detail::items(object);
  if (object.is_object() && name == "get") {
    const std::string key = arguments.text(0);
    return object.contains(key) ? object.at(key) : arguments.values.size() > 1 ? arguments.values[1] : Value();
  }
  throw error("the method \"", name, "\" of a value of type ", type_name(object), " is not supported");
}

/// `object.name` and `object["name"]`, `list[index]`; undefined where there is none. Throws Error for a member of what
/// is undefined.
inline Value member(const Value& object, const Value& key) {
  if (is_undefined(object)) throw error(written(key), " of a value that is undefined");
  if (object.is_object() && key.is_string()) {
    const auto found = object.find(key.get_ref<const std::string&>());
    return found == object.end() ? undefined() : *found;
  }
  if (object.is_array() && key.is_number_integer()) {
    const auto index = key.get<std::int64_t>();
    const std::int64_t at = index < 0 ? index + static_cast<std::int64_t>(object.size()) : index;
    return at >= 0 && at < static_cast<std::int64_t>(object.size()) ? object[static_cast<std::size_t>(at)]
                                                                    : undefined();
  }
  if (object.is_string() && key.is_number_integer()) throw error("characters of a string by number are not supported");
  return undefined();
}

/// `list[start:stop:step]` as Python has it; a bound of null is left out.
inline Value slice(const Value& list, const Value& start, const Value& stop, const Value& step) {
  if (!list.is_array()) throw error("a slice of a value of type ", type_name(list), " is not supported");
  const auto size = static_cast<std::int64_t>(list.size());
  // A step beyond the list is as one to its end.
  const std::int64_t by = step.is_null() ? 1 : std::clamp(whole(step, "a slice"), -size - 1, size + 1);
  if (by == 0) throw error("a slice's step is 0");
  const auto bound = [&](const Value& given, std::int64_t otherwise) {
    if (given.is_null()) return otherwise;
    const std::int64_t at = whole(given, "a slice");
    return std::clamp<std::int64_t>(at < 0 ? at + size : at, by > 0 ? 0 : -1, by > 0 ? size : size - 1);
  };
  const std::int64_t first = bound(start, by > 0 ? 0 : size - 1), end = bound(stop, by > 0 ? size : -1);
  Value result = Value::array();
  for (std::int64_t i = first; by > 0 ? i < end : i > end; i += by) result.push_back(list[static_cast<std::size_t>(i)]);
  return result;
}

}  // namespace neuroglot::jinja

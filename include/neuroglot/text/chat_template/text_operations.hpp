/// Python's string methods that templates call, and the filters of the same names.
#pragma once

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/chat_template/value.hpp"

namespace neuroglot::jinja {

/// What stands between the parentheses of a call.
struct Arguments {
  std::vector<Value> values;
  Value named = Value::object();  ///< name=value

  /// Throws Error where it is missing or no string.
  std::string text(std::size_t index) const {
    if (index >= values.size() || !values[index].is_string()) throw error("argument ", index + 1, " must be a string");
    return values[index].get<std::string>();
  }
};

namespace detail {

inline std::string stripped(const std::string& text, const Arguments& arguments, bool left, bool right) {
  const std::string dropped = arguments.values.empty() ? " \t\n\r\f\v" : arguments.text(0);
  std::size_t begin = 0, end = text.size();
  while (left && begin < end && dropped.find(text[begin]) != std::string::npos) ++begin;
  while (right && begin < end && dropped.find(text[end - 1]) != std::string::npos) --end;
  return text.substr(begin, end - begin);
}

/// Of ASCII letters; throws Error for others, whose case needs tables.
inline std::string in_case(std::string text, int (*convert)(int)) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) throw error("upper and lower are supported for ASCII letters only");
    c = static_cast<char>(convert(static_cast<unsigned char>(c)));
  }
  return text;
}

inline std::string replaced(const std::string& text, const std::string& what, const std::string& by) {
  if (what.empty()) throw error("replace: what is to be replaced is empty");
  std::string result;
  for (std::size_t at = 0;;) {
    const std::size_t found = text.find(what, at);
    result.append(text, at, found == std::string::npos ? found : found - at);
    if (found == std::string::npos) return result;
    result += by;
    at = found + what.size();
  }
}

/// Between each two occurrences of a separator, which must be given.
inline Value split(const std::string& text, const std::string& separator) {
  if (separator.empty()) throw error("split: the separator is empty");
  Value parts = Value::array();
  for (std::size_t at = 0;;) {
    const std::size_t found = text.find(separator, at);
    parts.push_back(text.substr(at, found == std::string::npos ? found : found - at));
    if (found == std::string::npos) return parts;
    at = found + separator.size();
  }
}

}  // namespace detail

/// A method of a string, or nothing where there is none of that name.
inline std::optional<Value> call_text_method(const std::string& text, std::string_view name,
                                             const Arguments& arguments) {
  if (name == "strip" || name == "trim") return detail::stripped(text, arguments, true, true);
  if (name == "lstrip") return detail::stripped(text, arguments, true, false);
  if (name == "rstrip") return detail::stripped(text, arguments, false, true);
  if (name == "startswith") return text.starts_with(arguments.text(0));
  if (name == "endswith") return text.ends_with(arguments.text(0));
  if (name == "upper") return detail::in_case(text, std::toupper);
  if (name == "lower") return detail::in_case(text, std::tolower);
  if (name == "replace" && arguments.values.size() == 2)
    return detail::replaced(text, arguments.text(0), arguments.text(1));
  if (name == "split" && arguments.values.size() == 1) return detail::split(text, arguments.text(0));
  return std::nullopt;
}

}  // namespace neuroglot::jinja

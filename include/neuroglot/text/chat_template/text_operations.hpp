/// Python's string methods that templates call, and the filters of the same names.
#pragma once

#include <utf8proc.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/chat_template/value.hpp"
#include "neuroglot/text/unicode.hpp"
#include "neuroglot/text/utf8.hpp"

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

/// Python's str.isspace of one character.
inline bool is_python_space(char32_t c) {
  return is_white_space(c) || (c >= 0x1c && c <= 0x1f);
}

inline bool holds(std::string_view text, char32_t character) {
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = code_point_at(text, at);
    if (point.value == character) return true;
    at += point.bytes;
  }
  return false;
}

/// White space at the ends, or the characters of the argument. Throws Error where a text is not UTF-8.
inline std::string stripped(const std::string& text, const Arguments& arguments, bool left, bool right) {
  const std::optional<std::string> characters =
      arguments.values.empty() ? std::nullopt : std::optional(arguments.text(0));
  require_utf8(text);
  if (characters) require_utf8(*characters);
  const auto goes = [&](CodePoint point) {
    return characters ? holds(*characters, point.value) : is_python_space(point.value);
  };
  std::size_t begin = 0, end = text.size();
  while (left && begin < end && goes(code_point_at(text, begin))) begin += code_point_at(text, begin).bytes;
  while (right && begin < end && goes(code_point_before(text, end))) end -= code_point_before(text, end).bytes;
  return text.substr(begin, end - begin);
}

/// Characters without upper and lower case, as most scripts' are.
inline bool has_no_case(char32_t c) {
  const auto character = static_cast<utf8proc_int32_t>(c);
  const utf8proc_category_t category = utf8proc_category(character);
  const bool is_cased =
      category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LL || category == UTF8PROC_CATEGORY_LT;
  return !is_cased && utf8proc_toupper(character) == character && utf8proc_tolower(character) == character;
}

/// Of ASCII letters; throws Error for others that have a case, which needs tables.
inline std::string in_case(std::string text, int (*convert)(int)) {
  require_utf8(text);
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = code_point_at(text, at);
    if (point.bytes == 1)
      text[at] = static_cast<char>(convert(static_cast<unsigned char>(text[at])));
    else if (!has_no_case(point.value))
      throw error("upper and lower are supported for ASCII letters only");
    at += point.bytes;
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
    result = not_too_long(std::move(result) + by);
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

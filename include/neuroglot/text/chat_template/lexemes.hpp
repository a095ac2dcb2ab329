/// The words of a tag: names, strings, numbers and signs.
#pragma once

#include <array>
#include <cctype>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/core/error.hpp"

namespace neuroglot::jinja {

struct Lexeme {
  enum class Kind { name, string, number, sign, end };
  Kind kind;
  std::string text;  ///< of a string what it says
};

namespace detail {

inline char escaped(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case '\\':
    case '\'':
    case '"':
      return c;
    default:
      throw error("the escape \\", c, " in a string is not supported");
  }
}

/// The string that begins at `at`, which moves behind it.
inline std::string read_string(std::string_view tag, std::size_t& at) {
  const char quote = tag[at++];
  std::string text;
  for (; at < tag.size() && tag[at] != quote; ++at)
    if (tag[at] == '\\' && at + 1 < tag.size())
      text += escaped(tag[++at]);
    else
      text += tag[at];
  if (at == tag.size()) throw error("a string is not closed");
  ++at;
  return text;
}

/// Throws Error for a character that begins no sign.
inline std::string_view sign_at(std::string_view rest) {
  static constexpr std::array<std::string_view, 26> signs{"==", "!=", "<=", ">=", "//", "**", "(", ")", "[",
                                                          "]",  "{",  "}",  ".",  ",",  ":",  "|", "=", "<",
                                                          ">",  "+",  "-",  "*",  "/",  "%",  "~", ";"};
  for (const std::string_view sign : signs)
    if (rest.starts_with(sign)) return sign;
  throw error("the character '", rest.front(), "' is not expected");
}

}  // namespace detail

/// Ends with a lexeme of kind end.
inline std::vector<Lexeme> lexemes_of(std::string_view tag) {
  const auto is_digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
  const auto is_letter = [](char c) { return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0; };
  std::vector<Lexeme> lexemes;
  for (std::size_t at = 0; at < tag.size();) {
    const std::size_t begin = at;
    if (std::isspace(static_cast<unsigned char>(tag[at])) != 0) {
      ++at;
    } else if (tag[at] == '\'' || tag[at] == '"') {
      lexemes.push_back({Lexeme::Kind::string, detail::read_string(tag, at)});
    } else if (is_digit(tag[at])) {
      while (at < tag.size() && is_digit(tag[at])) ++at;
      lexemes.push_back({Lexeme::Kind::number, std::string(tag.substr(begin, at - begin))});
    } else if (is_letter(tag[at])) {
      while (at < tag.size() && is_letter(tag[at])) ++at;
      lexemes.push_back({Lexeme::Kind::name, std::string(tag.substr(begin, at - begin))});
    } else {
      lexemes.push_back({Lexeme::Kind::sign, std::string(detail::sign_at(tag.substr(at)))});
      at += lexemes.back().text.size();
    }
  }
  lexemes.push_back({Lexeme::Kind::end, "the end of the tag"});
  return lexemes;
}

}  // namespace neuroglot::jinja

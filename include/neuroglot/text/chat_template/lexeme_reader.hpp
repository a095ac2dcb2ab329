/// Walks the words of one tag.
#pragma once

#include <charconv>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/chat_template/lexemes.hpp"

namespace neuroglot::jinja {

/// take_...: moves on where the next word is what is asked for.
class LexemeReader {
 public:
  explicit LexemeReader(std::string_view tag) : lexemes_(lexemes_of(tag)) {}

  bool is_sign(std::string_view sign) const { return is(Lexeme::Kind::sign, sign); }
  bool take_sign(std::string_view sign) { return take(Lexeme::Kind::sign, sign); }
  bool take_name(std::string_view name) { return take(Lexeme::Kind::name, name); }

  /// Two names after each other: `not in`.
  bool take_names(std::string_view first, std::string_view second) {
    if (!is(Lexeme::Kind::name, first) || lexemes_[at_ + 1].kind != Lexeme::Kind::name ||
        lexemes_[at_ + 1].text != second)
      return false;
    at_ += 2;
    return true;
  }

  /// The sign among these that is next; "" where none is.
  std::string take_sign_of(std::initializer_list<std::string_view> signs) {
    for (const std::string_view sign : signs)
      if (take_sign(sign)) return std::string(sign);
    return "";
  }

  /// Strings side by side are one.
  std::optional<std::string> take_string() {
    if (next().kind != Lexeme::Kind::string) return std::nullopt;
    std::string text;
    while (next().kind == Lexeme::Kind::string) text += lexemes_[at_++].text;
    return text;
  }

  std::optional<std::int64_t> take_number() {
    if (next().kind != Lexeme::Kind::number) return std::nullopt;
    const std::string& digits = lexemes_[at_++].text;
    std::int64_t number = 0;
    if (std::from_chars(digits.data(), digits.data() + digits.size(), number).ec != std::errc())
      throw error("the number ", digits, " is too large");
    if (is_sign(".")) throw error("the number ", digits, ". is not whole: not supported");
    return number;
  }

  /// The name of `name=`; "" where no keyword is next.
  std::string take_keyword() {
    if (next().kind != Lexeme::Kind::name || lexemes_[at_ + 1].kind != Lexeme::Kind::sign ||
        lexemes_[at_ + 1].text != "=")
      return "";
    at_ += 2;
    return lexemes_[at_ - 2].text;
  }

  std::string name(std::string_view expected) {
    if (next().kind != Lexeme::Kind::name) throw error(expected, " expected, not ", next().text);
    return lexemes_[at_++].text;
  }
  void expect_sign(std::string_view sign) {
    if (!take_sign(sign)) throw error("\"", sign, "\" expected, not ", next().text);
  }
  void expect_name(std::string_view name) {
    if (!take_name(name)) throw error("\"", name, "\" expected, not ", next().text);
  }
  void expect_end() const {
    if (next().kind != Lexeme::Kind::end) throw error("\"", next().text, "\" is not expected");
  }

 private:
  const Lexeme& next() const { return lexemes_[at_]; }
  bool is(Lexeme::Kind kind, std::string_view text) const { return next().kind == kind && next().text == text; }
  bool take(Lexeme::Kind kind, std::string_view text) {
    if (!is(kind, text)) return false;
    ++at_;
    return true;
  }

  std::vector<Lexeme> lexemes_;
  std::size_t at_ = 0;
};

}  // namespace neuroglot::jinja

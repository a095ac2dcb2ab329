/// Rewrites a pattern of Oniguruma's dialect, in which tokenizer.json files are written, for PCRE2. What can not be
/// carried over is refused by name, so that a pattern never splits otherwise than where it was published.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/text/oniguruma_brackets.hpp"
#include "neuroglot/text/oniguruma_reader.hpp"

namespace neuroglot::detail {

/// Usage: OnigurumaPattern(source, sets).translated()
class OnigurumaPattern {
 public:
  OnigurumaPattern(std::string_view source, NewCharacterSets sets) : reader_(source, sets) {}

  std::string translated() {
    while (!reader_.at_end()) translate_one();
    return std::move(out_);
  }

 private:
  void translate_one() {
    const char c = reader_.peek();
    if (c == '\\') return translate_escape();
    if (c == '[') return translate_brackets();
    if (c == '(') return open_group();
    if (c == ')') return close_group();
    if (c == '{' && translate_interval()) return;
    if (c != '*' && c != '+' && c != '?') item_ = out_.size();
    if (c == '{') out_ += '\\';  // not an interval: a brace
    out_ += reader_.take(1);
    out_ += reader_.take_continuation();
  }

  void translate_escape() {
    item_ = out_.size();
    if (reader_.next_is("\\b") || reader_.next_is("\\B")) return translate_word_boundary();
    const char letter = reader_.peek(1);
    if (letter != '\0' && std::string_view("AzZ").find(letter) != std::string_view::npos) {
      out_ += reader_.take(2);
      return;
    }
    if (letter >= '1' && letter <= '9') throw reader_.refused("a back reference");
    const PatternEscape escape = reader_.read_escape();
    if (escape.set.empty())
      out_ += escape.text;
    else
      out_.append(escape.complement ? "[^" : "[").append(escape.set) += ']';
  }

  void translate_word_boundary() {
    const std::string w = text_of("[", reader_.all_word_set(), "]");  // gcc 12 warns of "[" + a temporary
    const bool boundary = reader_.peek(1) == 'b';
    out_ +=
        "(?:(?<=" + w + ")(?" + (boundary ? "!" : "=") + w + ")|(?<!" + w + ")(?" + (boundary ? "=" : "!") + w + "))";
    reader_.take(2);
  }

  void translate_brackets() {
    item_ = out_.size();
    out_ += written_for_pcre2(read_brackets(reader_));
  }

  void open_group() {
    groups_.push_back(out_.size());
    static constexpr std::array<std::string_view, 8> openings{
        "(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?i:", "(?-i:"};
    const auto opening =
        std::find_if(openings.begin(), openings.end(), [&](auto text) { return reader_.next_is(text); });
    std::string_view text = "(";
    if (opening != openings.end())
      text = *opening;
    else if (reader_.at_begin() && reader_.next_is("(?i)"))
      text = "(?i)";
    else if (reader_.peek(1) == '?')
      throw reader_.refused("a group \"(?" + std::string(1, reader_.peek(2)) + "\"");
    else if (reader_.peek(1) == '*')
      throw reader_.refused("a \"(*\"");
    if (text == "(?i)") groups_.pop_back();
    out_ += text == "(" ? "(?:" : text;  // nobody asks what a group captured
    reader_.take(text.size());
  }

  void close_group() {
    if (groups_.empty()) throw reader_.refused("a ) without its (");
    item_ = groups_.back();
    groups_.pop_back();
    out_ += reader_.take(1);
  }

  // {n}, {n,}, {,m}, {n,m}; with a + after it Oniguruma repeats the repetition, where PCRE2 would never give back.
  bool translate_interval() {
    std::size_t end = 1;  // bytes from the brace
    const auto digits = [&] {
      std::string number;
      for (; reader_.peek(end) >= '0' && reader_.peek(end) <= '9'; ++end) number += reader_.peek(end);
      return number;
    };
    const std::string least = digits();
    const bool comma = reader_.peek(end) == ',';
    if (comma) ++end;
    const std::string most = comma ? digits() : least;
    if (reader_.peek(end) != '}' || (least.empty() && most.empty())) return false;
    if (!item_) throw reader_.refused("an interval with nothing to repeat");
    reader_.take(end + 1);
    out_ += "{" + (least.empty() ? "0" : least) + (comma ? "," + most : "") + "}";
    if (reader_.peek() == '?' && !comma) throw reader_.refused("a {n}?");
    if (reader_.peek() != '+') return true;
    reader_.take(1);
    out_.insert(*item_, "(?:");
    out_ += ")+";
    return true;
  }

  OnigurumaReader reader_;
  std::string out_;
  std::optional<std::size_t> item_;  // where in `out_` begins what a quantifier would repeat
  std::vector<std::size_t> groups_;
};

}  // namespace neuroglot::detail

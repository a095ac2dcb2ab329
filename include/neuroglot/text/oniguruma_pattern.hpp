/// Rewrites a pattern of Oniguruma's dialect, in which tokenizer.json files are written, for PCRE2. The two read the
/// same letters differently (white space and word characters of Unicode, scripts, a + after {1,3}); what can not be
/// carried over is refused by name, so that a pattern never splits otherwise than where it was published.
#pragma once

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/new_characters.hpp"

namespace neuroglot::detail {

// Members of a bracket expression, PCRE2's spelling.
inline constexpr std::string_view white_space_set =
    R"(\x{9}-\x{d}\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000})";
inline constexpr std::string_view hexadecimal_set = "0-9A-Fa-f";
/// A general category ("L", "Nd").
inline std::string category_set(const std::string& name) {
  return "\\p{" + name + "}" + new_members(name);
}
/// \w: Alphabetic, marks, decimal digits, connectors, and the Latin-1 fractions and superscripts.
inline constexpr std::string_view word_set = R"(\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\x{b2}\x{b3}\x{b9}\x{bc}-\x{be})";

/// Whether a translation names the characters of new_characters.hpp: only few texts need it, and it is slower.
enum class NewCharacterSets { left_out, named };

/// Usage: OnigurumaPattern(source, sets).translated()
class OnigurumaPattern {
 public:
  OnigurumaPattern(std::string_view source, NewCharacterSets sets) : source_(source), sets_(sets) {}

  std::string translated() {
    while (at_ < source_.size()) translate_one();
    return std::move(out_);
  }

 private:
  // What an escape stands for: text for PCRE2 as it is, or a set (perhaps all but that set).
  struct Escape {
    std::string text;
    std::string set;
    bool complement = false;
  };

  Error refused(std::string_view what) const {
    return error("the pattern \"", source_, "\" has ", what, " at byte ", at_, ", which is not supported");
  }
  char peek(std::size_t ahead = 0) const { return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0'; }
  bool next_is(std::string_view text) const { return source_.substr(at_).starts_with(text); }

  void translate_one() {
    const char c = peek();
    if (c == '\\') return translate_escape();
    if (c == '[') return translate_brackets();
    if (c == '(') return open_group();
    if (c == ')') return close_group();
    if (c == '{' && translate_interval()) return;
    if (c != '*' && c != '+' && c != '?') item_ = out_.size();
    if (c == '{') out_ += '\\';  // not an interval: a brace
    do out_ += source_[at_++];
    while (at_ < source_.size() && (static_cast<unsigned char>(source_[at_]) & 0xc0) == 0x80);
  }

  void translate_escape() {
    item_ = out_.size();
    if (next_is("\\b") || next_is("\\B")) return translate_word_boundary();
    if (peek(1) != '\0' && std::string_view("AzZ").find(peek(1)) != std::string_view::npos) {
      out_.append(source_, at_, 2);
      at_ += 2;
      return;
    }
    if (peek(1) >= '1' && peek(1) <= '9') throw refused("a back reference");
    const Escape escape = read_escape();
    if (escape.set.empty())
      out_ += escape.text;
    else
      out_.append(escape.complement ? "[^" : "[").append(escape.set) += ']';
  }

  void translate_word_boundary() {
    const std::string w = text_of("[", all_word_set(), "]");  // gcc 12 warns of "[" + a temporary
    const bool boundary = peek(1) == 'b';
    out_ +=
        "(?:(?<=" + w + ")(?" + (boundary ? "!" : "=") + w + ")|(?<!" + w + ")(?" + (boundary ? "=" : "!") + w + "))";
    at_ += 2;
  }

  // Escapes that mean one character, inside brackets and outside.
  Escape read_escape() {
    const char letter = peek(1);
    if (letter == '\0') throw refused("a \\ without a character after it");
    switch (letter) {
      case 's':
      case 'S':
        return take_set(2, std::string(white_space_set), letter == 'S');
      case 'w':
      case 'W':
        return take_set(2, all_word_set(), letter == 'W');
      case 'h':
      case 'H':
        return take_set(2, std::string(hexadecimal_set), letter == 'H');
      case 'd':
      case 'D':
        return take_set(2, category_set("Nd"), letter == 'D');
      case 'v':
        return take(2, "\\x{b}");
      case 'u':
        return read_code_point(4, "");
      case 'x':
        return peek(2) == '{' ? read_code_point(8, "{") : read_code_point(2, "");
      case 'p':
      case 'P':
        return read_property();
      default:
        break;
    }
    if (std::string_view("tnrfae").find(letter) != std::string_view::npos) return take(2, {'\\', letter});
    if (std::isalnum(static_cast<unsigned char>(letter)) != 0) throw refused(std::string("the escape \\") + letter);
    std::size_t length = 2;
    while ((static_cast<unsigned char>(peek(length)) & 0xc0) == 0x80) ++length;
    const bool ascii = static_cast<unsigned char>(letter) < 0x80;
    return take(length, std::string(source_.substr(ascii ? at_ : at_ + 1, ascii ? length : length - 1)));
  }

  Escape take(std::size_t length, std::string text) {
    at_ += length;
    return {std::move(text), {}};
  }
  Escape take_set(std::size_t length, std::string set, bool complement) {
    at_ += length;
    return {"", std::move(set), complement};
  }

  // \uHHHH, \xHH (ASCII alone: above it Oniguruma means a byte) and \x{H...}.
  Escape read_code_point(std::size_t most_digits, std::string_view open) {
    const std::size_t first = 2 + open.size();
    std::size_t digits = 0;
    while (digits < most_digits && std::isxdigit(static_cast<unsigned char>(peek(first + digits))) != 0) ++digits;
    const std::string value(source_.substr(std::min(at_ + first, source_.size()), digits));
    const bool closed = open.empty() ? digits == most_digits : digits > 0 && peek(first + digits) == '}';
    if (!closed || (most_digits == 2 && value[0] >= '8')) throw refused("an incomplete or non-ASCII \\x or \\u");
    return take(first + digits + open.size(), "\\x{" + value + "}");
  }

  // \p{Lu}, \p{^Lu}, \P{Lu}, \p{Han}. PCRE2 takes a bare script name for its extensions too; Oniguruma does not.
  Escape read_property() {
    const std::size_t close = source_.find('}', at_);
    if (peek(2) != '{' || close == std::string_view::npos) throw refused("a \\p without {...}");
    std::string name(source_.substr(at_ + 3, close - at_ - 3));
    const bool inverted = name.starts_with('^');
    if (inverted) name.erase(0, 1);
    static constexpr std::array<std::string_view, 30> categories{
        "L",  "Ll", "Lm", "Lo", "Lt", "Lu", "M",  "Mc", "Me", "Mn", "N",  "Nd", "Nl", "No", "P",
        "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S",  "Sc", "Sk", "Sm", "So", "Z",  "Zl", "Zs"};
    const bool complement = (peek(1) == 'P') != inverted;
    const std::size_t length = close + 1 - at_;
    if (std::find(categories.begin(), categories.end(), name) != categories.end())
      return take_set(length, category_set(name), complement);
    return take_set(length, "\\p{sc:" + name + "}", complement);
  }

  std::string added(std::string_view category) const {
    return sets_ == NewCharacterSets::named ? new_members(category) : std::string();
  }
  // A general category ("L", "Nd").
  std::string category_set(const std::string& name) const { return "\\p{" + name + "}" + added(name); }
  std::string all_word_set() const { return std::string(word_set) + added("L") + added("M") + added("Nd"); }

  // What a bracket expression holds: members, and sets of which it holds the complement (\S, \W, [^...] inside it).
  struct Brackets {
    bool negated = false;
    std::string members;
    std::vector<std::string> complements;
  };

  // PCRE2 has no sets in sets: complements become alternatives beside the members.
  void translate_brackets() {
    item_ = out_.size();
    write_brackets(read_brackets(0));
  }

  Brackets read_brackets(int depth) {
    if (depth > 8) throw refused("brackets nested too deep");
    ++at_;
    Brackets brackets{peek() == '^', {}, {}};
    if (brackets.negated) ++at_;
    for (bool first = true; first || peek() != ']'; first = false) {
      if (at_ >= source_.size()) throw refused("a [ without its ]");
      if (first && peek() == ']') throw refused("a ] right after [");
      if (next_is("[:")) throw refused("a POSIX class");
      if (next_is("&&")) throw refused("an intersection of character classes");
      if (peek() == '[')
        join(brackets, read_brackets(depth + 1));
      else
        read_member(brackets);
    }
    ++at_;
    return brackets;
  }

  void join(Brackets& outer, const Brackets& inner) {
    if (inner.negated) {
      if (!inner.complements.empty()) throw refused("a complement inside [...[^...]...]");
      outer.complements.push_back(inner.members);
      return;
    }
    outer.members += inner.members;
    outer.complements.insert(outer.complements.end(), inner.complements.begin(), inner.complements.end());
  }

  void read_member(Brackets& brackets) {
    if (peek() != '\\') {
      brackets.members += source_[at_++];
      return;
    }
    if (peek(1) == 'b') {
      brackets.members += take(2, "\\x{8}").text;
      return;
    }
    const Escape escape = read_escape();
    if (escape.complement)
      brackets.complements.emplace_back(escape.set);
    else
      brackets.members.append(escape.text).append(escape.set);
  }

  void write_brackets(const Brackets& brackets) {
    const auto& [negated, members, complements] = brackets;
    if (complements.empty()) {
      out_.append(negated ? "[^" : "[").append(members) += ']';
      return;
    }
    // x in members or not in C1 or not in C2 ...; its negation: x not in members and in C1 and in C2 ...
    out_ += negated && !members.empty() ? "(?:(?![" + members + "])" : std::string("(?:");
    if (!negated && !members.empty()) out_ += "[" + members + "]|";
    for (std::size_t i = 0; i < complements.size(); ++i) {
      const bool last = i + 1 == complements.size();
      if (negated)
        out_ += last ? "[" + complements[i] + "]" : "(?=[" + complements[i] + "])";
      else
        out_ += "[^" + complements[i] + (last ? "]" : "]|");
    }
    out_ += ')';
  }

  void open_group() {
    groups_.push_back(out_.size());
    static constexpr std::array<std::string_view, 8> openings{
        "(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?i:", "(?-i:"};
    const auto opening = std::find_if(openings.begin(), openings.end(), [&](auto text) { return next_is(text); });
    std::string_view text = "(";
    if (opening != openings.end())
      text = *opening;
    else if (at_ == 0 && next_is("(?i)"))
      text = "(?i)";
    else if (peek(1) == '?')
      throw refused("a group \"(?" + std::string(1, peek(2)) + "\"");
    else if (peek(1) == '*')
      throw refused("a \"(*\"");
    if (text == "(?i)") groups_.pop_back();
    out_ += text == "(" ? "(?:" : text;  // nobody asks what a group captured
    at_ += text.size();
  }

  void close_group() {
    if (groups_.empty()) throw refused("a ) without its (");
    item_ = groups_.back();
    groups_.pop_back();
    out_ += ')';
    ++at_;
  }

  // {n}, {n,}, {,m}, {n,m}; with a + after it Oniguruma repeats the repetition, where PCRE2 would never give back.
  bool translate_interval() {
    std::size_t end = at_ + 1;
    const auto digits = [&] {
      const std::size_t from = end;
      while (end < source_.size() && source_[end] >= '0' && source_[end] <= '9') ++end;
      return std::string(source_.substr(from, end - from));
    };
    const std::string least = digits();
    const bool comma = end < source_.size() && source_[end] == ',';
    if (comma) ++end;
    const std::string most = comma ? digits() : least;
    if (end >= source_.size() || source_[end] != '}' || (least.empty() && most.empty())) return false;
    if (!item_) throw refused("an interval with nothing to repeat");
    at_ = end + 1;
    out_ += "{" + (least.empty() ? "0" : least) + (comma ? "," + most : "") + "}";
    if (peek() == '?' && !comma) throw refused("a {n}?");
    if (peek() != '+') return true;
    ++at_;
    out_.insert(*item_, "(?:");
    out_ += ")+";
    return true;
  }

  std::string_view source_;
  NewCharacterSets sets_;
  std::size_t at_ = 0;
  std::string out_;
  std::optional<std::size_t> item_;  // where in `out_` begins what a quantifier would repeat
  std::vector<std::size_t> groups_;
};

}  // namespace neuroglot::detail

/// Reads the escapes of Oniguruma's dialect (\s, \p{Lu}, \u00e9, ...) as what they stand for in PCRE2's. The two read
/// the same letters differently: white space and word characters of Unicode, scripts.
#pragma once

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/new_characters.hpp"
#include "neuroglot/text/quoted.hpp"

namespace neuroglot::detail {

// Members of a bracket expression, PCRE2's spelling.
inline constexpr std::string_view white_space_set =
    R"(\x{9}-\x{d}\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000})";
inline constexpr std::string_view hexadecimal_set = "0-9A-Fa-f";
/// \w: Alphabetic, marks, decimal digits, connectors, and the Latin-1 fractions and superscripts.
inline constexpr std::string_view word_set = R"(\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\x{b2}\x{b3}\x{b9}\x{bc}-\x{be})";

/// Whether a translation names the characters of new_characters.hpp: only few texts need it, and it is slower.
enum class NewCharacterSets { left_out, named };

/// What an escape stands for: text for PCRE2 as it is, or a set (perhaps all but that set).
struct PatternEscape {
  std::string text;
  std::string set;
  bool complement = false;
};

/// A pattern and how far it has been read.
class OnigurumaReader {
 public:
  OnigurumaReader(std::string_view source, NewCharacterSets sets) : source_(source), sets_(sets) {}

  Error refused(std::string_view what) const {
    return error("the pattern ", quoted(source_), " has ", what, " at byte ", at_, ", which is not supported");
  }
  bool at_end() const { return at_ >= source_.size(); }
  bool at_begin() const { return at_ == 0; }
  /// NUL past the end.
  char peek(std::size_t ahead = 0) const { return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0'; }
  bool next_is(std::string_view text) const { return source_.substr(at_).starts_with(text); }
  std::string_view take(std::size_t length) {
    const std::string_view taken = source_.substr(at_, length);
    at_ += length;
    return taken;
  }
  /// The rest of a character whose first byte has been taken.
  std::string_view take_continuation() {
    std::size_t length = 0;
    while (is_continued(length)) ++length;
    return take(length);
  }

  /// Escapes that mean one character, inside brackets and outside.
  PatternEscape read_escape();

  std::string all_word_set() const { return std::string(word_set) + added("L") + added("M") + added("Nd"); }

 private:
  bool is_continued(std::size_t ahead) const { return (static_cast<unsigned char>(peek(ahead)) & 0xc0) == 0x80; }
  std::string added(std::string_view category) const {
    return sets_ == NewCharacterSets::named ? new_members(category) : std::string();
  }
  // A general category ("L", "Nd").
  std::string category_set(const std::string& name) const { return "\\p{" + name + "}" + added(name); }

  PatternEscape text_escape(std::size_t length, std::string text) {
    at_ += length;
    return {std::move(text), {}, false};
  }
  PatternEscape set_escape(std::size_t length, std::string set, bool complement) {
    at_ += length;
    return {"", std::move(set), complement};
  }
  PatternEscape read_letter(char letter);
  PatternEscape read_code_point(std::size_t most_digits, std::string_view open);
  PatternEscape read_property();

  std::string_view source_;
  NewCharacterSets sets_;
  std::size_t at_ = 0;
};

inline PatternEscape OnigurumaReader::read_escape() {
  const char letter = peek(1);
  switch (letter) {
    case '\0':
      throw refused("a \\ without a character after it");
    case 's':
    case 'S':
      return set_escape(2, std::string(white_space_set), letter == 'S');
    case 'w':
    case 'W':
      return set_escape(2, all_word_set(), letter == 'W');
    case 'h':
    case 'H':
      return set_escape(2, std::string(hexadecimal_set), letter == 'H');
    case 'd':
    case 'D':
      return set_escape(2, category_set("Nd"), letter == 'D');
    case 'v':
      return text_escape(2, "\\x{b}");
    case 'u':
      return read_code_point(4, "");
    case 'x':
      return peek(2) == '{' ? read_code_point(8, "{") : read_code_point(2, "");
    case 'p':
    case 'P':
      return read_property();
    default:
      return read_letter(letter);
  }
}

// \t, \n, ... and characters that stand for themselves.
inline PatternEscape OnigurumaReader::read_letter(char letter) {
  if (std::string_view("tnrfae").find(letter) != std::string_view::npos) return text_escape(2, {'\\', letter});
  if (std::isalnum(static_cast<unsigned char>(letter)) != 0) throw refused(std::string("the escape \\") + letter);
  std::size_t length = 2;
  while (is_continued(length)) ++length;
  const bool ascii = static_cast<unsigned char>(letter) < 0x80;
  return text_escape(length, std::string(source_.substr(ascii ? at_ : at_ + 1, ascii ? length : length - 1)));
}

// \uHHHH, \xHH (ASCII alone: above it Oniguruma means a byte) and \x{H...}.
inline PatternEscape OnigurumaReader::read_code_point(std::size_t most_digits, std::string_view open) {
  const std::size_t first = 2 + open.size();
  std::size_t digits = 0;
  while (digits < most_digits && std::isxdigit(static_cast<unsigned char>(peek(first + digits))) != 0) ++digits;
  const std::string value(source_.substr(std::min(at_ + first, source_.size()), digits));
  const bool closed = open.empty() ? digits == most_digits : digits > 0 && peek(first + digits) == '}';
  if (!closed || (most_digits == 2 && value[0] >= '8')) throw refused("an incomplete or non-ASCII \\x or \\u");
  return text_escape(first + digits + open.size(), "\\x{" + value + "}");
}

// \p{Lu}, \p{^Lu}, \P{Lu}, \p{Han}. PCRE2 takes a bare script name for its extensions too; Oniguruma does not.
inline PatternEscape OnigurumaReader::read_property() {
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
    return set_escape(length, category_set(name), complement);
  return set_escape(length, "\\p{sc:" + name + "}", complement);
}

}  // namespace neuroglot::detail

/// Cuts a template into its text and its tags, white space around tags dropped as transformers has Jinja do it:
/// trim_blocks and lstrip_blocks, and "-" and "+" at a tag's ends.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/core/error.hpp"

namespace neuroglot::jinja {

struct Piece {
  enum class Kind { text, output /* {{ }} */, statement /* {% %} */ };
  Kind kind;
  std::string text;  ///< of a tag what stands between its marks
  std::size_t line;
};

namespace detail {

inline constexpr std::string_view white_space = " \t\n\r\f\v";

/// An opened tag: its marks and where it begins and ends.
struct Tag {
  std::size_t begin = 0, inner = 0, inner_end = 0, end = 0;
  char kind = '{';  ///< "{{", "{%" or "{#"
  bool strips_before = false, keeps_before = false, strips_after = false, keeps_after = false;
};

/// Where a tag's closing mark begins; quotes inside of it are skipped.
inline std::size_t closing_mark(std::string_view source, std::size_t from, std::string_view mark, bool has_strings) {
  char quote = 0;
  for (std::size_t at = from; at < source.size(); ++at) {
    if (quote != 0) {
      if (source[at] == '\\')
        ++at;
      else if (source[at] == quote)
        quote = 0;
    } else if (source.substr(at).starts_with(mark)) {
      return at;
    } else if (has_strings && (source[at] == '\'' || source[at] == '"')) {
      quote = source[at];
    }
  }
  return std::string_view::npos;
}

class PieceReader {
 public:
  explicit PieceReader(std::string_view source) : source_(source) {}

  std::vector<Piece> read() {
    while (at_ < source_.size()) {
      const Tag tag = next_tag();
      add_text(source_.substr(at_, tag.begin - at_), tag);
      if (tag.begin == source_.size()) break;
      if (tag.kind != '#')
        pieces_.push_back({tag.kind == '{' ? Piece::Kind::output : Piece::Kind::statement,
                           std::string(source_.substr(tag.inner, tag.inner_end - tag.inner)), line_of(tag.begin)});
      skip_after(tag);
    }
    return std::move(pieces_);
  }

 private:
  std::size_t line_of(std::size_t at) const {
    return 1 + static_cast<std::size_t>(
                   std::count(source_.begin(), source_.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
  }

  // The next tag, or an empty one at the end.
  Tag next_tag() const {
    Tag tag;
    tag.begin = at_;
    while ((tag.begin = source_.find('{', tag.begin)) != std::string_view::npos) {
      if (tag.begin + 1 < source_.size() &&
          std::string_view("{%#").find(source_[tag.begin + 1]) != std::string_view::npos)
        break;
      ++tag.begin;
    }
    if (tag.begin == std::string_view::npos) {
      tag.begin = source_.size();
      tag.keeps_before = true;
      return tag;
    }
    tag.kind = source_[tag.begin + 1];
    tag.inner = tag.begin + 2;
    tag.strips_before = source_.substr(tag.inner).starts_with('-');
    tag.keeps_before = source_.substr(tag.inner).starts_with('+');
    if (tag.strips_before || tag.keeps_before) ++tag.inner;
    const std::string mark = {tag.kind == '{' ? '}' : tag.kind, '}'};
    tag.inner_end = closing_mark(source_, tag.inner, mark, tag.kind != '#');
    if (tag.inner_end == std::string_view::npos)
      throw error("line ", line_of(tag.begin), ": a tag is not closed by ", mark);
    tag.end = tag.inner_end + 2;
    const char last = tag.inner_end > tag.inner ? source_[tag.inner_end - 1] : ' ';
    tag.strips_after = last == '-';
    tag.keeps_after = last == '+' && tag.kind != '{';
    if (tag.strips_after || tag.keeps_after) --tag.inner_end;
    return tag;
  }

  void add_text(std::string_view text, const Tag& before) {
    if (before.strips_before) {
      const std::size_t last = text.find_last_not_of(white_space);
      text = text.substr(0, last == std::string_view::npos ? 0 : last + 1);
    } else if (before.kind != '{' && !before.keeps_before) {
      const std::size_t line_end = text.rfind('\n');
      const std::size_t line_begin = line_end == std::string_view::npos ? 0 : line_end + 1;
      const bool begins_line = line_end != std::string_view::npos || line_starting_;
      if (begins_line && text.find_first_not_of(" \t", line_begin) == std::string_view::npos)
        text = text.substr(0, line_begin);
    }
    if (!text.empty()) pieces_.push_back({Piece::Kind::text, std::string(text), line_of(at_)});
  }

  void skip_after(const Tag& tag) {
    at_ = tag.end;
    if (tag.strips_after)
      at_ = std::min(source_.find_first_not_of(white_space, at_), source_.size());
    else if (tag.kind != '{' && !tag.keeps_after && source_.substr(at_).starts_with('\n'))
      ++at_;
    line_starting_ = source_[at_ - 1] == '\n';
  }

  std::string_view source_;
  std::vector<Piece> pieces_;
  std::size_t at_ = 0;
  bool line_starting_ = true;  // nothing stands before at_ in its line
};

}  // namespace detail

/// Throws Error for a tag that is not closed. A last line break of the template is dropped.
inline std::vector<Piece> pieces_of(std::string source) {
  for (std::size_t at = 0; (at = source.find("\r\n", at)) != std::string::npos;) source.erase(at, 1);
  if (source.ends_with('\n')) source.pop_back();
  return detail::PieceReader(source).read();
}

}  // namespace neuroglot::jinja

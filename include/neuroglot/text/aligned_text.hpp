/// A text on its way from the input to the model: normalised perhaps, and still knowing which input bytes it stands
/// for. Spans follow Hugging Face's offsets: whole characters, so tokens that share one character share its span.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/text/tokenizer.hpp"
#include "neuroglot/text/utf8.hpp"

namespace neuroglot {

/// Either a part of the input as it is, or a rewritten text with a span of the input for each of its bytes.
class AlignedText {
 public:
  /// The input's bytes [begin, begin + part.size()); `part` must outlive the result.
  AlignedText(std::string_view part, std::size_t begin) : part_(part), begin_(begin) {}
  /// spans.size() == text.size(); `begin` is where the input part begins that was rewritten.
  AlignedText(std::string text, std::vector<ByteSpan> spans, std::size_t begin)
      : text_(std::move(text)), spans_(std::move(spans)), begin_(begin), rewritten_(true) {}

  std::string_view text() const { return rewritten_ ? std::string_view(text_) : part_; }
  std::size_t begin() const { return begin_; }

  /// The input bytes that bytes [begin, end) of text() stand for; begin < end.
  ByteSpan span(std::size_t begin, std::size_t end) const {
    if (rewritten_) return {spans_[begin].begin, spans_[end - 1].end};
    while (begin > 0 && is_continuation(part_[begin])) --begin;
    while (end < part_.size() && is_continuation(part_[end])) ++end;
    return {begin_ + begin, begin_ + end};
  }

  /// Adds the span of each byte in [begin, end) of text(), which are whole characters, to `out`.
  void append_spans(std::size_t begin, std::size_t end, std::vector<ByteSpan>& out) const {
    if (rewritten_) {
      out.insert(out.end(), at(begin), at(end));
      return;
    }
    for (std::size_t byte = begin; byte < end;) {
      const std::size_t length = utf8_length(part_[byte]);
      out.insert(out.end(), length, ByteSpan{begin_ + byte, begin_ + byte + length});
      byte += length;
    }
  }

  /// Bytes [begin, end) of text() alone; both on character boundaries. A slice of an input part refers to the same
  /// input.
  AlignedText slice(std::size_t begin, std::size_t end) const {
    if (!rewritten_) return AlignedText(part_.substr(begin, end - begin), begin_ + begin);
    return AlignedText(text_.substr(begin, end - begin), {at(begin), at(end)},
                       begin < end ? spans_[begin].begin : begin_);
  }

 private:
  std::vector<ByteSpan>::const_iterator at(std::size_t i) const {
    return spans_.begin() + static_cast<std::ptrdiff_t>(i);
  }

  std::string_view part_;
  std::string text_;
  std::vector<ByteSpan> spans_;
  std::size_t begin_;
  bool rewritten_ = false;
};

/// One character of a rewritten text and what it did to the old one: 0 it replaces the next old character, 1 it is new
/// and shares its predecessor's span, -n it replaces the next and swallows the n after that.
struct RewrittenCharacter {
  char32_t value;
  int change;
};

/// `old` rewritten as `characters` say, spans carried over the way Hugging Face's NormalizedString does.
inline AlignedText rewrite(const AlignedText& old, std::span<const RewrittenCharacter> characters) {
  const std::string_view from = old.text();
  std::size_t at = 0;  // the old byte that comes next
  const auto skip_one = [&] {
    if (at < from.size()) at += utf8_length(from[at]);
  };
  const auto old_span = [&](std::size_t byte) {
    return from.empty() ? ByteSpan{old.begin(), old.begin()} : old.span(byte, byte + 1);
  };
  std::string text;
  std::vector<ByteSpan> spans;
  for (const RewrittenCharacter& character : characters) {
    ByteSpan span{old.begin(), old.begin()};
    if (character.change <= 0) {
      span = old_span(std::min(at, from.size() - 1));
      for (int i = 0; i <= -character.change; ++i) skip_one();
    } else if (at > 0) {
      span = old_span(at - 1);
    }
    append_utf8(text, character.value);
    spans.resize(text.size(), span);
  }
  return AlignedText(std::move(text), std::move(spans), old.begin());
}

}  // namespace neuroglot

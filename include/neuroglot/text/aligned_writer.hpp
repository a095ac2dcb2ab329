/// Writing a text anew so that every character still knows which input bytes it stands for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/text/aligned_text.hpp"
#include "neuroglot/text/tokenizer.hpp"
#include "neuroglot/text/utf8.hpp"

namespace neuroglot {

/// Usage: AlignedWriter out(old); out.keep(0, 3); out.put(U'x', old.span(3, 4)); ... out.finish()
class AlignedWriter {
 public:
  explicit AlignedWriter(const AlignedText& old) : old_(old) {
    const std::size_t likely = old.text().size() + old.text().size() / 8 + 16;
    text_.reserve(likely);
    spans_.reserve(likely);
  }

  std::size_t size() const { return text_.size(); }
  const AlignedText& old() const { return old_; }

  /// Bytes [begin, end) of the old text as they are; whole characters.
  void keep(std::size_t begin, std::size_t end) {
    text_.append(old_.text(), begin, end - begin);
    old_.append_spans(begin, end, spans_);
  }
  void put(char32_t character, ByteSpan span) {
    append_utf8(text_, character);
    spans_.resize(text_.size(), span);
  }
  void put(std::string_view text, ByteSpan span) {
    text_ += text;
    spans_.resize(text_.size(), span);
  }
  /// The writer is empty afterwards.
  AlignedText finish() { return AlignedText(std::move(text_), std::move(spans_), old_.begin()); }

 private:
  const AlignedText& old_;
  std::string text_;
  std::vector<ByteSpan> spans_;
};

/// `old` with some characters replaced: those for which changes(c) holds become what each(c, put) puts, perhaps
/// nothing; put(char32_t) any number of times. What a character becomes has its span.
template <class Changes, class Each>
AlignedText rewrite_characters(AlignedText old, Changes&& changes, Each&& each) {
  const std::string_view text = old.text();
  std::size_t at = 0;
  for (CodePoint c{}; at < text.size(); at += c.bytes) {
    c = code_point_at(text, at);
    if (changes(c.value)) break;
  }
  if (at == text.size()) return old;  // most texts, most of the time
  AlignedWriter out(old);
  std::size_t kept = 0;  // what lies before is written
  for (CodePoint c{}; at < text.size(); at += c.bytes) {
    c = code_point_at(text, at);
    if (!changes(c.value)) continue;
    out.keep(kept, at);
    kept = at + c.bytes;
    const ByteSpan span = old.span(at, at + 1);
    each(c.value, [&](char32_t becomes) { out.put(becomes, span); });
  }
  out.keep(kept, text.size());
  return out.finish();
}

}  // namespace neuroglot

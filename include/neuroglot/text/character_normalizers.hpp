/// Normalisers of tokenizer.json that drop or replace single characters: StripAccents and Nmt.
#pragma once

#include <utility>

#include "neuroglot/text/aligned_writer.hpp"
#include "neuroglot/text/category_history.hpp"

namespace neuroglot {

/// Drops combining marks; NFD or NFKD before it takes letters and their accents apart.
struct StripAccents {
  AlignedText operator()(AlignedText text) const {
    return rewrite_characters(std::move(text), is_combining_mark, [](char32_t, auto) {});
  }
};

/// Google's rules for machine translation: control characters go, white space of any kind becomes a space.
/// (SentencePiece, builder.cc)
struct NmtNormalizer {
  AlignedText operator()(AlignedText text) const {
    return rewrite_characters(
        std::move(text), [](char32_t c) { return is_dropped(c) || (c != ' ' && is_space(c)); },
        [](char32_t c, auto put) {
          if (!is_dropped(c)) put(U' ');
        });
  }

 private:
  static bool is_dropped(char32_t c) {
    return (c >= 0x01 && c <= 0x08) || c == 0x0b || (c >= 0x0e && c <= 0x1f) || c == 0x7f || c == 0x8f || c == 0x9f;
  }
  static bool is_space(char32_t c) {
    return c == 0x09 || c == 0x0a || c == 0x0c || c == 0x0d || c == 0x1680 || (c >= 0x200b && c <= 0x200f) ||
           c == 0x2028 || c == 0x2029 || c == 0x2581 || c == 0xfeff || c == 0xfffd;
  }
};

}  // namespace neuroglot

/// Which window of an article's word pieces a part of its text lies in.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "neuroglot/core/matrix.hpp"
#include "neuroglot/text/tokenizer.hpp"

namespace neuroglot {

/// Windows tile an article: the first n pieces, the next n, ..., the last ones fewer; no special tokens. (Zhao et al.
/// 2024: chunks of 512 word pieces)
class PieceWindows {
 public:
  PieceWindows(const Tokenizer& tokenizer, std::string_view text, Index pieces)
      : spans_(tokenizer.encode(text, SpecialTokens::none).spans), pieces_(static_cast<std::size_t>(pieces)) {}

  std::size_t count() const { return (spans_.size() + pieces_ - 1) / pieces_; }

  /// Of bytes [begin, end): the window that holds all pieces with bytes of it; nothing where two windows share them, or
  /// no piece has any.
  std::optional<std::size_t> window(std::size_t begin, std::size_t end) const {
    const auto first = std::ranges::upper_bound(spans_, begin, {}, &ByteSpan::end);
    const auto behind = std::lower_bound(first, spans_.end(), end,
                                         [](const ByteSpan& span, std::size_t byte) { return span.begin < byte; });
    if (first >= behind) return std::nullopt;
    const std::size_t of_first = static_cast<std::size_t>(first - spans_.begin()) / pieces_;
    const std::size_t of_last = static_cast<std::size_t>(behind - spans_.begin() - 1) / pieces_;
    return of_first == of_last ? std::optional(of_first) : std::nullopt;
  }

 private:
  std::vector<ByteSpan> spans_;
  std::size_t pieces_;
};

}  // namespace neuroglot

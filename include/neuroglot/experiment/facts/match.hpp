/// Whether masks became the object: full, partial and exact match over mask counts. (Zhao et al. 2024)
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/matrix.hpp"
#include "neuroglot/text/tokenizer.hpp"

namespace neuroglot {

/// The id of the piece that is white space alone, "\u2581" in XLM-R's vocabulary; nothing where there is none
/// (WordPiece).
inline std::optional<TokenId> white_space_token(const Tokenizer& tokenizer) {
  for (TokenId id = 0; id < tokenizer.vocab_size(); ++id) try {
      if (tokenizer.piece(id) == "\u2581") return id;
    } catch (const Error&) {  // an id that no token has
    }
  return std::nullopt;
}

/// Follows one fact through its mask counts, 1, 2, ... in this order.
class FactMatch {
 public:
  FactMatch(std::vector<TokenId> gold, std::optional<TokenId> white_space)
      : white_space_(white_space), gold_(std::move(gold)), bare_gold_(without_white_space(gold_)) {}

  /// What one mask count predicted, an id a mask.
  ///   exact    the object's ids
  ///   full     the same without the white-space token, dropped from both; an object of nothing else is never predicted
  ///   partial  each of the object's ids, the white-space token apart, is among those predicted, in whatever order
  void add(std::span<const TokenId> predicted) {
    const std::vector<TokenId> bare = without_white_space(predicted);
    const bool full = !bare_gold_.empty() && bare == bare_gold_;
    const bool partial = !bare_gold_.empty() && std::ranges::all_of(bare_gold_, [&](TokenId id) {
      return std::ranges::find(bare, id) != bare.end();
    });
    exact_ = exact_ || std::ranges::equal(predicted, gold_);
    const auto masks = static_cast<Index>(predicted.size());
    const bool first = (full && !full_) || (partial && !partial_ && !full_);
    if (first) masks_ = masks;
    if (first || (!partial_ && !full_ && masks <= static_cast<Index>(gold_.size())))
      prediction_.assign(predicted.begin(), predicted.end());
    full_ = full_ || full;
    partial_ = partial_ || partial;
  }

  bool full() const { return full_; }
  bool partial() const { return partial_; }
  bool exact() const { return exact_; }
  /// The least mask count whose prediction fits, full before partial; 0 where none does.
  Index masks() const { return masks_; }
  /// Of that mask count; where none fits, of as many masks as the object has tokens (or the most there were).
  std::span<const TokenId> prediction() const { return prediction_; }
  std::span<const TokenId> gold() const { return gold_; }

 private:
  std::vector<TokenId> without_white_space(std::span<const TokenId> ids) const {
    std::vector<TokenId> bare(ids.begin(), ids.end());
    if (white_space_) std::erase(bare, *white_space_);
    return bare;
  }

  std::optional<TokenId> white_space_;
  std::vector<TokenId> gold_, bare_gold_;
  std::vector<TokenId> prediction_;
  bool full_ = false, partial_ = false, exact_ = false;
  Index masks_ = 0;
};

}  // namespace neuroglot

/// What partial match finds and full match misses, in four groups by rule. (Zhao et al. 2024; the paper grouped by
/// hand)
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/core/matrix.hpp"
#include "neuroglot/experiment/facts/function_words.hpp"
#include "neuroglot/text/lowercase.hpp"
#include "neuroglot/text/tokenizer.hpp"
#include "neuroglot/text/unicode.hpp"
#include "neuroglot/text/utf8.hpp"

namespace neuroglot {

/// The first rule that holds:
///   whitespace    what stands beside the object is punctuation, symbols or nothing
///   preposition   all words beside it are function words of the language (function_words.hpp)
///   related_noun  other words stand behind it: "Delhi, India"
///   adjective     other words stand before it alone: "popular airport"
///   scattered     the object's tokens do not stand one after the other, and other words are among them
enum class PartialPattern { whitespace, preposition, related_noun, adjective, scattered };

inline constexpr std::array<std::string_view, 5> partial_pattern_names = {"whitespace", "preposition", "related noun",
                                                                          "adjective", "scattered"};

namespace detail {

/// The words of a text in small letters; what is no letter, mark or digit parts them.
inline std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  bool inside = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto [c, bytes] = code_point_at(text, at);
    at += bytes;
    const bool letter = is_word_character(c) && c != '_';
    if (letter && !inside) words.emplace_back();
    if (letter) put_lowercase(c, [&](char32_t small) { append_utf8(words.back(), small); });
    inside = letter;
  }
  return words;
}

struct Surroundings {
  std::vector<std::string> before, after;
  bool scattered = false;
};

/// What a prediction holds beside the object: words of the text before and behind the place where its tokens stand in
/// a row; where they stand nowhere so, of the tokens that are not the object's.
inline Surroundings surroundings(const Tokenizer& tokenizer, std::span<const TokenId> object,
                                 std::vector<TokenId> predicted) {
  const auto words = [&](auto begin, auto end) {
    return words_of(lossy_utf8(tokenizer.decode(std::vector<TokenId>(begin, end), true)));
  };
  const auto found = std::search(predicted.begin(), predicted.end(), object.begin(), object.end());
  if (found != predicted.end())
    return {words(predicted.begin(), found), words(found + static_cast<Index>(object.size()), predicted.end()), false};
  std::erase_if(predicted, [&](TokenId id) { return std::ranges::find(object, id) != object.end(); });
  return {{}, words(predicted.begin(), predicted.end()), true};
}

}  // namespace detail

/// Of a prediction that partial match accepts and full match does not. white_space: left out of both.
inline PartialPattern partial_pattern(const Tokenizer& tokenizer, std::span<const TokenId> object,
                                      std::span<const TokenId> predicted, std::optional<TokenId> white_space,
                                      std::string_view language) {
  std::vector<TokenId> gold(object.begin(), object.end()), found(predicted.begin(), predicted.end());
  if (white_space) std::erase(gold, *white_space), std::erase(found, *white_space);
  const detail::Surroundings beside = detail::surroundings(tokenizer, gold, found);
  if (beside.before.empty() && beside.after.empty()) return PartialPattern::whitespace;
  const auto function_words = [&](const std::vector<std::string>& words) {
    return std::ranges::all_of(words, [&](const std::string& word) { return is_function_word(language, word); });
  };
  if (function_words(beside.before) && function_words(beside.after)) return PartialPattern::preposition;
  if (beside.scattered) return PartialPattern::scattered;
  return function_words(beside.after) ? PartialPattern::adjective : PartialPattern::related_noun;
}

}  // namespace neuroglot

/// The text of tokens that come one by one: what of it can be shown already, and whether a stop string has come.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/tokenizer.hpp"

namespace neuroglot {

/// Special tokens are no text. The last tokens of the prompt are decoded along, so that a space between the prompt and
/// the first word is kept where a tokenizer drops the spaces that a text begins with.
class GeneratedText {
 public:
  /// Throws UsageError for an empty stop string.
  GeneratedText(const Tokenizer& tokenizer, std::span<const TokenId> prompt, std::span<const std::string> stop_strings)
      : tokenizer_(&tokenizer), stop_strings_(stop_strings.begin(), stop_strings.end()) {
    for (const std::string& stop : stop_strings_)
      if (stop.empty()) throw usage_error("a stop string is empty: it would stop at once");
    const std::span<const TokenId> context = prompt.last(std::min<std::size_t>(prompt.size(), context_tokens));
    ids_.assign(context.begin(), context.end());
    context_bytes_ = tokenizer.decode(ids_, true).size();
  }

  void add(TokenId id) {
    ids_.push_back(id);
    const std::string all = tokenizer_->decode(ids_, true);
    text_ = all.substr(std::min(context_bytes_, all.size()));
    for (const std::string& stop : stop_strings_)
      if (const std::size_t at = text_.find(stop); at != std::string::npos) {
        stopped_ = true;
        text_.resize(at);
      }
  }

  /// Whether a stop string has come; text() ends before it.
  bool stopped() const { return stopped_; }

  /// All of it, for when no token will follow.
  const std::string& text() const { return text_; }

  /// The part that stays as it is whatever follows: without a character that is not complete, and without the beginning
  /// of what may become a stop string.
  std::string_view settled() const {
    std::string_view text = text_;
    if (stopped_) return text;
    while (text.ends_with(replacement)) text.remove_suffix(replacement.size());
    std::size_t held = 0;
    for (const std::string& stop : stop_strings_)
      for (std::size_t length = std::min(stop.size() - 1, text.size()); length > held; --length)
        if (text.ends_with(std::string_view(stop).substr(0, length))) held = length;
    text.remove_suffix(held);
    return text;
  }

 private:
  static constexpr std::size_t context_tokens = 8;
  static constexpr std::string_view replacement =
      "\ufffd";  // decoders give it for bytes that are not (yet) a character

  const Tokenizer* tokenizer_;
  std::vector<std::string> stop_strings_;
  std::vector<TokenId> ids_;
  std::size_t context_bytes_ = 0;
  std::string text_;
  bool stopped_ = false;
};

}  // namespace neuroglot

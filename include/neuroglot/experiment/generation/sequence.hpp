/// One prompt on its way: its tokens, its text, its own generator, and why it ended.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/matrix.hpp"
#include "neuroglot/experiment/generation/generated_text.hpp"
#include "neuroglot/text/tokenizer.hpp"

namespace neuroglot {

struct GenerationOptions {
  Index max_new_tokens = 64;
  std::vector<TokenId> end_tokens = {};
  std::vector<std::string> stop_strings = {};
  std::uint64_t seed = 1;
};

/// What came of a prompt.
struct Generated {
  std::vector<TokenId> ids;  ///< the new tokens, an end token or those of a stop string included
  std::string text;          ///< without them
  std::string_view ended;    ///< "end" (a token of options.end_tokens), "stop" (a stop string) or "length"
};

namespace detail {

/// Draws depend on the seed and the prompt's number alone, so that results do not depend on what else is in a batch.
inline std::mt19937_64 generator_of(std::uint64_t seed, std::uint64_t number) {
  const auto low = [](std::uint64_t value) { return static_cast<std::uint32_t>(value); };
  std::seed_seq mixed{low(seed), low(seed >> 32), low(number), low(number >> 32)};
  return std::mt19937_64(mixed);
}

class GeneratedSequence {
 public:
  GeneratedSequence(const Tokenizer& tokenizer, std::span<const TokenId> prompt, const GenerationOptions& options,
                    std::uint64_t number)
      : options_(&options),
        seen_(prompt.begin(), prompt.end()),
        prompt_tokens_(prompt.size()),
        text_(tokenizer, prompt, options.stop_strings),
        random_(generator_of(options.seed, number)) {}

  /// Of the prompt and of what has come.
  const std::vector<TokenId>& seen() const { return seen_; }
  std::mt19937_64& random() { return random_; }
  bool has_ended() const { return !ended_.empty(); }

  void add(TokenId id) {
    seen_.push_back(id);
    if (std::ranges::find(options_->end_tokens, id) != options_->end_tokens.end()) {
      ended_ = "end";
      return;
    }
    text_.add(id);
    if (text_.stopped())
      ended_ = "stop";
    else if (static_cast<Index>(seen_.size() - prompt_tokens_) >= options_->max_new_tokens)
      ended_ = "length";
  }

  /// What has settled since the last call; all that is left once the sequence has ended.
  std::string_view fresh() {
    const std::string_view ready = has_ended() ? std::string_view(text_.text()) : text_.settled();
    return ready.substr(std::min(ready.size(), std::exchange(shown_, std::max(shown_, ready.size()))));
  }

  Generated result() const {
    return {{seen_.begin() + static_cast<std::ptrdiff_t>(prompt_tokens_), seen_.end()}, text_.text(), ended_};
  }

 private:
  const GenerationOptions* options_;
  std::vector<TokenId> seen_;
  std::size_t prompt_tokens_;
  GeneratedText text_;
  std::mt19937_64 random_;
  std::string_view ended_;
  std::size_t shown_ = 0;  // bytes of the text
};

}  // namespace detail
}  // namespace neuroglot

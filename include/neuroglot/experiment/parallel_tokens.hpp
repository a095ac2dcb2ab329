/// Parallel sentences as token ids, one sequence a sentence.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/matrix.hpp"
#include "neuroglot/experiment/parallel_text.hpp"
#include "neuroglot/text/tokenizer.hpp"

namespace neuroglot {

struct ParallelTokens {
  std::vector<std::string> languages;
  std::vector<std::vector<std::vector<TokenId>>> ids;  ///< (languages, sentences, tokens of the sentence)

  Index sentences() const { return ids.empty() ? 0 : static_cast<Index>(ids.front().size()); }
  std::int64_t tokens(std::size_t language) const {
    std::int64_t sum = 0;
    for (const auto& sentence : ids[language]) sum += static_cast<std::int64_t>(sentence.size());
    return sum;
  }
};

struct SentenceOptions {
  SpecialTokens special = SpecialTokens::added;  ///< what the tokenizer puts around a text ([CLS] ... [SEP], BOS)
  std::string prefix;                            ///< before each sentence: "query: " for the e5 models
};

/// Throws Error naming file and line for a sentence without a token, or with more than `longest`.
inline ParallelTokens tokenise(const ParallelText& text, const Tokenizer& tokenizer, const SentenceOptions& options,
                               Index longest) {
  ParallelTokens tokens;
  for (std::size_t k = 0; k < text.languages(); ++k) {
    tokens.languages.push_back(text.sources[k].language);
    auto& sentences = tokens.ids.emplace_back();
    for (std::size_t s = 0; s < text.size(); ++s) {
      sentences.push_back(tokenizer.encode(options.prefix + text.sentences[k][s], options.special).ids);
      const auto length = static_cast<Index>(sentences.back().size());
      if (length == 0) throw error(text.place(k, s), ": the sentence holds no token");
      if (length > longest)
        throw error(text.place(k, s), ": the sentence has ", length, " tokens, the model was made for ", longest,
                    ": take line ", s + 1, " out of every file, or split it in every file");
    }
  }
  return tokens;
}

}  // namespace neuroglot

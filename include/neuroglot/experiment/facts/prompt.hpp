/// Prompts: a relation's sentence with the subject in it, and n mask tokens where the object belongs. (Zhao et al.
/// 2024)
#pragma once

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/matrix.hpp"
#include "neuroglot/experiment/facts/fact.hpp"
#include "neuroglot/text/tokenizer.hpp"
#include "neuroglot/text/tokenizer_settings.hpp"

namespace neuroglot {

/// What a masked language model reads where a token is to be guessed: "[MASK]" in BERT, "<mask>" in XLM-R.
struct MaskToken {
  std::string text;
  TokenId id = -1;
  bool takes_space = false;  ///< the white space before it is part of it
};

namespace detail {

/// Hugging Face's classes whose mask takes the white space before it, whatever the tokenizer.json at hand says (some
/// conversions have lost it): with a "▁" of its own before each mask the prompt would be another one.
inline bool class_takes_space(const std::string& tokenizer_class) {
  static constexpr std::array<std::string_view, 4> classes = {"XLMRobertaTokenizer", "RobertaTokenizer",
                                                              "CamembertTokenizer", "AlbertTokenizer"};
  return std::ranges::find(classes, tokenizer_class) != classes.end();
}

}  // namespace detail

/// The mask token that the folder's settings name, else the usual ones. Throws Error for a tokenizer without one.
inline MaskToken mask_token(const std::filesystem::path& folder, const Tokenizer& tokenizer) {
  const TokenizerSettings settings(folder);
  std::vector<std::string> names;
  if (const auto named = settings.named_token("mask_token")) names.push_back(named->content);
  for (const char* usual : {"[MASK]", "<mask>"}) names.emplace_back(usual);
  for (const std::string& name : names) {
    const std::vector<TokenId> ids = tokenizer.encode(name, SpecialTokens::none).ids;
    if (ids.size() == 1 && tokenizer.piece(ids.front()) == name)
      return {name, ids.front(), detail::class_takes_space(settings.tokenizer_class())};
  }
  throw error(folder.string(), ": its tokenizer has no mask token: prompts with masks are for masked language models");
}

/// The sentence of a fact. `frame` holds [X] and [Y] once each (read_facts sees to that); a label may hold anything.
inline std::string fact_sentence(std::string_view frame, std::string_view subject, std::string_view object) {
  const std::size_t x = frame.find("[X]"), y = frame.find("[Y]");
  const std::size_t first = std::min(x, y), second = std::max(x, y);
  std::string sentence(frame.substr(0, first));
  sentence += x < y ? subject : object;
  sentence += frame.substr(first + 3, second - first - 3);
  sentence += x < y ? object : subject;
  sentence += frame.substr(second + 3);
  return sentence;
}

/// The text without the spaces before each mask.
inline std::string without_spaces_before(std::string_view mask, std::string text) {
  for (std::size_t at = text.find(mask); at != std::string::npos; at = text.find(mask, at + mask.size()))
    for (; at > 0 && text[at - 1] == ' '; --at) text.erase(at - 1, 1);
  return text;
}

/// What stands in the object's place: n mask tokens with spaces between them.
inline std::string masks_text(const MaskToken& mask, Index n) {
  std::string text;
  for (Index i = 0; i < n; ++i) text.append(i == 0 ? "" : " ").append(mask.text);
  return text;
}

/// A text as the model reads it, special tokens included, and where its masks stand, from 0.
struct Prompt {
  std::vector<TokenId> ids;
  std::vector<Index> masks;
};

/// Makes the prompts of facts, for one tokenizer.
class PromptBuilder {
 public:
  /// The tokenizer must outlive it.
  PromptBuilder(const Tokenizer& tokenizer, MaskToken mask) : tokenizer_(&tokenizer), mask_(std::move(mask)) {}

  const MaskToken& mask() const { return mask_; }

  /// With another mask token in its labels a prompt has more masks than n: callers look at masks.size().
  Prompt build(std::string_view frame, std::string_view subject, Index n) const {
    Prompt prompt;
    std::string sentence = fact_sentence(frame, subject, masks_text(mask_, n));
    if (mask_.takes_space) sentence = without_spaces_before(mask_.text, std::move(sentence));
    prompt.ids = tokenizer_->encode(sentence, SpecialTokens::added).ids;
    for (std::size_t at = 0; at < prompt.ids.size(); ++at)
      if (prompt.ids[at] == mask_.id) prompt.masks.push_back(static_cast<Index>(at));
    return prompt;
  }
  Prompt build(const RelationFacts& relation, const Fact& fact, Index n) const {
    return build(relation.sentence_frame, fact.sub_label, n);
  }

  /// The ids of a label by itself, without special tokens: what the masks should become.
  std::vector<TokenId> object_ids(std::string_view label) const {
    return tokenizer_->encode(label, SpecialTokens::none).ids;
  }

 private:
  const Tokenizer* tokenizer_;
  MaskToken mask_;
};

}  // namespace neuroglot

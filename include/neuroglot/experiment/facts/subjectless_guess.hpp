/// What a masked model makes of a relation's sentence without a subject: an object that it gives to that needs no fact.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/experiment/facts/hit_match.hpp"
#include "neuroglot/experiment/facts/match.hpp"
#include "neuroglot/experiment/facts/probe_protocol.hpp"
#include "neuroglot/experiment/facts/prompt_batch.hpp"

namespace neuroglot {

/// One mask token stands in place of [X], and 1, 2, ... in place of [Y], as many as the longest of the objects asked
/// for has tokens; each mask becomes its most probable token. Prompts that do not fit the model are left out.
class SubjectlessGuess {
 public:
  explicit SubjectlessGuess(const ProbeContext& context)
      : context_(context),
        prompts_(*context.tokenizer, mask_token(context.folder, *context.tokenizer)),
        white_space_(white_space_token(*context.tokenizer)) {
    require_masked_model(context, "match");
  }

  /// Of each object, whether the guesses match it.
  std::vector<bool> matches(const std::string& frame, std::span<const std::string> objects, Match match) const {
    std::vector<FactMatch> of_objects;
    Index longest = 0;
    for (const std::string& object : objects) {
      std::vector<TokenId> gold = prompts_.object_ids(object);
      longest = std::max(longest, static_cast<Index>(gold.size()));
      of_objects.emplace_back(std::move(gold), white_space_);
    }
    for (const std::vector<TokenId>& guess : guesses(frame, longest))
      for (FactMatch& of_object : of_objects) of_object.add(guess);
    std::vector<bool> found;
    for (const FactMatch& of : of_objects)
      found.push_back(match == Match::full ? of.full() : match == Match::partial ? of.partial() : of.exact());
    return found;
  }

 private:
  /// With 1, 2, ... masks for the object.
  std::vector<std::vector<TokenId>> guesses(const std::string& frame, Index longest) const {
    const bool subject_is_first = frame.find("[X]") < frame.find("[Y]");
    std::vector<std::vector<TokenId>> all;
    PromptBatches batches(context_.batch, [&](const PackedBatch& batch, std::span<const Index> rows,
                                              std::span<const PackedPrompt> prompts) {
      const std::vector<TokenId> best = best_tokens(*context_.model, batch, rows);
      for (const PackedPrompt& prompt : prompts) {
        const auto first = best.begin() + static_cast<std::ptrdiff_t>(prompt.first_row);
        std::vector<TokenId> guess(first, first + prompt.masks);
        guess.erase(subject_is_first ? guess.begin() : guess.end() - 1);
        all.push_back(std::move(guess));
      }
    });
    for (Index n = 1; n <= longest; ++n) {
      const Prompt prompt = prompts_.build(frame, prompts_.mask().text, n);
      if (static_cast<Index>(prompt.ids.size()) > context_.longest()) break;
      if (static_cast<Index>(prompt.masks.size()) != n + 1) break;  // the sentence holds a mask of its own
      batches.add(static_cast<std::size_t>(n), prompt);
    }
    batches.flush();
    return all;
  }

  ProbeContext context_;
  PromptBuilder prompts_;
  std::optional<TokenId> white_space_;
};

}  // namespace neuroglot

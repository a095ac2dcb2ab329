/// Free guessing: every prompt with every number of masks, each mask its own top-1 token. (Zhao et al. 2024, section 3)
#pragma once

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "neuroglot/experiment/facts/match.hpp"
#include "neuroglot/experiment/facts/probe_protocol.hpp"
#include "neuroglot/experiment/facts/prompt_batch.hpp"

namespace neuroglot {

/// Mask counts 1 to the most tokens that an object of the relation has in the language (or to max_masks). Fills full,
/// partial, exact, masks and prediction. A fact is left out where its prompt with as many masks as its object has
/// tokens (or max_masks) is longer than the model's positions, where its object has no token, or where its labels hold
/// the mask token; an object that is left out does not make others' prompts longer.
class MaskMatch {
 public:
  static constexpr std::string_view name = "match";

  explicit MaskMatch(const ProbeContext& context)
      : context_(context),
        prompts_(*context.tokenizer, mask_token(context.folder, *context.tokenizer)),
        white_space_(white_space_token(*context.tokenizer)) {
    require_masked_model(context, name);
  }

  Index prompts(const RelationQueries& queries) const {
    Index longest = 0;
    for (const Query& query : queries.queries)
      longest = std::max(longest, capped(static_cast<Index>(prompts_.object_ids(query.fact.obj_label).size())));
    return longest * static_cast<Index>(queries.queries.size());
  }

  void probe(const RelationQueries& queries, std::string_view language, RelationResult& result, Progress& progress) {
    std::vector<FactMatch> matches;
    const Index counts = prepare(queries, matches, result);
    PromptBatches batches(context_.batch, [&](const PackedBatch& batch, std::span<const Index> rows,
                                              std::span<const PackedPrompt> prompts) {
      const std::vector<TokenId> best = best_tokens(*context_.model, batch, rows);
      if (std::ranges::find(best, -1) != best.end())
        throw error("at ", queries.place(prompts.front().query),
                    " or soon after it the model's scores are not numbers: are its weights damaged?");
      for (const PackedPrompt& prompt : prompts)
        matches[prompt.query].add(std::span(best).subspan(prompt.first_row, static_cast<std::size_t>(prompt.masks)));
      result.prompts += static_cast<Index>(prompts.size());
      progress.add(static_cast<Index>(prompts.size()));
    });
    for (std::size_t q = 0; q < matches.size(); ++q)
      for (Index n = 1; n <= counts && !result.left_out[q]; ++n) {
        const Prompt prompt = build(queries, q, n);
        if (static_cast<Index>(prompt.ids.size()) > context_.longest())
          ++result.prompts_left_out;
        else
          batches.add(q, prompt);
      }
    batches.flush();
    for (std::size_t q = 0; q < matches.size(); ++q) fill(matches[q], language, result.facts[q]);
  }

 private:
  Index capped(Index masks) const { return context_.max_masks > 0 ? std::min(masks, context_.max_masks) : masks; }
  Prompt build(const RelationQueries& queries, std::size_t q, Index n) const {
    return prompts_.build(queries.queries[q].frame, queries.queries[q].fact.sub_label, n);
  }

  /// The objects' ids, and the most masks.
  Index prepare(const RelationQueries& queries, std::vector<FactMatch>& matches, RelationResult& result) const {
    Index counts = 0;
    for (std::size_t q = 0; q < queries.queries.size(); ++q) {
      std::vector<TokenId> gold = prompts_.object_ids(queries.queries[q].fact.obj_label);
      const auto tokens = static_cast<Index>(gold.size()), masks = capped(tokens);
      matches.emplace_back(std::move(gold), white_space_);
      result.facts[q].hit.object_tokens = tokens;
      if (tokens == 0) {
        result.leave_out(queries, q, "the object has no token");
        continue;
      }
      // an object of thousands of tokens is not worth a prompt of thousands of masks
      const Prompt prompt = masks < context_.longest() ? build(queries, q, masks) : Prompt();
      const auto length = masks < context_.longest() ? static_cast<Index>(prompt.ids.size()) : masks + 1;
      if (length > context_.longest())
        result.leave_out(queries, q,
                         text_of("the prompt with ", masks, " masks has ", length,
                                 " tokens or more, the model was made for ", context_.longest()));
      else if (static_cast<Index>(prompt.masks.size()) != masks)
        result.leave_out(queries, q, "the subject or the template holds the mask token " + prompts_.mask().text);
      else
        counts = std::max(counts, masks);
      if (!result.left_out[q] && masks < tokens) ++result.objects_beyond_masks;
    }
    return counts;
  }

  void fill(const FactMatch& match, std::string_view language, ProbedFact& fact) const {
    fact.hit.full = match.full();
    fact.hit.partial = match.partial();
    fact.hit.exact = match.exact();
    fact.hit.masks = match.masks();
    fact.guessed = true;
    fact.hit.prediction = context_.tokenizer->decode(match.prediction());
    if (match.partial() && !match.full())
      fact.pattern = partial_pattern(*context_.tokenizer, match.gold(), match.prediction(), white_space_, language);
  }

  ProbeContext context_;
  PromptBuilder prompts_;
  std::optional<TokenId> white_space_;
};

static_assert(ProbeProtocol<MaskMatch>);

}  // namespace neuroglot

/// Ranking of candidates by a masked language model: the mean log probability over the candidate's masks. (Kassner et
/// al. 2021; Qi et al. 2023 for encoders)
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/experiment/facts/candidate_tokens.hpp"
#include "neuroglot/experiment/facts/probe_protocol.hpp"
#include "neuroglot/experiment/facts/prompt_batch.hpp"
#include "neuroglot/experiment/facts/ranking.hpp"

namespace neuroglot {

/// A prompt for each number of tokens that a candidate has, one pass each. Fills rank. A fact is left out where one of
/// its prompts is longer than the model's positions, where its object has no token, or where its labels hold the mask
/// token.
class TypedRanking {
 public:
  static constexpr std::string_view name = "ranked";

  explicit TypedRanking(const ProbeContext& context)
      : context_(context), prompts_(*context.tokenizer, mask_token(context.folder, *context.tokenizer)) {
    require_masked_model(context, name);
  }

  Index prompts(const RelationQueries& queries) {
    Index all = 0;
    for (const Query& query : queries.queries) all += static_cast<Index>(tokens_of(query)->by_length().size());
    return all;
  }

  void probe(const RelationQueries& queries, std::string_view, RelationResult& result, Progress& progress) {
    std::vector<std::shared_ptr<const CandidateTokens>> candidates;
    std::vector<std::vector<double>> scores;
    PromptBatches batches(context_.batch, [&](const PackedBatch& batch, std::span<const Index> rows,
                                              std::span<const PackedPrompt> prompts) {
      score(batch, rows, prompts, candidates, scores);
      result.prompts += static_cast<Index>(prompts.size());
      progress.add(static_cast<Index>(prompts.size()));
    });
    for (std::size_t q = 0; q < queries.queries.size(); ++q) {
      const Query& query = queries.queries[q];
      candidates.push_back(tokens_of(query));
      scores.push_back(candidates.back()->no_scores());
      const auto tokens = static_cast<Index>(prompts_.object_ids(query.fact.obj_label).size());
      result.facts[q].hit.object_tokens = tokens;
      if (tokens == 0) result.leave_out(queries, q, "the object has no token");
      for (const Prompt& prompt : prompts_of(queries, q, *candidates.back(), result)) batches.add(q, prompt);
    }
    batches.flush();
    for (std::size_t q = 0; q < scores.size(); ++q)
      if (!result.left_out[q]) fill_rank(queries, q, scores[q], context_.keeps_orders, result.facts[q]);
  }

 private:
  std::shared_ptr<const CandidateTokens> tokens_of(const Query& query) {
    if (last_list_ != query.candidates) {
      last_tokens_ = std::make_shared<const CandidateTokens>(*query.candidates, prompts_);
      last_list_ = query.candidates;
    }
    return last_tokens_;
  }

  /// None where the query is, or has to be, left out.
  std::vector<Prompt> prompts_of(const RelationQueries& queries, std::size_t q, const CandidateTokens& candidates,
                                 RelationResult& result) const {
    std::vector<Prompt> all;
    for (const auto& [masks, of] : candidates.by_length()) {
      if (result.left_out[q]) return {};
      if (masks >= context_.longest()) {
        result.leave_out(queries, q,
                         text_of("a candidate has ", masks, " tokens, the model was made for ", context_.longest()));
        return {};
      }
      all.push_back(prompts_.build(queries.queries[q].frame, queries.queries[q].fact.sub_label, masks));
      if (static_cast<Index>(all.back().ids.size()) > context_.longest())
        result.leave_out(queries, q,
                         text_of("the prompt with ", masks, " masks has ", all.back().ids.size(),
                                 " tokens, the model was made for ", context_.longest()));
      else if (static_cast<Index>(all.back().masks.size()) != masks)
        result.leave_out(queries, q, "the subject or the template holds the mask token " + prompts_.mask().text);
    }
    return result.left_out[q] ? std::vector<Prompt>{} : all;
  }

  void score(const PackedBatch& batch, std::span<const Index> rows, std::span<const PackedPrompt> prompts,
             const std::vector<std::shared_ptr<const CandidateTokens>>& candidates,
             std::vector<std::vector<double>>& scores) const {
    std::vector<RowTargets> targets;
    std::vector<std::vector<double>> found;
    found.reserve(prompts.size());
    for (const PackedPrompt& prompt : prompts) {
      const CandidatesOfLength& of = candidates[prompt.query]->by_length().at(prompt.masks);
      std::span<double> free = found.emplace_back(of.values());
      for (std::size_t mask = 0; mask < static_cast<std::size_t>(prompt.masks); ++mask) {
        const auto columns = of.columns(mask);
        targets.push_back({columns, free.first(columns.size())});
        free = free.subspan(columns.size());
      }
    }
    row_log_probabilities(*context_.model, batch, rows, targets);
    for (std::size_t p = 0; p < prompts.size(); ++p)
      candidates[prompts[p].query]->by_length().at(prompts[p].masks).score(found[p], scores[prompts[p].query]);
  }

  ProbeContext context_;
  PromptBuilder prompts_;
  std::shared_ptr<const Candidates> last_list_;  // the list that was tokenised last: a relation shares one
  std::shared_ptr<const CandidateTokens> last_tokens_;
};

static_assert(ProbeProtocol<TypedRanking>);

}  // namespace neuroglot

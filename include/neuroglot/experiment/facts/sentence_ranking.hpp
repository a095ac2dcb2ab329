/// Ranking of candidates by a decoder: the log probability of the whole sentence with the candidate in it. (BMLAMA, Qi
/// et al. 2023)
#pragma once

#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/packed_batch.hpp"
#include "neuroglot/experiment/facts/probe_protocol.hpp"
#include "neuroglot/experiment/facts/prompt.hpp"
#include "neuroglot/experiment/facts/ranking.hpp"

namespace neuroglot {

/// How token log probabilities become a sentence's score.
enum class SentenceScore {
  mean,  ///< over the tokens that have one: a long candidate is not punished for its length
  sum    ///< the log probability of the sentence itself
};

/// A sentence a candidate, with what the tokenizer puts around a text. The first token has no log probability: nothing
/// comes before it (with a BOS it is that). Fills rank. A fact is left out where one of its sentences is longer than
/// the model's positions or has fewer than two tokens.
class SentenceRanking {
 public:
  static constexpr std::string_view name = "sentence";

  SentenceRanking(const ProbeContext& context, SentenceScore score) : context_(context), score_(score) {
    if (!context.model->config().is_causal)
      throw usage_error("--protocol sentence is for decoders; this is an encoder, for match and ranked");
  }

  Index prompts(const RelationQueries& queries) const {
    Index all = 0;
    for (const Query& query : queries.queries) all += static_cast<Index>(query.candidates->size());
    return all;
  }

  void probe(const RelationQueries& queries, std::string_view, RelationResult& result, Progress& progress) {
    std::vector<std::vector<double>> scores(queries.queries.size());
    PackedBatch batch;
    std::vector<double*> waiting;
    const auto run = [&] {
      if (!waiting.empty()) score(batch, waiting);
      result.prompts += static_cast<Index>(waiting.size());
      progress.add(static_cast<Index>(waiting.size()));
      batch = PackedBatch();
      waiting.clear();
    };
    for (std::size_t q = 0; q < scores.size(); ++q) {
      const std::vector<std::vector<TokenId>> sentences = sentences_of(queries, q, result);
      scores[q].resize(sentences.size());
      for (std::size_t c = 0; c < sentences.size(); ++c) {
        batch.add(sentences[c]);
        waiting.push_back(&scores[q][c]);
        if (batch.rows() >= context_.batch) run();
      }
    }
    run();
    for (std::size_t q = 0; q < scores.size(); ++q)
      if (!result.left_out[q]) fill_rank(queries, q, scores[q], context_.keeps_orders, result.facts[q]);
  }

 private:
  /// One a candidate; none where the query has to be left out.
  std::vector<std::vector<TokenId>> sentences_of(const RelationQueries& queries, std::size_t q,
                                                 RelationResult& result) const {
    const Query& query = queries.queries[q];
    const auto object = context_.tokenizer->encode(query.fact.obj_label, SpecialTokens::none).ids.size();
    result.facts[q].hit.object_tokens = static_cast<Index>(object);
    std::vector<std::vector<TokenId>> sentences;
    for (const Candidate& candidate : *query.candidates) {
      const std::string text = fact_sentence(query.frame, query.fact.sub_label, candidate.label);
      sentences.push_back(context_.tokenizer->encode(text, SpecialTokens::added).ids);
      const auto length = static_cast<Index>(sentences.back().size());
      if (length >= 2 && length <= context_.longest()) continue;
      result.leave_out(queries, q,
                       text_of("the sentence with ", candidate.label, " has ", length,
                               " tokens, 2 are needed and the model was made for ", context_.longest()));
      return {};
    }
    return sentences;
  }

  void score(const PackedBatch& batch, std::span<double* const> into) const {
    const std::vector<double> loss = forward<output::NextTokenLoss>(*context_.model, batch);
    std::size_t at = 0;
    for (Index s = 0; s < batch.sequences(); ++s) {
      const Index tokens = batch.length(s) - 1;
      double sum = 0;
      for (Index i = 0; i < tokens; ++i) sum -= loss[at++];
      *into[static_cast<std::size_t>(s)] = score_ == SentenceScore::sum ? sum : sum / static_cast<double>(tokens);
    }
  }

  ProbeContext context_;
  SentenceScore score_;
};

static_assert(ProbeProtocol<SentenceRanking>);

}  // namespace neuroglot

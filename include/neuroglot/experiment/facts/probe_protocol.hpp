/// What a probing protocol is: something that asks a model the queries of a relation and says what became of each.
#pragma once

#include <concepts>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/progress.hpp"
#include "neuroglot/experiment/facts/hits_file.hpp"
#include "neuroglot/experiment/facts/partial_pattern.hpp"
#include "neuroglot/experiment/facts/query.hpp"
#include "neuroglot/models/any_model.hpp"
#include "neuroglot/text/tokenizer.hpp"

namespace neuroglot {

/// What protocols need beside the queries.
struct ProbeContext {
  AnyModel* model;
  const Tokenizer* tokenizer;
  std::filesystem::path folder;  ///< the model's
  Index batch = 4096;            ///< tokens in a pass, about; no result depends on it
  Index max_masks = 0;           ///< of free guessing; 0: as many as the relation's longest object has tokens
  bool keeps_orders = false;     ///< whether whole orders of candidates are kept, for RankC

  Index longest() const { return model->config().max_position_embeddings; }
};

/// One query's outcome.
struct ProbedFact {
  std::size_t query = 0;  ///< of the relation's
  Hit hit;
  bool guessed = false;                   ///< hit.prediction is what masks became
  std::optional<PartialPattern> pattern;  ///< of what partial match finds and full match misses
  std::vector<Index> order;               ///< of the candidates by number, best first, where orders are kept
};

/// What one relation of one language gave.
struct RelationResult {
  std::string relation;
  std::vector<ProbedFact> facts;     ///< a query each at first, those of `skipped` taken out at the end
  std::vector<SkippedFact> skipped;  ///< queries that could not be asked
  Index prompts = 0;                 ///< sentences that the model read
  Index prompts_left_out = 0;        ///< mask counts beyond what an object needs that no longer fit the model
  Index objects_beyond_masks = 0;    ///< facts whose object has more tokens than max_masks: they can not be hit
  std::vector<bool> left_out;        ///< by query

  void leave_out(const RelationQueries& queries, std::size_t query, std::string why) {
    if (!left_out[query]) skipped.push_back({queries.place(query), std::move(why)});
    left_out[query] = true;
  }
};

/// A protocol is made once for a run with a ProbeContext.
template <class P>
concept ProbeProtocol = requires(P& protocol, const RelationQueries& queries, std::string_view language,
                                 RelationResult& result, Progress& progress) {
  { P::name } -> std::convertible_to<std::string_view>;
  { protocol.prompts(queries) } -> std::same_as<Index>;  // about how many sentences the model will read
  protocol.probe(queries, language, result, progress);   // fills facts[query].hit; leave_out() what can not be asked
};

/// Throws an error that says what to do for a decoder, and for an encoder without a head.
inline void require_masked_model(const ProbeContext& context, std::string_view protocol) {
  const Config& config = context.model->config();
  if (config.is_causal)
    throw usage_error("--protocol ", protocol, " is for masked language models; this is a decoder, for sentence");
  if (!config.has_lm_head)
    throw error(context.folder.string(), ": this checkpoint is a bare encoder without a language model head: a probe ",
                "needs the head's scores; take the checkpoint with it (BertForMaskedLM and its kin)");
}

/// What all protocols know of a query before any of them has asked.
inline RelationResult empty_result(const RelationQueries& queries) {
  RelationResult result;
  result.relation = queries.relation;
  result.left_out.assign(queries.queries.size(), false);
  for (std::size_t q = 0; q < queries.queries.size(); ++q) {
    const Fact& fact = queries.queries[q].fact;
    ProbedFact& probed = result.facts.emplace_back();
    probed.query = q;
    probed.hit.uuid = fact.uuid;
    probed.hit.relation = queries.relation;
    probed.hit.obj_uri = fact.obj_uri;
  }
  return result;
}

/// What stays: the queries that every protocol could ask.
inline void drop_left_out(RelationResult& result) {
  std::erase_if(result.facts, [&](const ProbedFact& fact) { return result.left_out[fact.query]; });
}

}  // namespace neuroglot

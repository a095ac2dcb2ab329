/// The top neurons of the facts of one relation in one language.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/analysis/fact_neuron_sets.hpp"
#include "neuroglot/analysis/fact_score.hpp"
#include "neuroglot/analysis/neuron_groups.hpp"
#include "neuroglot/analysis/score_facts.hpp"
#include "neuroglot/experiment/facts/mask_means.hpp"
#include "neuroglot/experiment/facts/predicted_facts.hpp"
#include "neuroglot/experiment/facts/prompt.hpp"

namespace neuroglot {

/// A fact's scores in one language, in groups of neurons: [layer][group]. (Fig. 15)
struct FactActivity {
  std::string language;
  std::string sentence;  ///< with its masks
  std::string object;
  std::vector<std::vector<double>> means;
};

struct RelationNeurons {
  std::string language, relation;
  std::vector<std::pair<FactIdentity, NeuronIds>> facts;
  std::vector<SkippedFact> skipped;
  std::optional<FactActivity> activity;  ///< of the fact that is to be drawn, where it is one of them
};

struct FactNeuronOptions {
  Index top = 50;      ///< neurons of a fact
  Index batch = 2048;  ///< tokens in a pass, about
  std::string drawn;   ///< uuid of the fact whose activity is kept
  Index groups = 16;   ///< of a layer's neurons, in that activity
  std::vector<std::vector<double>> (*group_means)(std::span<const float>, Index,
                                                  Index) = &neuroglot::group_means<ByRemainder>;
};

namespace detail {

/// The prompts of a relation's facts; those that can not be made are named and taken out of `facts`.
inline std::vector<Prompt> usable_prompts(PredictedRelation& of, const PromptBuilder& builder, Index longest,
                                          std::vector<SkippedFact>& skipped) {
  std::vector<Prompt> prompts;
  std::erase_if(of.facts, [&](const PredictedFact& predicted) {
    const auto skip = [&](std::string why) {
      skipped.push_back({of.language + "/" + of.relation->relation + " " + predicted.fact->uuid, std::move(why)});
      return true;
    };
    Prompt prompt = builder.build(*of.relation, *predicted.fact, predicted.masks);
    if (static_cast<Index>(prompt.masks.size()) != predicted.masks) return skip("a mask token is part of its labels");
    if (longest > 0 && static_cast<Index>(prompt.ids.size()) > longest)
      return skip(text_of("its prompt has ", prompt.ids.size(), " tokens, the model ", longest, " positions"));
    prompts.push_back(std::move(prompt));
    return false;
  });
  return prompts;
}

inline FactIdentity identity(const PredictedRelation& of, const Fact& fact) {
  return {fact.uuid, of.relation->relation, fact.obj_uri.empty() ? fact.obj_label : fact.obj_uri};
}

}  // namespace detail

/// Calls scored(scores, relation) with the scores of all facts, (facts, layers * width), before they are forgotten. A
/// relation with one fact alone has no scores: the fact is named in `skipped`.
template <class Site, FactScore P, class Model, class Scored>
RelationNeurons find_relation_neurons(Model& model, const P& policy, const PromptBuilder& builder,
                                      PredictedRelation predicted, const FactNeuronOptions& options, Progress& progress,
                                      Scored scored) {
  RelationNeurons result{predicted.language, predicted.relation->relation, {}, {}, {}};
  const Config& config = model.config();
  const std::size_t all = predicted.facts.size();
  const std::vector<Prompt> prompts =
      detail::usable_prompts(predicted, builder, config.max_position_embeddings, result.skipped);
  if (prompts.size() == 1)
    result.skipped.push_back({result.language + "/" + result.relation + " " + predicted.facts[0].fact->uuid,
                              "is the only fact of its relation that is predicted: it has no score"});
  if (prompts.size() < 2) return progress.add(static_cast<std::int64_t>(all)), result;
  Matrix<float> scores = fact_vectors<Site>(model, prompts, options.batch, progress);
  progress.add(static_cast<std::int64_t>(all - prompts.size()));
  score_facts(policy, scores.view(), model.threads());
  result.facts.resize(prompts.size());
  model.threads().for_each(scores.rows(), [&](Index f, int) {
    const auto at = static_cast<std::size_t>(f);
    result.facts[at] = {detail::identity(predicted, *predicted.facts[at].fact),
                        top_neurons(scores.view().row(f), options.top)};
  });
  for (std::size_t f = 0; f < predicted.facts.size(); ++f) {
    const auto& [fact, masks] = predicted.facts[f];
    if (fact->uuid != options.drawn) continue;
    const std::string sentence =
        fact_sentence(predicted.relation->sentence_frame, fact->sub_label, masks_text(builder.mask(), masks));
    result.activity = {
        result.language, sentence, fact->obj_label,
        options.group_means(scores.view().row(static_cast<Index>(f)), config.num_hidden_layers, options.groups)};
  }
  scored(std::as_const(scores), predicted);
  return result;
}

}  // namespace neuroglot

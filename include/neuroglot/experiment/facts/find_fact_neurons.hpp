/// From predicted facts to the neurons of each of them in each language: the experiment of Zhao et al. 2024, section 5.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/analysis/fact_neuron_sets.hpp"
#include "neuroglot/core/progress.hpp"
#include "neuroglot/experiment/facts/relation_neurons.hpp"
#include "neuroglot/experiment/facts/relation_neurons_file.hpp"

namespace neuroglot {

/// The fact of most languages among those that have a score; of several the first.
inline std::string widest_fact(const std::vector<PredictedRelation>& relations) {
  std::map<std::string_view, std::size_t> languages;
  for (const PredictedRelation& of : relations)
    if (of.facts.size() > 1)
      for (const PredictedFact& predicted : of.facts) ++languages[predicted.fact->uuid];
  std::string_view widest;
  for (const PredictedRelation& of : relations)
    for (const PredictedFact& predicted : of.facts)
      if (languages[predicted.fact->uuid] > languages[widest]) widest = predicted.fact->uuid;
  return std::string(widest);
}

/// Works through the relations that `log` lacks; scored as in find_relation_neurons.
template <class Site, FactScore P, class Model, class Scored>
void find_fact_neurons(Model& model, const P& policy, const PromptBuilder& builder,
                       const std::vector<PredictedRelation>& relations, const FactNeuronOptions& options, bool quiet,
                       RelationNeuronsLog& log, Scored scored) {
  std::int64_t facts = 0;
  for (const PredictedRelation& of : relations) facts += static_cast<std::int64_t>(of.facts.size());
  Progress progress("neurons of facts", facts, "facts", quiet);
  for (const PredictedRelation& of : relations)
    if (log.has(of.language, of.relation->relation))
      progress.skip(static_cast<std::int64_t>(of.facts.size()));
    else
      log.add(find_relation_neurons<Site>(model, policy, builder, of, options, progress, scored));
}

/// Joined across these languages.
inline FactNeuronSets fact_neuron_sets(const std::vector<std::string>& languages,
                                       const std::vector<RelationNeurons>& relations) {
  FactNeuronCollector collector(languages);
  for (std::size_t k = 0; k < languages.size(); ++k)
    for (const RelationNeurons& of : relations)
      if (of.language == languages[k])
        for (const auto& [fact, neurons] : of.facts) collector.add(k, fact, neurons);
  return collector.take();
}

}  // namespace neuroglot

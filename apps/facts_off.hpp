/// --off of ng-fact-neurons: the neurons that facts have in some languages are switched off.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fact_neuron_options.hpp"
#include "neuroglot/experiment/facts/facts_switched_off.hpp"
#include "neuroglot/experiment/facts/predicted_facts.hpp"
#include "neuroglot/experiment/facts/prompt.hpp"
#include "neuroglot/hooks/site.hpp"

namespace ng {

inline void add_facts_off_options(CommandLine& line) {
  line.add()("off", po::value<std::vector<std::string>>()->multitoken(),
             "LANG ... or all: switch the neurons that facts have in these languages off, and ask for them in all");
  line.add()("off-facts", po::value<neuroglot::Index>()->default_value(200),
             "facts that are asked for so, at most, drawn at random; 0: all");
  line.add()("seeds", po::value<neuroglot::Index>()->default_value(1), "random controls of each of them");
  line.add()("seed", po::value<std::uint64_t>()->default_value(1), "of the drawing and of the controls");
}

/// The languages of --off by their numbers. Throws UsageError for one that is not compared.
inline std::vector<std::size_t> off_sources(const CommandLine& line, const std::vector<std::string>& languages) {
  using namespace neuroglot;
  std::vector<std::size_t> sources;
  if (!line.has("off")) return sources;
  if (line.text("site") != site::mlp_act::name)
    throw usage_error("--off: neurons are switched off at ", site::mlp_act::name, ", --site says ", line.text("site"));
  for (const std::string& language : line.get<std::vector<std::string>>("off")) {
    const auto found = std::ranges::find(languages, language);
    if (found == languages.end() && language != "all")
      throw usage_error("--off ", language, ": is not among the languages that are compared");
    for (std::size_t k = 0; k < languages.size(); ++k)
      if (language == "all" || languages[k] == language) sources.push_back(k);
  }
  std::ranges::sort(sources);
  sources.erase(std::unique(sources.begin(), sources.end()), sources.end());
  return sources;
}

inline neuroglot::FactsOffOptions off_options(const CommandLine& line, const std::vector<std::string>& languages) {
  using namespace neuroglot;
  FactsOffOptions options;
  options.sources = off_sources(line, languages);
  options.facts = static_cast<std::size_t>(counted(line, "off-facts", 0));
  options.controls = counted(line, "seeds", 0);
  options.seed = line.get<std::uint64_t>("seed");
  options.batch = counted(line, "batch", 1);
  return options;
}

inline neuroglot::FactsOff switch_off(const CommandLine& line, neuroglot::AnyModel& model,
                                      const neuroglot::Tokenizer& tokenizer, const neuroglot::PromptBuilder& builder,
                                      const std::vector<neuroglot::PredictedRelation>& predicted,
                                      const neuroglot::FactNeuronSets& sets, const neuroglot::FactsOffOptions& options,
                                      const neuroglot::NeuronShape& shape) {
  using namespace neuroglot;
  std::map<std::pair<std::string_view, std::string_view>, std::pair<const RelationFacts*, const PredictedFact*>> known;
  for (const PredictedRelation& of : predicted)
    for (const PredictedFact& at : of.facts) known[{of.language, at.fact->uuid}] = {of.relation, &at};
  const auto ask = [&](std::size_t language, std::size_t fact) {
    const auto& [relation, at] = known.at({sets.languages[language], sets.facts[fact].uuid});
    return FactQuestion{builder.build(*relation, *at->fact, at->masks), builder.object_ids(at->fact->obj_label)};
  };
  return switch_facts_off(model, white_space_token(tokenizer), sets, options, shape, line.flag("quiet"), ask);
}

}  // namespace ng

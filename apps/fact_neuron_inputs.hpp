/// What ng-fact-neurons reads: which facts a model predicts in which language.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "fact_neuron_options.hpp"
#include "neuroglot/experiment/facts/predicted_facts.hpp"
#include "neuroglot/experiment/facts/read_facts.hpp"
#include "neuroglot/io/hash.hpp"

namespace ng {

/// What is read before the model is, so that what can not be meant is told at once.
struct FactNeuronInputs {
  neuroglot::Hits hits;
  std::vector<neuroglot::LanguageHitShare>
      scores;                          ///< all languages of the hits, those compared first, each part by P@1
  std::vector<std::string> languages;  ///< that are compared, the first of `scores`
  neuroglot::FactSet facts;
  std::vector<neuroglot::PredictedRelation> predicted;
  std::vector<neuroglot::SkippedFact> skipped;
};

/// Those of --languages, of highest P@1 first; they are moved to the front of `scores`.
inline std::vector<std::string> compared_languages(const CommandLine& line,
                                                   std::vector<neuroglot::LanguageHitShare>& scores) {
  using namespace neuroglot;
  const std::vector<std::string> wanted = line.words("languages");
  for (const std::string& language : wanted)
    if (std::ranges::find(scores, language, &LanguageHitShare::language) == scores.end())
      throw usage_error("--languages ", language, ": the hits have no such language");
  const auto may_be = [&](const LanguageHitShare& of) {
    return wanted.empty() || std::ranges::find(wanted, of.language) != wanted.end();
  };
  std::stable_partition(scores.begin(), scores.end(), may_be);
  const auto most = static_cast<std::size_t>(counted(line, "top-languages", 0));
  std::vector<std::string> languages;
  for (const LanguageHitShare& of : scores)
    if (may_be(of) && (most == 0 || languages.size() < most)) languages.push_back(of.language);
  return languages;
}

inline FactNeuronInputs read_inputs(const CommandLine& line) {
  using namespace neuroglot;
  const std::filesystem::path folder = line.required_path("facts");
  FactNeuronInputs in;
  in.hits = read_hits(line.required_path("hits"));
  in.scores = languages_by_score(in.hits);
  in.languages = compared_languages(line, in.scores);
  in.facts = read_facts(folder, in.languages);
  in.skipped = in.facts.skipped;
  for (const std::string& language : in.languages)
    for (PredictedRelation& of : predicted_facts(*in.facts.find(language), *in.hits.find(language), in.skipped))
      in.predicted.push_back(std::move(of));
  if (in.predicted.empty())
    throw error(line.text("hits"), ": no fact of ", folder.string(),
                " is a hit by full match: are they of one data set?");
  return in;
}

/// Of all that prompts are made from.
inline std::string predicted_hash(const std::vector<neuroglot::PredictedRelation>& predicted) {
  using namespace neuroglot;
  ContentHash hash;
  for (const PredictedRelation& of : predicted)
    for (const PredictedFact& at : of.facts)
      for (const std::string& part : {of.language, of.relation->relation, of.relation->sentence_frame, at.fact->uuid,
                                      at.fact->sub_label, at.fact->obj_label, std::to_string(at.masks)})
        hash.add(in_quotes(part) + "\n");
  return hash.text();
}

}  // namespace ng

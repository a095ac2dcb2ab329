/// P@1 of a probe, by language, by relation and over all, each mean under its own name.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/analysis/proportion.hpp"
#include "neuroglot/experiment/bootstrap.hpp"
#include "neuroglot/experiment/facts/probe.hpp"

namespace neuroglot {

/// What counts as a hit.
struct Measure {
  std::string_view name;
  bool (*hit)(const Hit&);
};

inline constexpr std::array<Measure, 3> match_measures{{{"full", [](const Hit& hit) { return hit.full; }},
                                                        {"partial", [](const Hit& hit) { return hit.partial; }},
                                                        {"exact", [](const Hit& hit) { return hit.exact; }}}};
inline constexpr Measure ranked_measure{"ranked", [](const Hit& hit) { return hit.rank == 1; }};

/// Of one measure in one language.
struct LanguageP1 {
  Proportion micro;                 ///< hits / facts of the language (Zhao et al. 2024)
  ProportionInterval interval;      ///< of micro: Wilson
  double relation_mean = 0;         ///< mean over relations (Kassner et al. 2021)
  Interval relation_mean_interval;  ///< bootstrap over relations
};

struct RelationSummary {
  std::string relation;
  std::vector<Proportion> measures;
};

struct LanguageSummary {
  std::string language;
  Index facts = 0, prompts = 0, prompts_left_out = 0, objects_beyond_masks = 0, skipped = 0;
  std::vector<LanguageP1> measures;
  std::vector<RelationSummary> relations;
  std::array<Index, partial_pattern_names.size()> patterns{};
};

/// Of one measure over all languages that have facts.
struct OverallP1 {
  Proportion pooled;  ///< over all (language, fact) pairs: what the paper's table calls "Macro average"
  ProportionInterval interval;
  double macro = 0;         ///< the mean over languages
  Interval macro_interval;  ///< bootstrap over languages
};

struct ProbeSummary {
  std::vector<Measure> measures;
  std::vector<LanguageSummary> languages;
  std::vector<OverallP1> overall;  ///< a measure each
};

namespace detail {

inline Interval interval_of_mean(const std::vector<double>& values) {
  const Bootstrap bootstrap(values.size());
  return bootstrap.interval(bootstrap.means(values));
}

inline LanguageP1 language_p1(const std::vector<RelationSummary>& relations, std::size_t measure) {
  LanguageP1 p1;
  std::vector<double> by_relation;
  for (const RelationSummary& relation : relations) {
    p1.micro += relation.measures[measure];
    if (relation.measures[measure].of > 0) by_relation.push_back(relation.measures[measure].value());
  }
  p1.interval = wilson_interval(p1.micro);
  if (by_relation.empty()) return p1;
  p1.relation_mean = macro_mean(by_relation);
  p1.relation_mean_interval = interval_of_mean(by_relation);
  return p1;
}

inline LanguageSummary summarise_language(const ProbedLanguage& probed, const std::vector<Measure>& measures) {
  LanguageSummary summary;
  summary.language = probed.language;
  for (const RelationResult& result : probed.relations) {
    RelationSummary& relation = summary.relations.emplace_back();
    relation.relation = result.relation;
    for (const Measure& measure : measures) {
      Proportion& share = relation.measures.emplace_back();
      for (const ProbedFact& fact : result.facts) share += {measure.hit(fact.hit) ? 1 : 0, 1};
    }
    for (const ProbedFact& fact : result.facts)
      if (fact.pattern) ++summary.patterns[static_cast<std::size_t>(*fact.pattern)];
    summary.facts += static_cast<Index>(result.facts.size());
    summary.prompts += result.prompts;
    summary.prompts_left_out += result.prompts_left_out;
    summary.objects_beyond_masks += result.objects_beyond_masks;
    summary.skipped += static_cast<Index>(result.skipped.size());
  }
  for (std::size_t m = 0; m < measures.size(); ++m) summary.measures.push_back(language_p1(summary.relations, m));
  return summary;
}

}  // namespace detail

/// Throws Error where no fact could be asked.
inline ProbeSummary summarise(const ProbeResults& results, std::vector<Measure> measures) {
  ProbeSummary summary{std::move(measures), {}, {}};
  for (const ProbedLanguage& language : results)
    summary.languages.push_back(detail::summarise_language(language, summary.measures));
  for (std::size_t m = 0; m < summary.measures.size(); ++m) {
    OverallP1 overall;
    std::vector<double> by_language;
    for (const LanguageSummary& language : summary.languages) {
      overall.pooled += language.measures[m].micro;
      if (language.facts > 0) by_language.push_back(language.measures[m].micro.value());
    }
    if (by_language.empty()) throw error("no fact could be asked: every one of them was left out");
    overall.interval = wilson_interval(overall.pooled);
    overall.macro = macro_mean(by_language);
    overall.macro_interval = detail::interval_of_mean(by_language);
    summary.overall.push_back(overall);
  }
  return summary;
}

}  // namespace neuroglot

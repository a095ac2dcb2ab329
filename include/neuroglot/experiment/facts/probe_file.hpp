/// probe.json and the table of a probe: P@1 by language and relation, what was left out, where it comes from.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/experiment/facts/consistency.hpp"
#include "neuroglot/experiment/facts/probe_summary.hpp"
#include "neuroglot/experiment/facts/query.hpp"
#include "neuroglot/experiment/provenance.hpp"
#include "neuroglot/io/table.hpp"

namespace neuroglot {

/// The words that stand beside the numbers.
inline constexpr std::string_view probe_protocol_words =
    "full: the object's token ids are the top-1 tokens of the masks for some number of masks from 1 to the longest "
    "object of the relation in the language, the white-space token dropped from both; partial: each of its ids is "
    "among "
    "them; exact: as full, nothing dropped; ranked: the object is the best of its candidates; P@1 of a language: hits "
    "/ "
    "facts (micro) with Wilson's 95% interval, and the mean over its relations with a 95% bootstrap interval over "
    "relations; pooled: over all pairs of language and fact (the paper's \"Macro average\"); macro: mean over "
    "languages, with a 95% bootstrap interval over languages";

namespace detail {

inline Provenance proportion_json(const Proportion& share) {
  return {{"hits", share.hits}, {"of", share.of}, {"p1", share.value()}};
}

inline Provenance language_json(const LanguageSummary& of, const std::vector<Measure>& measures) {
  Provenance json{{"language", of.language}, {"facts", of.facts}};
  for (std::size_t m = 0; m < measures.size(); ++m) {
    const LanguageP1& p1 = of.measures[m];
    Provenance one = proportion_json(p1.micro);
    one["interval"] = {p1.interval.low, p1.interval.high};
    one["relation_mean"] = p1.relation_mean;
    one["relation_mean_interval"] = {p1.relation_mean_interval.low, p1.relation_mean_interval.high};
    json[std::string(measures[m].name)] = std::move(one);
  }
  for (std::size_t p = 0; p < partial_pattern_names.size(); ++p)
    json["partial_patterns"][std::string(partial_pattern_names[p])] = of.patterns[p];
  json["prompts"] = of.prompts;
  json["prompts_left_out"] = of.prompts_left_out;
  json["objects_beyond_masks"] = of.objects_beyond_masks;
  json["skipped"] = of.skipped;
  json["relations"] = Provenance::array();
  for (const RelationSummary& relation : of.relations) {
    Provenance one{{"relation", relation.relation}, {"facts", relation.measures.front().of}};
    for (std::size_t m = 0; m < measures.size(); ++m)
      one[std::string(measures[m].name)] = proportion_json(relation.measures[m]);
    json["relations"].push_back(std::move(one));
  }
  return json;
}

/// Up to so many of each pattern, in the order of the facts.
inline Provenance pattern_examples(const QuerySet& set, const ProbeResults& results, std::size_t most) {
  Provenance examples = Provenance::object();
  for (const std::string_view name : partial_pattern_names) examples[std::string(name)] = Provenance::array();
  for (std::size_t l = 0; l < results.size(); ++l)
    for (std::size_t r = 0; r < results[l].relations.size(); ++r)
      for (const ProbedFact& fact : results[l].relations[r].facts) {
        if (!fact.pattern) continue;
        Provenance& of = examples[std::string(partial_pattern_names[static_cast<std::size_t>(*fact.pattern)])];
        const Query& query = set.languages[l].relations[r].queries[fact.query];
        if (of.size() < most)
          of.push_back({{"language", results[l].language},
                        {"frame", query.frame},
                        {"subject", query.fact.sub_label},
                        {"object", query.fact.obj_label},
                        {"prediction", fact.hit.prediction}});
      }
  return examples;
}

inline Provenance skipped_json(const QuerySet& set, const ProbeResults& results) {
  Provenance all = Provenance::array();
  const auto add = [&](const SkippedFact& one) { all.push_back({{"place", one.place}, {"why", one.why}}); };
  for (const SkippedFact& one : set.skipped) add(one);
  for (const ProbedLanguage& language : results)
    for (const RelationResult& relation : language.relations)
      for (const SkippedFact& one : relation.skipped) add(one);
  return all;
}

}  // namespace detail

/// What ng-probe writes beside hits.jsonl.
inline Provenance probe_json(const ProbeSummary& summary, const QuerySet& set, const ProbeResults& results,
                             const std::optional<Consistency>& consistency, const Provenance& provenance) {
  Provenance file{{"measures", Provenance::array()}, {"languages", Provenance::array()}};
  for (const Measure& measure : summary.measures) file["measures"].push_back(measure.name);
  for (const LanguageSummary& language : summary.languages)
    file["languages"].push_back(detail::language_json(language, summary.measures));
  for (std::size_t m = 0; m < summary.measures.size(); ++m) {
    const OverallP1& of = summary.overall[m];
    Provenance pooled = detail::proportion_json(of.pooled);
    pooled["interval"] = {of.interval.low, of.interval.high};
    file["overall"][std::string(summary.measures[m].name)] = {
        {"pooled", std::move(pooled)},
        {"macro", {{"p1", of.macro}, {"interval", {of.macro_interval.low, of.macro_interval.high}}}}};
  }
  file["partial_examples"] = detail::pattern_examples(set, results, 3);
  if (consistency)
    file["consistency"] = {
        {"languages", consistency->languages}, {"rankc", consistency->rankc}, {"queries", consistency->queries}};
  file["candidates_added"] = set.candidates_added;
  file["candidates_ambiguous"] = set.candidates_ambiguous;
  file["skipped"] = detail::skipped_json(set, results);
  file["protocol"] = probe_protocol_words;
  file["provenance"] = provenance;
  return file;
}

/// A row a language, then "pooled" and "macro"; of each measure P@1 and its interval, of ranked the mean over relations
/// too (macro: of these).
inline Table probe_table(const ProbeSummary& summary) {
  std::vector<std::string> columns{"language", "facts"};
  for (const Measure& measure : summary.measures)
    for (const char* part : {"", "_low", "_high"}) columns.push_back(std::string(measure.name) + part);
  const bool ranked = summary.measures.back().name == ranked_measure.name;
  if (ranked) columns.emplace_back("ranked_relation_mean");
  Table table(columns);
  std::int64_t all = 0;
  std::vector<double> relation_means;
  for (const LanguageSummary& of : summary.languages) {
    std::vector<Cell> row{of.language, std::int64_t{of.facts}};
    for (const LanguageP1& p1 : of.measures)
      for (const double value : {p1.micro.value(), p1.interval.low, p1.interval.high}) row.emplace_back(value);
    if (ranked) row.emplace_back(of.measures.back().relation_mean);
    if (of.facts > 0) relation_means.push_back(of.measures.back().relation_mean);
    all += of.facts;
    table.add_row(std::move(row));
  }
  std::vector<Cell> pooled{std::string("pooled"), all}, macro{std::string("macro"), all};
  for (const OverallP1& of : summary.overall) {
    for (const double value : {of.pooled.value(), of.interval.low, of.interval.high}) pooled.emplace_back(value);
    for (const double value : {of.macro, of.macro_interval.low, of.macro_interval.high}) macro.emplace_back(value);
  }
  if (ranked) {
    pooled.emplace_back(std::string());
    macro.emplace_back(macro_mean(relation_means));
  }
  table.add_row(std::move(pooled));
  table.add_row(std::move(macro));
  return table;
}

/// A row a language and relation.
inline Table relation_table(const ProbeSummary& summary) {
  std::vector<std::string> columns{"language", "relation", "facts"};
  for (const Measure& measure : summary.measures)
    for (const char* part : {"", "_low", "_high"}) columns.push_back(std::string(measure.name) + part);
  Table table(columns);
  for (const LanguageSummary& of : summary.languages)
    for (const RelationSummary& relation : of.relations) {
      std::vector<Cell> row{of.language, relation.relation, std::int64_t{relation.measures.front().of}};
      for (const Proportion& share : relation.measures) {
        const ProportionInterval interval = wilson_interval(share);
        for (const double value : {share.value(), interval.low, interval.high}) row.emplace_back(value);
      }
      table.add_row(std::move(row));
    }
  return table;
}

}  // namespace neuroglot

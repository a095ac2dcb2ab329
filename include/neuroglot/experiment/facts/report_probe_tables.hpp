/// The numbers behind the figures of a probe, each mean under its own name. (Zhao et al. 2024, Fig. 10)
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/experiment/facts/report_probe.hpp"
#include "neuroglot/experiment/report_html.hpp"
#include "neuroglot/experiment/report_words.hpp"
#include "neuroglot/io/table.hpp"

namespace neuroglot::report {

inline bool has_patterns(const ProbeSection& probe) {
  return std::ranges::any_of(probe.languages, [](const ProbedScores& of) {
    return std::ranges::any_of(of.patterns, [](Index count) { return count > 0; });
  });
}

namespace detail {

/// In percent, its interval below.
inline HtmlCell share_cell(const MeasuredShare& of) {
  return fixed(100 * of.value, 2) + "<small>[" + fixed(100 * of.low, 1) + ",&nbsp;" + fixed(100 * of.high, 1) +
         "]</small>";
}

inline std::vector<HtmlCell> share_row(std::string name, Index facts, const std::vector<MeasuredShare>& shares) {
  std::vector<HtmlCell> row = {std::move(name), grouped(facts)};
  for (const MeasuredShare& share : shares) row.emplace_back(share_cell(share));
  return row;
}

inline HtmlTable probe_html_table(const ProbeSection& probe, std::string caption,
                                  std::vector<MeasuredShare> ProbedScores::*shares) {
  HtmlTable table{std::move(caption), {"language", "facts"}, {}};
  for (const std::string& measure : probe.measures) table.head.push_back(html(measure));
  for (const ProbedScores& of : probe.languages)
    table.rows.push_back(share_row(html(language_name(of.language)), of.facts, of.*shares));
  return table;
}

}  // namespace detail

/// P@1 of each language, then both means over languages.
inline HtmlTable p1_html_table(const ProbeSection& probe) {
  HtmlTable table = detail::probe_html_table(
      probe, "<b>P@1, %</b>: hits / facts of each language (micro) [Wilson's 95% interval]", &ProbedScores::p1);
  table.rows.push_back(
      detail::share_row("<b>pooled</b> over all facts of all languages (what the paper's table calls "
                        "\u201cMacro average\u201d)",
                        probe.facts, probe.pooled));
  table.rows.push_back(
      detail::share_row("<b>true macro</b>: mean over languages [bootstrap over languages]", probe.facts, probe.macro));
  return table;
}

inline HtmlTable relation_mean_html_table(const ProbeSection& probe) {
  return detail::probe_html_table(
      probe,
      "<b>P@1, %, mean over relations</b>: each relation weighs the same [95% bootstrap interval over relations]",
      &ProbedScores::relation_mean);
}

inline HtmlTable partial_examples_html_table(const ProbeSection& probe) {
  HtmlTable table{"<b>What partial match alone finds</b>: the first of each pattern",
                  {"pattern", "language", "asked", "object", "predicted"},
                  {}};
  for (const PartialExample& of : probe.examples) {
    std::string asked = of.frame;
    if (const std::size_t at = asked.find("[X]"); at != std::string::npos) asked.replace(at, 3, of.subject);
    table.rows.push_back({html(of.pattern), html(of.language), html(asked), html(of.object), html(of.prediction)});
  }
  return table;
}

/// A row a model, language and measure, then "pooled" and "macro".
inline Table probe_rows(const std::vector<ProbeSection>& probes) {
  Table table({"model", "language", "facts", "measure", "p1", "p1_low", "p1_high", "relation_mean", "relation_mean_low",
               "relation_mean_high"});
  for (const ProbeSection& probe : probes)
    for (std::size_t m = 0; m < probe.measures.size(); ++m) {
      for (const ProbedScores& of : probe.languages)
        table.add(probe.label, of.language, of.facts, probe.measures[m], of.p1[m].value, of.p1[m].low, of.p1[m].high,
                  of.relation_mean[m].value, of.relation_mean[m].low, of.relation_mean[m].high);
      const auto add = [&](const char* name, const MeasuredShare& of) {
        const Cell none = std::string();
        table.add_row({probe.label, std::string(name), std::int64_t{probe.facts}, probe.measures[m], of.value, of.low,
                       of.high, none, none, none});
      };
      add("pooled", probe.pooled[m]);
      add("macro", probe.macro[m]);
    }
  return table;
}

/// A row a model, language and pattern.
inline Table partial_pattern_rows(const std::vector<ProbeSection>& probes) {
  Table table({"model", "language", "pattern", "facts_found_by_partial_alone", "facts"});
  for (const ProbeSection& probe : probes)
    for (const ProbedScores& of : probe.languages)
      for (std::size_t p = 0; p < probe.patterns.size(); ++p)
        table.add(probe.label, of.language, probe.patterns[p], of.patterns[p], of.facts);
  return table;
}

}  // namespace neuroglot::report

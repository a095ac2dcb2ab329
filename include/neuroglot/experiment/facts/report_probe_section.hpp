/// The section of a report on which facts a model predicts. (Zhao et al. 2024, Figs. 9 to 11)
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "neuroglot/experiment/facts/report_probe.hpp"
#include "neuroglot/experiment/facts/report_probe_figures.hpp"
#include "neuroglot/experiment/facts/report_probe_tables.hpp"
#include "neuroglot/experiment/report_html.hpp"
#include "neuroglot/experiment/report_protocol.hpp"
#include "neuroglot/experiment/report_words.hpp"

namespace neuroglot::report {

inline std::string probe_distribution_caption(const std::vector<ProbeSection>& probes) {
  std::string caption =
      "P@1 over the languages: a point is a language, the box holds the middle half of them, the line is the median; "
      "the "
      "best and the worst language are named.";
  for (const ProbeSection& probe : probes)
    for (std::size_t m = 0; m < probe.measures.size(); ++m) {
      std::vector<double> values = detail::p1_over_languages(probe, m);
      std::ranges::sort(values);
      caption += (m == 0 ? " " + (probes.size() > 1 ? probe.label + ": " : std::string("Medians: ")) : ", ") +
                 probe.measures[m] + " " + fixed(quantile(values, 0.5), 1) + "%" +
                 (m + 1 == probe.measures.size() ? "." : "");
    }
  return caption;
}

inline std::string probe_languages_caption(const ProbeSection& probe) {
  const ProbedScores &best = probe.languages.front(), &worst = probe.languages.back();
  std::string caption = text_of("P@1 (hits / facts) of each language with Wilson's 95% interval, ordered by ",
                                probe.measures[0], " match, over ", grouped(probe.facts), " facts in ",
                                counted(static_cast<std::int64_t>(probe.languages.size()), "language"), ".");
  if (probe.languages.size() > 1)
    caption += text_of(" Highest: ", language_name(best.language), " (", fixed(100 * best.p1[0].value, 1),
                       "%); lowest: ", language_name(worst.language), " (", fixed(100 * worst.p1[0].value, 1), "%).");
  const std::vector<std::size_t> drawn = detail::distinct_measures(probe);
  for (std::size_t m = 0; m < probe.measures.size(); ++m)
    if (std::ranges::find(drawn, m) == drawn.end())
      caption += " " + probe.measures[m] + " is not drawn: it equals another in every language.";
  if (probe.skipped > 0) caption += " " + counted(probe.skipped, "fact or relation") + " left out.";
  return caption;
}

inline std::string partial_patterns_caption(const ProbeSection& probe) {
  std::vector<std::string> parts;
  for (std::size_t p = 0; p < probe.patterns.size(); ++p) {
    Index count = 0;
    for (const ProbedScores& of : probe.languages) count += of.patterns[p];
    parts.push_back(probe.patterns[p] + " " + grouped(count));
  }
  return "What partial match finds and full match misses, by what stands beside the object in the prediction: " +
         listed(parts) +
         " facts. The paper grouped by hand; here the first rule that holds decides: nothing but punctuation "
         "(whitespace), function words alone (preposition), other words behind the object (related noun), before it "
         "alone (adjective), the object's tokens not in a row (scattered).";
}

namespace detail {

/// Of one model; `suffix` keeps the files of several apart.
template <class Add>
std::string one_probe_html(const ProbeSection& probe, const std::string& suffix, Add add) {
  std::string out = add(probe_languages_figure(probe, "probe_languages" + suffix), probe_languages_caption(probe)) +
                    to_html(p1_html_table(probe)) + to_html(relation_mean_html_table(probe));
  if (has_patterns(probe)) {
    out += add(partial_patterns_figure(probe, "partial_patterns" + suffix), partial_patterns_caption(probe));
    out += to_html(partial_examples_html_table(probe));
  }
  if (probe.consistency && probe.consistency->languages.size() > 1)
    out += add(rank_consistency_figure(probe, "rank_consistency" + suffix),
               "RankC: how far two languages put the candidates of the same facts in the same order, 1 where they "
               "agree; languages by P@1. (Qi et al. 2023)");
  return out +
         element("p", "<q>" + html(probe.protocol) + "</q> (" + html(probe.file.filename().string()) + ")", "small") +
         provenance_details(probe.file.filename().string(), probe.provenance);
}

}  // namespace detail

/// add(figure, caption) draws and numbers a figure and gives its HTML.
template <class Add>
std::string probe_html(const std::vector<ProbeSection>& probes, Add add) {
  std::string out = add(probe_distribution_figure(probes), probe_distribution_caption(probes));
  for (std::size_t i = 0; i < probes.size(); ++i) {
    if (probes.size() > 1) out += element("h3", html(probes[i].label));
    out += detail::one_probe_html(probes[i], i == 0 ? "" : "_" + std::to_string(i + 1), add);
  }
  return out;
}

}  // namespace neuroglot::report

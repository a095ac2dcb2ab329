/// The section of a report on what is answered with neurons off and on. (Tang et al. 2024, Tables 2, 5 and 6)
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/experiment/judging/report_judgement.hpp"
#include "neuroglot/experiment/judging/report_judgement_figure.hpp"
#include "neuroglot/experiment/judging/report_judgement_tables.hpp"
#include "neuroglot/experiment/report_html.hpp"
#include "neuroglot/experiment/report_protocol.hpp"
#include "neuroglot/experiment/report_words.hpp"

namespace neuroglot::report {

namespace detail {

/// Mean over the languages that have a cell in this condition and in `normal`, and how many there are.
inline std::pair<double, std::size_t> mean_accuracy(const Judgement& found, const AccuracySeries& series,
                                                    const AccuracySeries& among) {
  double sum = 0;
  std::size_t languages = 0;
  for (const std::string& language : found.languages)
    if (const JudgementCell* const cell = own_cell(found, series, language); cell && own_cell(found, among, language)) {
      sum += cell->accuracy.mean;
      ++languages;
    }
  return {languages > 0 ? sum / static_cast<double>(languages) : 0, languages};
}

}  // namespace detail

/// What is to be seen in the figure (plain text).
inline std::string accuracy_caption(const Judgement& found) {
  const auto& [normal, off, on] = detail::accuracy_series;
  Index answers = 0;
  for (const JudgementCell& cell : found.cells) answers += cell.answers;
  std::string words = "Share of answers that are in the language they are to be in, of " +
                      counted(static_cast<std::int64_t>(answers), "answer") +
                      " in all; lines: 95% intervals; no bar: none is. ";
  for (const auto& [series, what] :
       {std::pair(off, "With a language's own neurons off"), std::pair(on, "With its neurons steered")}) {
    const auto [changed, languages] = detail::mean_accuracy(found, series, normal);
    if (languages == 0) continue;
    words += std::string(what) + " it goes from " + fixed(detail::mean_accuracy(found, normal, series).first, 2) +
             " to " + fixed(changed, 2) + ", mean over " + counted(static_cast<std::int64_t>(languages), "language") +
             ". ";
  }
  return words + (found.is_judged ? "" : "The quality of what they say was not judged.");
}

/// add(figure, caption) draws and numbers a figure and gives its HTML.
template <class Add>
std::string judgement_html(const Judgement& found, Add add) {
  return add(accuracy_figure(found), accuracy_caption(found)) + steered_table(found) + off_tables(found) +
         cross_table(found) + to_html(verdict_table(found)) +
         element("p", "<q>" + html(found.protocol) + "</q> (judgement.json)", "small") +
         detail::provenance_details("judgement.json", found.provenance);
}

}  // namespace neuroglot::report

/// Answers with neurons off and on as tables of a page. (Tang et al. 2024, Tables 2, 5 and 6)
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/experiment/judging/report_judgement.hpp"
#include "neuroglot/experiment/report_html.hpp"
#include "neuroglot/experiment/report_words.hpp"

namespace neuroglot::report {

namespace detail {

/// A number that tables show: which, how it is called, with how many digits.
struct JudgementMeasure {
  std::string_view name;
  std::optional<Estimate> (*of)(const JudgementCell&);
};

inline constexpr JudgementMeasure accuracy_measure = {
    "language accuracy", [](const JudgementCell& cell) { return std::optional(cell.accuracy); }};
inline constexpr JudgementMeasure quality_measure = {"content quality (1 to 10)",
                                                     [](const JudgementCell& cell) { return cell.quality; }};
inline constexpr JudgementMeasure perplexity_measure = {"perplexity of the answers",
                                                        [](const JudgementCell& cell) { return cell.perplexity; }};

/// Those that the file has.
inline std::vector<JudgementMeasure> measures_of(const Judgement& found) {
  std::vector<JudgementMeasure> all;
  for (const JudgementMeasure& measure : {accuracy_measure, quality_measure, perplexity_measure})
    if (std::any_of(found.cells.begin(), found.cells.end(), [&](const auto& cell) { return measure.of(cell); }))
      all.push_back(measure);
  return all;
}

inline std::string estimate_html(const std::optional<Estimate>& of) {
  if (!of) return "\u2013";
  if (!of->interval) return rounded(of->mean);
  return rounded(of->mean) + "<small>" + rounded(of->interval->low) + " to " + rounded(of->interval->high) + "</small>";
}

inline std::vector<HtmlCell> measure_row(const Judgement& found, std::string head, const JudgementMeasure& measure,
                                         const std::string& condition, const std::string& off) {
  std::vector<HtmlCell> row = {std::move(head)};
  for (const std::string& language : found.languages) {
    const JudgementCell* const cell = found.find(condition, language, off);
    row.emplace_back(cell ? estimate_html(measure.of(*cell)) : "", language == off);
  }
  return row;
}

inline std::vector<std::string> language_head(const Judgement& found, std::string first) {
  std::vector<std::string> head = {std::move(first)};
  for (const std::string& language : found.languages) head.push_back(html(language));
  return head;
}

}  // namespace detail

/// Table 2: nothing off, random neurons off, each language's off, in rows; asked in the languages of the columns. One
/// table a measure.
inline std::string off_tables(const Judgement& found) {
  std::vector<std::string> off;
  for (const JudgementCell* const cell : found.all("off"))
    if (std::find(off.begin(), off.end(), cell->asked.off) == off.end()) off.push_back(cell->asked.off);
  if (off.empty()) return "";
  std::string out;
  for (const detail::JudgementMeasure& measure : detail::measures_of(found)) {
    HtmlTable table{
        "<b>Table 2</b>: " + std::string(measure.name) + " with the neurons of a language off, mean and 95% interval",
        detail::language_head(found, "off"),
        {}};
    for (const char* const condition : {"normal", "random"})
      if (!found.all(condition).empty())
        table.rows.push_back(detail::measure_row(found, condition == std::string_view("normal") ? "none" : "random",
                                                 measure, condition, ""));
    for (const std::string& language : off)
      table.rows.push_back(detail::measure_row(found, html(language), measure, "off", language));
    out += to_html(table);
  }
  return out;
}

/// Table 5: each measure with neurons as they are and steered.
inline std::string steered_table(const Judgement& found) {
  if (found.all("on").empty()) return "";
  HtmlTable table{"<b>Table 5</b>: answers with the target language's neurons steered, mean and 95% interval",
                  detail::language_head(found, ""),
                  {}};
  for (const detail::JudgementMeasure& measure : detail::measures_of(found))
    for (const auto& [condition, words] : {std::pair("normal", "normal"), std::pair("on", "steered")})
      if (!found.all(condition).empty())
        table.rows.push_back(
            detail::measure_row(found, std::string(measure.name) + ", " + words, measure, condition, ""));
  return to_html(table);
}

/// Table 6: asked in one language, steered to another.
inline std::string cross_table(const Judgement& found) {
  const std::vector<const JudgementCell*> cross = found.all("cross");
  if (cross.empty()) return "";
  HtmlTable table{"<b>Table 6</b>: asked in one language with its neurons off and another's steered",
                  {"asked in, steered to", "answers in the target language", "change against normal"},
                  {}};
  const std::vector<detail::JudgementMeasure> measures = detail::measures_of(found);
  for (std::size_t i = 1; i < measures.size(); ++i) table.head.emplace_back(measures[i].name);
  for (const JudgementCell* const cell : cross) {
    std::vector<HtmlCell> row = {html(cell->asked.question_language + " to " + cell->asked.target_language),
                                 detail::estimate_html(cell->accuracy), detail::estimate_html(cell->accuracy_change)};
    for (std::size_t i = 1; i < measures.size(); ++i) row.emplace_back(detail::estimate_html(measures[i].of(*cell)));
    table.rows.push_back(std::move(row));
  }
  return to_html(table);
}

/// Answers that are in no language that could be told, by condition.
inline HtmlTable verdict_table(const Judgement& found) {
  HtmlTable table{
      "<b>What answers were found to be</b>, all languages that were asked in", {"condition", "answers"}, {}};
  for (const std::string_view verdict : verdict_names) table.head.emplace_back(verdict);
  table.head.emplace_back("without a score");
  for (const char* const condition : {"normal", "random", "off", "on", "cross"}) {
    Index answers = 0, unscored = 0;
    std::array<Index, verdict_names.size()> verdicts{};
    for (const JudgementCell* const cell : found.all(condition)) {
      answers += cell->answers;
      unscored += cell->unscored;
      for (std::size_t i = 0; i < verdicts.size(); ++i) verdicts[i] += cell->verdicts[i];
    }
    if (answers == 0) continue;
    std::vector<HtmlCell> row = {condition, grouped(answers)};
    for (const Index count : verdicts) row.emplace_back(grouped(count));
    row.emplace_back(found.is_judged ? grouped(unscored) : "");
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace neuroglot::report

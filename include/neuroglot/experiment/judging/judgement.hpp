/// What answers are worth, condition by condition and language by language: the cells of Tables 2, 5 and 6 of Tang et
/// al. 2024, with intervals.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/experiment/bootstrap.hpp"
#include "neuroglot/experiment/judging/judge.hpp"
#include "neuroglot/experiment/judging/language_reading.hpp"

namespace neuroglot {

/// What is known of one answer.
struct JudgedAnswer {
  IdentifiedLanguage identified;
  std::optional<Score> score;  ///< where there is a judge
  std::optional<double> nll;   ///< nats a token, where there is a model
};

/// A mean over answers; no interval where there are fewer than two.
struct Estimate {
  Index answers = 0;
  double mean = 0;
  std::optional<Interval> interval;
};

/// One condition asked in one language. Changes are against `normal` asked in the same language: over the questions
/// that have the number in both, whose differences are resampled.
struct JudgementCell {
  Answer asked;  ///< the condition, languages; nothing of a single question
  std::array<Index, verdict_names.size()> verdicts{};
  Index answers = 0;
  Estimate accuracy;  ///< share of all answers that are identified as the target language
  std::optional<Estimate> quality;
  Index unscored = 0;                  ///< answers whose judge gave no usable score
  std::optional<Estimate> perplexity;  ///< exp of the mean over answers of their mean nats a token
  std::optional<Estimate> accuracy_change, quality_change;
  std::optional<Estimate> perplexity_change;  ///< as a factor
};

namespace detail {

/// By question number.
using ByQuestion = std::map<Index, double>;

inline std::optional<Estimate> estimate(std::span<const double> values, const BootstrapOptions& options) {
  if (values.empty()) return std::nullopt;
  Estimate made{static_cast<Index>(values.size()), 0, std::nullopt};
  for (const double value : values) made.mean += value / static_cast<double>(values.size());
  if (values.size() < 2) return made;
  const Bootstrap bootstrap(values.size(), options);
  made.interval = bootstrap.interval(bootstrap.means(values));
  return made;
}

inline std::optional<Estimate> estimate(const ByQuestion& values, const BootstrapOptions& options) {
  std::vector<double> all;
  for (const auto& [number, value] : values) all.push_back(value);
  return estimate(std::span<const double>(all), options);
}

inline std::optional<Estimate> change(const ByQuestion& values, const ByQuestion& before,
                                      const BootstrapOptions& options) {
  std::vector<double> differences;
  for (const auto& [number, value] : values)
    if (const auto found = before.find(number); found != before.end()) differences.push_back(value - found->second);
  return estimate(std::span<const double>(differences), options);
}

inline std::optional<Estimate> exponential(std::optional<Estimate> of) {
  if (!of) return of;
  of->mean = std::exp(of->mean);
  if (of->interval) of->interval = Interval{std::exp(of->interval->low), std::exp(of->interval->high)};
  return of;
}

/// The numbers of one cell's answers.
struct CellValues {
  ByQuestion accuracy, quality, nll;
};

/// Accuracy against `target`, which need not be that of the answers.
inline CellValues values_of(std::span<const Answer> answers, std::span<const JudgedAnswer> judged,
                            std::span<const std::size_t> of_cell, const std::string& target) {
  CellValues values;
  for (const std::size_t i : of_cell) {
    const Index number = answers[i].number;
    values.accuracy[number] = judged[i].identified.language == folded_language(target) ? 1 : 0;
    if (judged[i].score && judged[i].score->value) values.quality[number] = *judged[i].score->value;
    if (judged[i].nll) values.nll[number] = *judged[i].nll;
  }
  return values;
}

/// Answers of one condition and question language, in the order in which they come first.
inline std::vector<std::vector<std::size_t>> cells_of(std::span<const Answer> answers) {
  std::map<std::array<std::string, 4>, std::size_t> known;
  std::vector<std::vector<std::size_t>> cells;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const Answer& a = answers[i];
    const auto [cell, is_new] = known.try_emplace({a.condition, a.off, a.on, a.question_language}, cells.size());
    if (is_new) cells.emplace_back();
    cells[cell->second].push_back(i);
  }
  return cells;
}

inline void add_changes(JudgementCell& cell, const CellValues& values, const CellValues& before,
                        const BootstrapOptions& options) {
  cell.accuracy_change = change(values.accuracy, before.accuracy, options);
  cell.quality_change = change(values.quality, before.quality, options);
  cell.perplexity_change = exponential(change(values.nll, before.nll, options));
}

}  // namespace detail

/// judged[i] belongs to answers[i].
inline std::vector<JudgementCell> judgement(std::span<const Answer> answers, std::span<const JudgedAnswer> judged,
                                            const BootstrapOptions& options = {}) {
  const std::vector<std::vector<std::size_t>> groups = detail::cells_of(answers);
  std::vector<JudgementCell> cells;
  for (const std::vector<std::size_t>& group : groups) {
    JudgementCell cell;
    const Answer& first = answers[group.front()];
    cell.asked.condition = first.condition;
    cell.asked.off = first.off;
    cell.asked.on = first.on;
    cell.asked.question_language = first.question_language;
    cell.asked.target_language = first.target_language;
    cell.answers = static_cast<Index>(group.size());
    for (const std::size_t i : group) {
      ++cell.verdicts[static_cast<std::size_t>(judged[i].identified.verdict)];
      cell.unscored += judged[i].score && !judged[i].score->value ? 1 : 0;
    }
    const auto values = detail::values_of(answers, judged, group, first.target_language);
    cell.accuracy = *detail::estimate(values.accuracy, options);
    cell.quality = detail::estimate(values.quality, options);
    cell.perplexity = detail::exponential(detail::estimate(values.nll, options));
    for (const std::vector<std::size_t>& other : groups) {
      const Answer& normal = answers[other.front()];
      if (first.condition != "normal" && normal.condition == "normal" &&
          normal.question_language == first.question_language)
        detail::add_changes(cell, values, detail::values_of(answers, judged, other, first.target_language), options);
    }
    cells.push_back(std::move(cell));
  }
  return cells;
}

}  // namespace neuroglot

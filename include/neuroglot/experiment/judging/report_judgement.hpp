/// judgement.json as a report reads it: answers with neurons as they are, off and on.
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/judging/judgement.hpp"
#include "neuroglot/experiment/report_json.hpp"

namespace neuroglot::report {

struct Judgement {
  std::vector<JudgementCell> cells;
  std::vector<std::string> languages;  ///< that were asked in, in the order of the file
  bool is_judged = false;
  std::string protocol;
  Json provenance;

  /// The cell of a condition in a language; for `off`, with the neurons of that language.
  const JudgementCell* find(const std::string& condition, const std::string& asked_in,
                            const std::string& off = "") const {
    const auto is_it = [&](const JudgementCell& cell) {
      return cell.asked.condition == condition && cell.asked.question_language == asked_in &&
             (off.empty() || cell.asked.off == off);
    };
    const auto found = std::find_if(cells.begin(), cells.end(), is_it);
    return found == cells.end() ? nullptr : &*found;
  }
  std::vector<const JudgementCell*> all(const std::string& condition) const {
    std::vector<const JudgementCell*> found;
    for (const JudgementCell& cell : cells)
      if (cell.asked.condition == condition) found.push_back(&cell);
    return found;
  }
};

namespace detail {

inline Estimate estimate_of(const Field& field) {
  Estimate made{whole_number(member(field, "answers")), number(member(field, "mean")), std::nullopt};
  if (has(field, "interval")) {
    const Field ends = member(field, "interval");
    array(ends, 2, "end");
    made.interval = Interval{number(element(ends, 0)), number(element(ends, 1))};
  }
  return made;
}

inline std::optional<Estimate> optional_estimate(const Field& cell, const std::string& key) {
  return has(cell, key) ? std::optional(estimate_of(member(cell, key))) : std::nullopt;
}

inline JudgementCell judgement_cell(const Field& field) {
  JudgementCell cell;
  cell.asked.condition = text(member(field, "condition"));
  cell.asked.off = text(member(field, "off"));
  cell.asked.on = text(member(field, "on"));
  cell.asked.question_language = text(member(field, "question_language"));
  cell.asked.target_language = text(member(field, "target_language"));
  cell.answers = whole_number(member(field, "answers"));
  for (std::size_t i = 0; i < verdict_names.size(); ++i)
    cell.verdicts[i] = whole_number(member(field, std::string(verdict_names[i])));
  cell.accuracy = estimate_of(member(field, "accuracy"));
  if (cell.accuracy.mean < 0 || cell.accuracy.mean > 1) throw member(field, "accuracy").is_not("a share");
  cell.quality = optional_estimate(field, "quality");
  if (has(field, "unscored")) cell.unscored = whole_number(member(field, "unscored"));
  cell.perplexity = optional_estimate(field, "perplexity");
  cell.accuracy_change = optional_estimate(field, "accuracy_change");
  cell.quality_change = optional_estimate(field, "quality_change");
  cell.perplexity_change = optional_estimate(field, "perplexity_factor");
  return cell;
}

}  // namespace detail

/// Throws Error naming the file and the field that is missing or can not be meant.
inline Judgement read_judgement(const std::filesystem::path& path) {
  const Json file = read_ordered(path);
  const Field all{file, path.string()};
  Judgement found;
  const Field cells = member(all, "cells");
  if (!cells.value.is_array() || cells.value.empty()) throw cells.is_not("an array of cells");
  for (std::size_t i = 0; i < cells.value.size(); ++i) {
    found.cells.push_back(detail::judgement_cell(element(cells, i)));
    const std::string& language = found.cells.back().asked.question_language;
    if (std::find(found.languages.begin(), found.languages.end(), language) == found.languages.end())
      found.languages.push_back(language);
  }
  const Field judged = member(all, "quality_judged");
  if (!judged.value.is_boolean()) throw judged.is_not("true or false");
  found.is_judged = judged.value.get<bool>();
  found.protocol = text(member(all, "protocol"));
  found.provenance = optional_object(all, "provenance");
  return found;
}

}  // namespace neuroglot::report

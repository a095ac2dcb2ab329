/// judgement.json, and its cells as a table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/judging/judgement.hpp"
#include "neuroglot/experiment/provenance.hpp"
#include "neuroglot/io/table.hpp"

namespace neuroglot {

/// The words that stand beside the numbers.
inline std::string judgement_protocol(const ReadingOptions& reading, bool is_judged,
                                      const std::optional<std::string>& perplexity) {
  std::string words =
      "language accuracy: share of all answers that are identified as the target language; an answer's language: ";
  words += reading.share > 0
               ? text_of("that with at least ", reading.share, " of the letters, mixed where there is none")
               : std::string("the identifier's summary");
  words += reading.accepts_unreliable ? ", also where the identifier calls it unreliable"
                                      : "; what the identifier calls unreliable is counted apart and as not the target";
  words +=
      "; scripts and regions of a language are one; intervals: 95%, percentile bootstrap over questions; changes: "
      "against normal, question by question; ";
  words += is_judged ? "quality: mean of the judge's scores from 1 to 10, an empty answer has 1 without asking"
                     : "quality was not judged";
  if (perplexity) words += "; perplexity: exp of the mean over answers of the mean loss of " + *perplexity;
  return words;
}

namespace detail {

inline Provenance estimate_json(const Estimate& of) {
  Provenance made = {{"answers", of.answers}, {"mean", of.mean}};
  if (of.interval) made["interval"] = {of.interval->low, of.interval->high};
  return made;
}

inline Provenance cell_json(const JudgementCell& cell) {
  Provenance made = {{"condition", cell.asked.condition},
                     {"off", cell.asked.off},
                     {"on", cell.asked.on},
                     {"question_language", cell.asked.question_language},
                     {"target_language", cell.asked.target_language},
                     {"answers", cell.answers}};
  for (std::size_t i = 0; i < verdict_names.size(); ++i) made[std::string(verdict_names[i])] = cell.verdicts[i];
  made["accuracy"] = estimate_json(cell.accuracy);
  const auto add = [&](const char* key, const std::optional<Estimate>& of) {
    if (of) made[key] = estimate_json(*of);
  };
  add("quality", cell.quality);
  if (cell.quality || cell.unscored > 0) made["unscored"] = cell.unscored;
  add("perplexity", cell.perplexity);
  add("accuracy_change", cell.accuracy_change);
  add("quality_change", cell.quality_change);
  add("perplexity_factor", cell.perplexity_change);
  return made;
}

}  // namespace detail

/// A line an answer: what it was found to be.
inline Provenance judged_answer_json(const Answer& answer, const JudgedAnswer& judged) {
  Provenance made = {{"condition", answer.condition},
                     {"off", answer.off},
                     {"on", answer.on},
                     {"question_language", answer.question_language},
                     {"number", answer.number},
                     {"language", judged.identified.language},
                     {"verdict", name(judged.identified.verdict)}};
  if (judged.score && judged.score->value) made["score"] = *judged.score->value;
  if (judged.score && !judged.score->value) made["unscored"] = judged.score->trouble;
  if (judged.nll) made["nll"] = *judged.nll;
  return made;
}

/// What ng-judge writes.
inline Provenance judgement_json(std::span<const JudgementCell> cells, std::span<const Answer> answers,
                                 std::span<const JudgedAnswer> judged, bool is_judged, const std::string& protocol,
                                 const Provenance& provenance) {
  Provenance file = {{"cells", Provenance::array()}, {"quality_judged", is_judged}, {"protocol", protocol}};
  for (const JudgementCell& cell : cells) file["cells"].push_back(detail::cell_json(cell));
  file["answers"] = Provenance::array();
  for (std::size_t i = 0; i < answers.size(); ++i) file["answers"].push_back(judged_answer_json(answers[i], judged[i]));
  file["provenance"] = provenance;
  return file;
}

/// A row a cell, every digit; cells without a number are empty.
inline Table judgement_table(std::span<const JudgementCell> cells) {
  std::vector<std::string> columns = {"condition", "off", "on", "asked_in", "target", "answers"};
  for (const std::string_view verdict : verdict_names) columns.emplace_back("n_" + std::string(verdict));
  for (const char* const measure :
       {"accuracy", "accuracy_change", "quality", "quality_change", "perplexity", "perplexity_factor"})
    for (const char* const end : {"", "_low", "_high"}) columns.emplace_back(std::string(measure) + end);
  columns.emplace_back("unscored");
  Table table(columns);
  for (const JudgementCell& cell : cells) {
    const Answer& asked = cell.asked;
    std::vector<Cell> row = {
        asked.condition,           asked.off, asked.on, asked.question_language, asked.target_language,
        std::int64_t{cell.answers}};
    for (const Index count : cell.verdicts) row.emplace_back(std::int64_t{count});
    for (const std::optional<Estimate>& of : {std::optional(cell.accuracy), cell.accuracy_change, cell.quality,
                                              cell.quality_change, cell.perplexity, cell.perplexity_change}) {
      row.emplace_back(of ? Cell(of->mean) : Cell(std::string()));
      row.emplace_back(of && of->interval ? Cell(of->interval->low) : Cell(std::string()));
      row.emplace_back(of && of->interval ? Cell(of->interval->high) : Cell(std::string()));
    }
    row.emplace_back(std::int64_t{cell.unscored});
    table.add_row(std::move(row));
  }
  return table;
}

}  // namespace neuroglot

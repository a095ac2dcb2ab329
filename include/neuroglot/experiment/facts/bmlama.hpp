/// BMLAMA-53: LANG.tsv with Prompt, Ans, Candidate Ans, Subject; row n is the same query in every language. (Qi et al.
/// 2023)
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/facts/query.hpp"
#include "neuroglot/io/line_reader.hpp"

namespace neuroglot {

namespace detail {

/// The parts between separators; at least one.
inline std::vector<std::string> parts_between(std::string_view text, std::string_view separator) {
  std::vector<std::string> parts;
  for (std::size_t at = 0;; at += separator.size()) {
    const std::size_t end = text.find(separator, at);
    parts.emplace_back(text.substr(at, end - at));
    if (end == std::string_view::npos) return parts;
    at = end;
  }
}

struct BmlamaRow {
  std::string place;
  std::string prompt, answer, candidates, subject;
};

inline std::vector<BmlamaRow> read_bmlama_rows(const std::filesystem::path& file) {
  LineReader lines(file);
  std::string line;
  if (!lines.next(line) || line != "Prompt\tAns\tCandidate Ans\tSubject")
    throw error(file.string(), ":1: the header \"Prompt, Ans, Candidate Ans, Subject\" with tabs expected: BMLAMA's?");
  std::vector<BmlamaRow> rows;
  while (lines.next(line)) {
    const std::vector<std::string> cells = parts_between(line, "\t");
    if (cells.size() != 4) throw error(lines.place(), ": ", cells.size(), " columns, 4 expected");
    rows.push_back({lines.place(), cells[0], cells[1], cells[2], cells[3]});
  }
  return rows;
}

}  // namespace detail

/// "Venice, Rome" -> its labels. The separator may stand inside a label ("Washington, D.C."). Rule: from left to right
/// the longest run of parts that is an answer somewhere in the file is one label; a part that begins no such run stands
/// for itself. `ambiguous` where a run of several parts was taken although all of them are answers too.
inline std::vector<std::string> split_candidates(std::string_view text, const std::set<std::string>& answers,
                                                 bool& ambiguous) {
  const std::vector<std::string> parts = detail::parts_between(text, ", ");
  std::vector<std::string> labels;
  for (std::size_t first = 0; first < parts.size();) {
    std::size_t length = 1, best = 1;
    std::string run = parts[first], label = run;
    bool all_answers = answers.contains(run);
    for (; first + length < parts.size(); ++length) {
      run += ", " + parts[first + length];
      all_answers = all_answers && answers.contains(parts[first + length]);
      if (!answers.contains(run)) continue;
      ambiguous = ambiguous || all_answers;
      best = length + 1;
      label = run;
    }
    labels.push_back(std::move(label));
    first += best;
  }
  return labels;
}

/// Reads FOLDER/LANG.tsv of the languages given, or all. The rows of a language are one relation, "BMLAMA"; row n has
/// the uuid "row n" in every language, its candidates the keys "1", "2", ... in their order, by which languages are
/// compared. The subject stays in the prompt as it is. Rows whose prompt does not hold <mask> once are skipped by name.
/// Throws Error naming file and line for what is not a row.
inline QuerySet read_bmlama(const std::filesystem::path& folder, std::span<const std::string> languages = {},
                            Index max_facts = 0) {
  std::vector<std::string> names(languages.begin(), languages.end());
  if (names.empty() && std::filesystem::is_directory(folder))
    for (const auto& entry : std::filesystem::directory_iterator(folder))
      if (entry.path().extension() == ".tsv") names.push_back(entry.path().stem().string());
  if (languages.empty()) std::ranges::sort(names);
  if (names.empty()) throw usage_error(folder.string(), ": no LANG.tsv in it: is it BMLAMA's folder?");
  QuerySet set;
  for (const std::string& name : names) {
    const std::filesystem::path file = folder / (name + ".tsv");
    if (!std::filesystem::exists(file)) throw usage_error(folder.string(), ": has no ", name, ".tsv");
    const std::vector<detail::BmlamaRow> rows = detail::read_bmlama_rows(file);
    std::set<std::string> answers;
    for (const detail::BmlamaRow& row : rows) answers.insert(row.answer);
    RelationQueries relation{"BMLAMA", file.string(), {}};
    for (std::size_t n = 0; n < rows.size(); ++n) {
      if (max_facts > 0 && static_cast<Index>(relation.queries.size()) == max_facts) break;
      const std::vector<std::string> around = detail::parts_between(rows[n].prompt, "<mask>");
      if (around.size() != 2 || rows[n].answer.empty()) {
        set.skipped.push_back({rows[n].place, "the prompt does not hold <mask> once, or the answer is empty"});
        continue;
      }
      bool ambiguous = false;
      Candidates candidates;
      for (std::string& label : split_candidates(rows[n].candidates, answers, ambiguous))
        candidates.push_back({std::move(label), std::to_string(candidates.size() + 1)});
      set.candidates_ambiguous += ambiguous ? 1 : 0;
      if (std::ranges::find(candidates, rows[n].answer, &Candidate::label) == candidates.end()) {
        candidates.push_back({rows[n].answer, ""});
        ++set.candidates_added;
      }
      const std::string uuid = "row " + std::to_string(n + 1);
      relation.queries.push_back({"[X]" + around[0] + "[Y]" + around[1],
                                  {uuid, "", rows[n].answer, "", rows[n].answer, n + 2},
                                  std::make_shared<const Candidates>(std::move(candidates))});
    }
    set.languages.push_back({name, {std::move(relation)}});
  }
  return set;
}

}  // namespace neuroglot

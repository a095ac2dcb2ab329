/// probe.json as a report reads it, of one or several models.
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "neuroglot/experiment/report_json.hpp"

namespace neuroglot::report {

/// A share between 0 and 1 with the ends of its interval.
struct MeasuredShare {
  double value = 0, low = 0, high = 0;
};

/// Of one language: a value a measure, except for `patterns`.
struct ProbedScores {
  std::string language;
  Index facts = 0;
  std::vector<MeasuredShare> p1;             ///< hits / facts
  std::vector<MeasuredShare> relation_mean;  ///< mean over relations
  std::vector<Index> patterns;               ///< facts that partial match alone finds, by pattern
};

struct PartialExample {
  std::string pattern, language, frame, subject, object, prediction;
};

struct RankConsistencySection {
  std::vector<std::string> languages;
  std::vector<std::vector<double>> rankc;
};

/// What one probe.json says.
struct ProbeSection {
  std::string label;  ///< the model's folder, or the file where two are of one model
  std::filesystem::path file;
  std::vector<std::string> measures;    ///< full, partial, exact, ranked, as many as were asked for
  std::vector<ProbedScores> languages;  ///< that have facts, by the first measure, the highest first
  std::vector<MeasuredShare> pooled, macro;
  std::vector<std::string> patterns;
  std::vector<PartialExample> examples;
  std::optional<RankConsistencySection> consistency;
  Index facts = 0, skipped = 0;
  std::string protocol;
  Json provenance;
};

namespace detail {

/// {"p1": ..., "interval": [low, high]} or what the keys are called there.
inline MeasuredShare measured_share(const Field& parent, const std::string& value, const std::string& interval) {
  const Field ends = member(parent, interval);
  array(ends, 2, "end of the interval");
  const MeasuredShare share{number(member(parent, value)), number(element(ends, 0)), number(element(ends, 1))};
  if (share.value < 0 || share.value > 1) throw member(parent, value).is_not("a share between 0 and 1");
  return share;
}

inline ProbedScores probed_scores(const Field& field, const ProbeSection& of) {
  ProbedScores scores{text(member(field, "language")), whole_number(member(field, "facts")), {}, {}, {}};
  for (const std::string& measure : of.measures) {
    const Field values = member(field, measure);
    scores.p1.push_back(measured_share(values, "p1", "interval"));
    scores.relation_mean.push_back(measured_share(values, "relation_mean", "relation_mean_interval"));
  }
  const Field patterns = member(field, "partial_patterns");
  for (const std::string& pattern : of.patterns) scores.patterns.push_back(whole_number(member(patterns, pattern)));
  return scores;
}

inline void read_partial_examples(const Field& all, ProbeSection& section) {
  const Field examples = member(all, "partial_examples");
  for (const auto& [pattern, list] : object(examples).value.items()) {
    section.patterns.push_back(pattern);
    const Field of_pattern = member(examples, pattern);
    for (std::size_t i = 0; i < list.size(); ++i) {
      const Field one = element(of_pattern, i);
      const auto of = [&](const char* key) { return text(member(one, key)); };
      section.examples.push_back({pattern, of("language"), of("frame"), of("subject"), of("object"), of("prediction")});
    }
  }
}

inline RankConsistencySection rank_consistency_section(const Field& field) {
  RankConsistencySection section{names(member(field, "languages")), {}};
  const Field rows = member(field, "rankc");
  array(rows, section.languages.size(), "language");
  for (std::size_t r = 0; r < section.languages.size(); ++r) {
    const Field row = element(rows, r);
    array(row, section.languages.size(), "language");
    section.rankc.emplace_back();
    for (std::size_t c = 0; c < section.languages.size(); ++c) section.rankc.back().push_back(number(element(row, c)));
  }
  return section;
}

/// Two files of one model are told apart by their own names.
inline void tell_apart(std::vector<ProbeSection>& sections) {
  std::vector<bool> is_double;
  for (const ProbeSection& section : sections)
    is_double.push_back(std::ranges::count(sections, section.label, &ProbeSection::label) > 1);
  for (std::size_t i = 0; i < sections.size(); ++i)
    if (is_double[i]) sections[i].label += " (" + sections[i].file.stem().string() + ")";
}

}  // namespace detail

/// Throws Error naming the file and the field that is missing or can not be meant.
inline ProbeSection read_probe(const std::filesystem::path& path) {
  const Json file = read_ordered(path);
  const Field all{file, path.string()};
  ProbeSection section;
  section.file = path;
  section.measures = names(member(all, "measures"));
  detail::read_partial_examples(all, section);
  const Field languages = member(all, "languages");
  if (!languages.value.is_array()) throw languages.is_not("an array of languages");
  for (std::size_t i = 0; i < languages.value.size(); ++i) {
    ProbedScores scores = detail::probed_scores(element(languages, i), section);
    section.facts += scores.facts;
    if (scores.facts > 0) section.languages.push_back(std::move(scores));
  }
  if (section.languages.empty()) throw languages.is_not("an array with a language that has facts");
  std::ranges::stable_sort(section.languages, std::ranges::greater{},
                           [](const ProbedScores& of) { return of.p1[0].value; });
  const Field overall = member(all, "overall");
  for (const std::string& measure : section.measures) {
    const Field of = member(overall, measure);
    section.pooled.push_back(detail::measured_share(member(of, "pooled"), "p1", "interval"));
    section.macro.push_back(detail::measured_share(member(of, "macro"), "p1", "interval"));
  }
  if (has(all, "consistency")) section.consistency = detail::rank_consistency_section(member(all, "consistency"));
  section.skipped = static_cast<Index>(member(all, "skipped").value.size());
  section.protocol = text(member(all, "protocol"));
  section.provenance = optional_object(all, "provenance");
  section.label = detail::stated_model(section.provenance).value_or(path.stem().string());
  return section;
}

/// probe.json and probe_*.json of a folder, probe.json first: a file a model.
inline std::vector<ProbeSection> read_probes(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failure)) {
    const std::string name = entry.path().filename().string();
    if (name == "probe.json" || (name.starts_with("probe_") && name.ends_with(".json"))) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::vector<ProbeSection> sections;
  for (const std::filesystem::path& file : files) sections.push_back(read_probe(file));
  detail::tell_apart(sections);
  return sections;
}

}  // namespace neuroglot::report

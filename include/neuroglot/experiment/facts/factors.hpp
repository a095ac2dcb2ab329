/// Whether P@1 goes with how much text of a language there is. (Zhao et al. 2024, Fig. 12 and "Training Data Volume")
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/analysis/correlation.hpp"
#include "neuroglot/analysis/pearson.hpp"
#include "neuroglot/analysis/spearman.hpp"
#include "neuroglot/experiment/facts/hit_match.hpp"
#include "neuroglot/experiment/facts/language_numbers.hpp"

namespace neuroglot {

/// The languages that have both a size and a P@1.
struct FactorPoints {
  std::vector<std::string> languages;  ///< in the order of the P@1
  std::vector<double> size, p1;
  std::vector<std::string> without_size;  ///< languages with a P@1 alone, which are left out
  std::vector<std::string> without_p1;    ///< languages with a size alone, which are left out
};

/// One P@1 against one size.
struct Factor {
  std::string p1, size;  ///< their names
  FactorPoints points;
  Correlation pearson, spearman;
  Line line;                                 ///< P@1 over size, least squares
  std::optional<Correlation> pearson_log10;  ///< with log10 of the size; nothing where a size is 0
  std::optional<Line> line_log10;
};

inline FactorPoints factor_points(const LanguageNumbers& p1, const LanguageNumbers& sizes) {
  FactorPoints points;
  for (const auto& [language, value] : p1.values) {
    const std::optional<double> size = sizes.of(language);
    if (!size) {
      points.without_size.push_back(language);
      continue;
    }
    points.languages.push_back(language);
    points.size.push_back(*size);
    points.p1.push_back(value);
  }
  for (const auto& [language, value] : sizes.values)
    if (!p1.of(language)) points.without_p1.push_back(language);
  return points;
}

inline Factor measure_factor(const LanguageNumbers& p1, const LanguageNumbers& sizes) {
  Factor factor{p1.name, sizes.name, factor_points(p1, sizes), {}, {}, {}, {}, {}};
  const FactorPoints& at = factor.points;
  factor.pearson = correlate<Pearson>(at.size, at.p1);
  factor.spearman = correlate<Spearman>(at.size, at.p1);
  factor.line = regression_line(at.size, at.p1);
  if (std::ranges::any_of(at.size, [](double size) { return size <= 0; })) return factor;
  std::vector<double> log_size;
  for (const double size : at.size) log_size.push_back(std::log10(size));
  factor.pearson_log10 = correlate<Pearson>(log_size, at.p1);
  factor.line_log10 = regression_line(log_size, at.p1);
  return factor;
}

/// Each P@1 against each size.
inline std::vector<Factor> measure_factors(std::span<const LanguageNumbers> p1,
                                           std::span<const LanguageNumbers> sizes) {
  std::vector<Factor> factors;
  for (const LanguageNumbers& of : p1)
    for (const LanguageNumbers& size : sizes) factors.push_back(measure_factor(of, size));
  return factors;
}

/// Percent of the facts of each language that are hits: micro, over all its facts.
inline LanguageNumbers p1_of(const Hits& hits, Match match, std::string source) {
  LanguageNumbers p1{std::string(name(match)), std::move(source), {}};
  for (const LanguageHits& of : hits.languages) {
    const auto found = std::ranges::count_if(of.hits, [&](const Hit& hit) { return is_hit(hit, match); });
    p1.values.emplace_back(of.language, 100 * static_cast<double>(found) / static_cast<double>(of.hits.size()));
  }
  return p1;
}

}  // namespace neuroglot

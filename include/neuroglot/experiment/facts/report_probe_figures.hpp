/// P@1 of a probe as figures: over the languages, language by language, and what partial match adds. (Zhao et al. 2024,
/// Figs. 9 to 11)
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/experiment/bootstrap.hpp"
#include "neuroglot/experiment/facts/report_fact_neurons_figures.hpp"
#include "neuroglot/experiment/facts/report_probe.hpp"
#include "neuroglot/experiment/figure.hpp"
#include "neuroglot/experiment/report_figures.hpp"
#include "neuroglot/experiment/report_heat_map.hpp"
#include "neuroglot/experiment/report_words.hpp"

namespace neuroglot::report {

namespace detail {

inline std::vector<std::string> probed_names(const ProbeSection& probe) {
  std::vector<std::string> names;
  for (const ProbedScores& of : probe.languages) names.push_back(of.language);
  return names;
}

/// P@1 of all languages in percent.
inline std::vector<double> p1_over_languages(const ProbeSection& probe, std::size_t measure) {
  std::vector<double> values;
  for (const ProbedScores& of : probe.languages) values.push_back(100 * of.p1[measure].value);
  return values;
}

/// Measures that say of every language what an earlier one says are not drawn again.
inline std::vector<std::size_t> distinct_measures(const ProbeSection& probe) {
  std::vector<std::size_t> kept;
  for (std::size_t m = 0; m < probe.measures.size(); ++m) {
    const auto is_equal = [&](std::size_t k) { return p1_over_languages(probe, k) == p1_over_languages(probe, m); };
    if (std::ranges::none_of(kept, is_equal)) kept.push_back(m);
  }
  return kept;
}

/// Points side by side where they would lie over each other: a shift for each, from the middle outwards.
inline std::vector<double> swarm_shifts(std::span<const double> sorted, double near, double step) {
  std::vector<double> shifts;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const auto is_taken = [&](double shift) {
      for (std::size_t k = i; k-- > 0 && sorted[i] - sorted[k] < near;)
        if (std::abs(shifts[k] - shift) < step / 2) return true;
      return false;
    };
    double shift = 0;
    for (int n = 1; is_taken(shift) && n < 40; ++n) {
      const int steps = (n + 1) / 2;
      shift = (n % 2 == 1 ? 1 : -1) * step * steps;
    }
    shifts.push_back(shift);
  }
  return shifts;
}

/// The data, the tics and the names of the best and the worst language of all columns of a distribution.
struct Distribution {
  std::string boxes, points, tics, labels;
  std::size_t columns = 0;
  double most = 1;
};

inline void add_column(const ProbeSection& probe, std::size_t measure, double step, Distribution& all) {
  std::vector<double> sorted = p1_over_languages(probe, measure);
  std::vector<std::size_t> order(sorted.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return sorted[i]; });
  std::ranges::sort(sorted);
  const auto q = [&](double share) { return quantile(sorted, share); };
  const std::size_t x = all.columns++;
  all.boxes += text_of(x, " ", q(0), " ", q(0.25), " ", q(0.5), " ", q(0.75), " ", q(1), "\n");
  const std::vector<double> shifts = swarm_shifts(sorted, 1.4, step);
  for (std::size_t i = 0; i < sorted.size(); ++i)
    all.points += text_of(static_cast<double>(x) + shifts[i], " ", sorted[i], "\n");
  all.tics += text_of(x == 0 ? "" : ", ", gnuplot_tic(probe.measures[measure]), " ", x);
  const auto label = [&](std::size_t language, double value, double away) {
    all.labels += text_of("set label ", gnuplot_string(shortened(probe.languages[language].language)), " at ", x, ",",
                          value, " center offset 0,", away, " front textcolor rgb \"", ink, "\"\n");
  };
  label(order.back(), sorted.back(), 0.8);
  if (sorted.size() > 1) label(order.front(), sorted.front(), -0.8);
  all.most = std::max(all.most, sorted.back());
}

/// Where there are several models: the name of each below its columns, a line between one and the next.
inline std::string model_marks(const std::vector<ProbeSection>& probes) {
  if (probes.size() < 2) return "";
  std::string marks = "set bmargin 4.5\n";
  std::size_t columns = 0, all = 0;
  for (const ProbeSection& probe : probes) all += probe.measures.size();
  for (const ProbeSection& probe : probes) {
    const std::size_t many = probe.measures.size();
    const double middle = static_cast<double>(columns) + 0.5 * static_cast<double>(many - 1);
    marks += text_of("set label ", gnuplot_string(shortened(probe.label, 80 * many / all)), " at first ", middle,
                     ", character 1 center textcolor rgb \"", ink, "\"\n");
    columns += many;
    const double between = static_cast<double>(columns) - 0.5;
    if (columns < all)
      marks += text_of("set arrow from first ", between, ", graph 0 to first ", between,
                       ", graph 1 nohead linecolor rgb \"#bbbbbb\"\n");
  }
  return marks;
}

}  // namespace detail

/// Fig. 9: a box and a point a language for each measure of each model.
inline Figure probe_distribution_figure(const std::vector<ProbeSection>& probes) {
  detail::Distribution all;
  std::size_t columns = 0;
  for (const ProbeSection& probe : probes) columns += probe.measures.size();
  const double step = 0.0115 * static_cast<double>(columns);  // the width of a point
  for (const ProbeSection& probe : probes)
    for (std::size_t m = 0; m < probe.measures.size(); ++m) detail::add_column(probe, m, step, all);
  const std::string x_range = text_of("set xrange [-0.6:", static_cast<double>(all.columns) - 0.4, "]\n");
  return {
      "probe_distribution", "P@1 over the languages, by measure and model", 800, 400,
      text_of("$boxes << NEUROGLOT_END\n", all.boxes, "NEUROGLOT_END\n$points << NEUROGLOT_END\n", all.points,
              "NEUROGLOT_END\nset xtics (", all.tics, ") scale 0\n", x_range, all.labels, detail::model_marks(probes),
              "set yrange [0:", 1.12 * all.most, "]\nset ylabel \"P@1, %\"\nset boxwidth 0.5\nunset key\n",
              "plot $boxes using 1:3:2:6:5 with candlesticks whiskerbars 0.4 linecolor rgb \"#c6dbef\" notitle, ",
              "$boxes using ($1-0.25):4:(0.5):(0) with vectors nohead linewidth 2 linecolor rgb \"#08306b\" "
              "notitle, ",
              "$points using 1:2 with points pointtype 7 pointsize 0.45 linecolor rgb \"#332288\" notitle\n")};
}

/// Fig. 10: P@1 of each language with its interval, the highest first.
inline Figure probe_languages_figure(const ProbeSection& probe, const std::string& name) {
  const std::vector<std::size_t> measures = detail::distinct_measures(probe);
  const double step = std::min(0.2, 0.6 / static_cast<double>(measures.size()));
  std::string data, plots;
  for (std::size_t i = 0; i < measures.size(); ++i) {
    data += text_of("$measure", i, " << NEUROGLOT_END\n");
    for (std::size_t k = 0; k < probe.languages.size(); ++k) {
      const MeasuredShare& of = probe.languages[k].p1[measures[i]];
      const double shift = step * (static_cast<double>(i) - 0.5 * static_cast<double>(measures.size() - 1));
      data += text_of(static_cast<double>(k) + shift, " ", 100 * of.value, " ", 100 * of.low, " ", 100 * of.high, "\n");
    }
    data += "NEUROGLOT_END\n";
    plots +=
        text_of(i == 0 ? "" : ", ", "$measure", i,
                " using 1:2:3:4 with yerrorbars pointtype 7 pointsize 0.45 linewidth 1.5 linecolor rgb \"",
                series_colours[i % series_colours.size()], "\" title ", gnuplot_string(probe.measures[measures[i]]));
  }
  const std::vector<std::string> names = detail::probed_names(probe);
  return {name, "P@1 of each language", 800, 380 + detail::upright_height(names),
          text_of(data, detail::name_tics(names), "set yrange [0:*]\nset ylabel \"P@1, %\"\nset errorbars 0\n",
                  "set key above left horizontal Left reverse samplen 1.6 width 2\nplot ", plots, "\n")};
}

/// Fig. 11: the share of facts that partial match finds beyond full match, by pattern, one above the other.
inline Figure partial_patterns_figure(const ProbeSection& probe, const std::string& name) {
  std::string data, plots;
  for (std::size_t k = 0; k < probe.languages.size(); ++k) {
    const ProbedScores& of = probe.languages[k];
    data += std::to_string(k);
    Index stacked = 0;
    for (const Index count : of.patterns)
      data += text_of(" ", 100 * static_cast<double>(stacked += count) / static_cast<double>(of.facts));
    data += "\n";
  }
  for (std::size_t p = probe.patterns.size(); p-- > 0;)
    plots += text_of("$data using 1:", p + 2, " with boxes linecolor rgb \"", series_colours[p % series_colours.size()],
                     "\" title ", gnuplot_string(probe.patterns[p]), p == 0 ? "" : ", ");
  const std::vector<std::string> names = detail::probed_names(probe);
  return {name, "Facts that partial match alone finds, by pattern", 800, 360 + detail::upright_height(names),
          text_of("$data << NEUROGLOT_END\n", data, "NEUROGLOT_END\n", detail::name_tics(names),
                  "set yrange [0:*]\nset ylabel \"% of the facts\"\nset boxwidth 0.7\n",
                  "set key outside right center vertical Left reverse samplen 1.2 spacing 1.25\nplot ", plots, "\n")};
}

/// RankC of each pair, languages by P@1.
inline Figure rank_consistency_figure(const ProbeSection& probe, const std::string& name) {
  const RankConsistencySection& of = *probe.consistency;
  std::vector<std::size_t> order;
  std::vector<std::string> names;
  for (const ProbedScores& scores : probe.languages) {
    const auto found = std::ranges::find(of.languages, scores.language);
    if (found == of.languages.end()) continue;
    order.push_back(static_cast<std::size_t>(found - of.languages.begin()));
    names.push_back(scores.language);
  }
  OptionalRows values;
  for (const std::size_t r : order) {
    values.emplace_back();
    for (const std::size_t c : order) values.back().emplace_back(of.rankc[r][c]);
  }
  HeatMap map = detail::language_heat_map(
      values, names, names, [](std::size_t r, std::size_t c) { return r == c; }, false);
  map.row_title = map.column_title = "language";
  map.bar_title = "RankC";
  return heat_map(name, "Consistency of the order of candidates between languages", map);
}

}  // namespace neuroglot::report

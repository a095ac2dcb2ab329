/// What each language's own neurons do as more of them are off, all languages at once, and where their curves bend.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/analysis/knee.hpp"
#include "neuroglot/experiment/figure.hpp"
#include "neuroglot/experiment/report_html.hpp"
#include "neuroglot/experiment/report_panels.hpp"
#include "neuroglot/experiment/report_words.hpp"
#include "neuroglot/io/table.hpp"

namespace neuroglot::report {

/// With k's neurons off, own[i] is the change in nats a token on k at rate i, others[i] the mean of the changes on the
/// other languages; the effect is own - others.
struct RateCurve {
  std::string language;
  std::vector<double> own, others, effect;
  Knee knee;  ///< of the effect over ln rate
};

struct RateCurves {
  std::vector<double> rates;  ///< ascending
  std::vector<RateCurve> curves;
  Perplexities first;  ///< of the lowest rate, for its protocol and provenance
};

namespace detail {

/// Adds what the panel of the next rate says; false where it lacks the language.
inline bool add_rate(const Perplexities& ppl, RateCurve& curve) {
  const std::optional<std::size_t> row = ppl.row(curve.language), column = ppl.column(curve.language);
  if (!row || !column) return false;
  double others = 0;
  for (std::size_t c = 0; c < ppl.columns.size(); ++c)
    if (c != *column) others += ppl.nll_change(*row, c) / static_cast<double>(ppl.columns.size() - 1);
  curve.own.push_back(ppl.nll_change(*row, *column));
  curve.others.push_back(others);
  curve.effect.push_back(curve.own.back() - others);
  return true;
}

}  // namespace detail

/// Nothing where the file is not of one method at three or more rates with two or more languages off in turn.
inline std::optional<RateCurves> rate_curves_of(const Perplexities& all) {
  std::vector<std::pair<double, Panel>> by_rate;
  if (all.sets.size() < 3 || all.columns.size() < 2) return std::nullopt;
  for (Panel& panel : panels(all)) {
    const auto has_its_label = [&](const SetDescription& set) { return set.label == panel.label; };
    const auto set = std::find_if(all.sets.begin(), all.sets.end(), has_its_label);
    if (set == all.sets.end() || !set->rate || set->method != all.sets[0].method) return std::nullopt;
    for (const auto& [rate, earlier] : by_rate)
      if (rate == *set->rate) return std::nullopt;
    by_rate.emplace_back(*set->rate, std::move(panel));
  }
  std::stable_sort(by_rate.begin(), by_rate.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  RateCurves result{{}, {}, by_rate.front().second.ppl};
  std::vector<double> logarithms;
  for (const auto& [rate, panel] : by_rate) {
    result.rates.push_back(rate);
    logarithms.push_back(std::log(rate));
  }
  for (const std::string& language : result.first.columns) {
    RateCurve curve{language, {}, {}, {}, {}};
    bool is_whole = true;
    for (const auto& [rate, panel] : by_rate) is_whole = is_whole && detail::add_rate(panel.ppl, curve);
    if (!is_whole) continue;
    curve.knee = knee_of(logarithms, curve.effect);
    result.curves.push_back(std::move(curve));
  }
  if (result.curves.size() < 2) return std::nullopt;
  return result;
}

namespace detail {

inline std::string curve_data(const RateCurves& all) {
  std::string data;
  for (std::size_t i = 0; i < all.rates.size(); ++i) {
    data += text_of(100 * all.rates[i]);
    for (const RateCurve& curve : all.curves) data += text_of(" ", curve.effect[i]);
    data += "\n";
  }
  return data;
}

/// The curves of a figure and, as a ring each, their knees.
inline std::string curve_plots(const RateCurves& all) {
  std::string plots, rings;
  for (std::size_t k = 0; k < all.curves.size(); ++k) {
    const RateCurve& curve = all.curves[k];
    const std::string_view colour = series_colours[k % series_colours.size()];
    const int dash = k < series_colours.size() ? 1 : 2;
    plots += text_of("$data using 1:", k + 2, " with linespoints pointtype 7 pointsize 0.4 linewidth 2 dashtype ", dash,
                     " linecolor rgb \"", colour, "\" title ", gnuplot_string(shortened(curve.language)), ", ");
    if (curve.knee.at)
      rings += text_of("$data every ::", *curve.knee.at, "::", *curve.knee.at, " using 1:", k + 2,
                       " with points pointtype 6 pointsize 1.8 linewidth 2 linecolor rgb \"", colour, "\" notitle, ");
  }
  return plots + rings;
}

inline std::string knee_words(const RateCurves& all, const RateCurve& curve) {
  return curve.knee.at ? percent(all.rates[*curve.knee.at]) : "none: " + curve.knee.why_not;
}

}  // namespace detail

/// A line a language over the rate on a logarithmic scale; a ring where it has a knee.
inline Figure rate_curves_figure(const RateCurves& all) {
  std::string tics;
  for (const double rate : all.rates) tics += text_of(tics.empty() ? "" : ", ", "\"", 100 * rate, "\" ", 100 * rate);
  return {"perplexity_rate_curves", "Effect of a language's own neurons against the share of neurons selected", 800,
          440,
          text_of("$data << NEUROGLOT_END\n", detail::curve_data(all), "NEUROGLOT_END\nset logscale x\nset xtics (",
                  tics, ")\nset xrange [", 100 * all.rates.front() * 0.93, ":", 100 * all.rates.back() * 1.08,
                  "]\nset xlabel \"neurons selected, % of all\"\n",
                  "set ylabel \"effect: own language minus others, nats a token\"\n",
                  "set key outside right center vertical Left reverse samplen 1.6 spacing 1.25\nplot ",
                  detail::curve_plots(all), "0 with lines linecolor rgb \"#bbbbbb\" linewidth 1 notitle\n")};
}

inline std::string rate_curves_caption(const RateCurves& all) {
  std::string with, without;
  for (const RateCurve& curve : all.curves) {
    std::string& list = curve.knee.at ? with : without;
    list += (list.empty() ? "" : ", ") + language_name(curve.language);
    if (curve.knee.at) list += " at " + percent(all.rates[*curve.knee.at]);
  }
  std::string text =
      "For each language with its own neurons off: the change of its negative log-likelihood minus the mean change of "
      "the "
      "other languages, over the share of neurons selected (logarithmic). A ring marks a knee: the point farthest "
      "above the chord from the first point to the last, by 5% of the rise or more. ";
  text += with.empty() ? "No curve has a knee. " : "Knees: " + with + ". ";
  if (!with.empty() && !without.empty()) text += "No knee: " + without + ". ";
  return text;
}

/// A row a language: its effect at each rate, and its knee.
inline HtmlTable rate_curves_table(const RateCurves& all) {
  HtmlTable table{"<b>Effect of a language's own neurons</b>, nats a token: own change minus the mean of the others",
                  {"language"},
                  {}};
  for (const double rate : all.rates) table.head.push_back(percent(rate));
  table.head.push_back("knee");
  for (const RateCurve& curve : all.curves) {
    std::vector<HtmlCell> cells = {html(language_name(curve.language))};
    for (std::size_t i = 0; i < all.rates.size(); ++i) cells.emplace_back(fixed(curve.effect[i], 3));
    cells.emplace_back(html(detail::knee_words(all, curve)));
    table.rows.push_back(std::move(cells));
  }
  return table;
}

/// A row a language and rate.
inline Table rate_curve_rows(const RateCurves& all) {
  Table table({"language", "rate", "own_nll_change", "others_nll_change", "effect", "is_knee", "knee_distance"});
  for (const RateCurve& curve : all.curves)
    for (std::size_t i = 0; i < all.rates.size(); ++i)
      table.add(curve.language, all.rates[i], curve.own[i], curve.others[i], curve.effect[i],
                std::string(curve.knee.at == i ? "yes" : "no"), curve.knee.distance);
  return table;
}

}  // namespace neuroglot::report

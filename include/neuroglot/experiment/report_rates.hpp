/// What more and more neurons of one language do to all languages. (Tang et al. 2024, Fig. 3)
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/figure.hpp"
#include "neuroglot/experiment/report_html.hpp"
#include "neuroglot/experiment/report_panels.hpp"
#include "neuroglot/experiment/report_words.hpp"

namespace neuroglot::report {

namespace detail {

/// A line a rate: the rate in percent; of each column the perplexity against that with nothing off and its interval's
/// ends; at last the random rows' mean over the columns, lowest and highest.
inline std::string rate_data(const Rates& rates) {
  std::string data;
  for (std::size_t i = 0; i < rates.rates.size(); ++i) {
    const Perplexities& ppl = rates.panels[i].ppl;
    data += text_of(100 * rates.rates[i]);
    for (std::size_t c = 0; c < ppl.columns.size(); ++c) {
      const double change = ppl.nll_change(1, c);
      const std::optional<Interval> interval =
          ppl.nll_change_interval.empty() ? std::nullopt : ppl.nll_change_interval[1][c];
      const Interval ends = interval.value_or(Interval{change, change});
      data += text_of(" ", std::exp(change), " ", std::exp(ends.low), " ", std::exp(ends.high));
    }
    if (const auto random = ppl.row("random")) {
      double sum = 0, low = ppl.nll_change(*random, 0), high = low;
      for (std::size_t c = 0; c < ppl.columns.size(); ++c) {
        const double change = ppl.nll_change(*random, c);
        sum += change;
        const bool has_range = ppl.controls > 1 && !ppl.nll_change_interval.empty();
        const std::optional<Interval> range = has_range ? ppl.nll_change_interval[*random][c] : std::nullopt;
        low = std::min(low, range ? range->low : change);
        high = std::max(high, range ? range->high : change);
      }
      data += text_of(" ", std::exp(sum / static_cast<double>(ppl.columns.size())), " ", std::exp(low), " ",
                      std::exp(high));
    }
    data += "\n";
  }
  return data;
}

inline std::string rate_curve(std::size_t c, const std::string& column, bool is_own) {
  const std::size_t at = 2 + 3 * c;  // gnuplot's columns begin at 1
  const std::string_view colour = series_colours[c % series_colours.size()];
  return text_of("$data using 1:", at + 1, ":(0):(column(", at + 2, ")-column(", at + 1,
                 ")) with vectors nohead linewidth 1 linecolor rgb \"", colour, "\" notitle, $data using 1:", at,
                 " with lines linewidth ", is_own ? 4 : 2, " dashtype ", c < series_colours.size() ? 1 : 2,
                 " linecolor rgb \"", colour, "\" title ",
                 gnuplot_string(shortened(column) + (is_own ? " (off)" : "")));
}

/// The lowest and highest change of nll that is drawn, ends of intervals and no change among them.
inline Interval drawn_range(const Rates& rates) {
  Interval range;
  const auto take = [&](double change) { range = {std::min(range.low, change), std::max(range.high, change)}; };
  for (const Panel& panel : rates.panels)
    for (std::size_t r = 1; r < panel.ppl.rows.size(); ++r)
      for (std::size_t c = 0; c < panel.ppl.columns.size(); ++c) {
        take(panel.ppl.nll_change(r, c));
        if (panel.ppl.nll_change_interval.empty() || !panel.ppl.nll_change_interval[r][c]) continue;
        take(panel.ppl.nll_change_interval[r][c]->low);
        take(panel.ppl.nll_change_interval[r][c]->high);
      }
  return range;
}

/// 1, 2, 5, 10, ... times, finer where the data hardly leave 1; and the axis no longer than they are.
inline std::string times_axis(const Rates& rates) {
  const Interval range = drawn_range(rates);
  const double margin = 0.04 * std::max(0.1, range.high - range.low);
  const double widest = std::max(range.high, -range.low);
  std::string tics = "0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5";
  for (double power = 10; power < 1e9; power *= 10) tics += text_of(", ", power, ", ", 2 * power, ", ", 5 * power);
  if (widest < std::log(4)) tics = "0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.5, 2, 2.5, 3, 4";
  if (widest < std::log(1.4)) tics = "0.75, 0.8, 0.85, 0.9, 0.95, 1, 1.05, 1.1, 1.15, 1.2, 1.25, 1.3, 1.35";
  return text_of("set ytics (", tics, ")\nset yrange [", std::exp(range.low - margin), ":",
                 std::exp(range.high + margin), "]\n");
}

}  // namespace detail

/// A line a language, with the intervals as bars; perplexity against that with nothing off on a logarithmic scale, so
/// that halving and doubling are as far from no change.
inline Figure rates_figure(const Rates& rates) {
  const Perplexities& first = rates.panels.front().ppl;
  const std::size_t random = 2 + 3 * first.columns.size();
  std::string plots;
  if (first.row("random"))
    plots = text_of("$data using 1:", random + 1, ":", random + 2,
                    " with filledcurves linecolor rgb \"#e0e0e0\" notitle, $data using 1:", random,
                    " with lines dashtype 3 linewidth 2 linecolor rgb \"#777777\" title \"random\", ");
  for (std::size_t c = 0; c < first.columns.size(); ++c)
    plots += (c == 0 ? "" : ", ") + detail::rate_curve(c, first.columns[c], first.columns[c] == rates.off);
  return {"perplexity_rates", "Change in perplexity as more neurons of " + language_name(rates.off) + " are off", 800,
          440,
          text_of("$data << NEUROGLOT_END\n", detail::rate_data(rates), "NEUROGLOT_END\nset logscale y\n",
                  detail::times_axis(rates), "set xrange [0:", 100 * rates.rates.back() * 1.02, "]\nset xlabel ",
                  gnuplot_string("neurons selected, % of all; those of " + language_name(rates.off) + " are off"),
                  "\nset ylabel \"perplexity / perplexity with nothing off\"\n",
                  "set key outside right center vertical Left reverse samplen 1.6 spacing 1.25\nplot ", plots,
                  ", 1 with lines linecolor rgb \"#bbbbbb\" linewidth 1 notitle\n")};
}

/// What the first and the last rate do to the language itself, and to the language that suffers most after it.
inline std::string rates_caption(const Rates& rates) {
  const Perplexities &first = rates.panels.front().ppl, &last = rates.panels.back().ppl;
  const auto relative = [](const Perplexities& ppl, std::size_t c) {
    return signed_percent(std::expm1(ppl.nll_change(1, c)));
  };
  std::string text =
      "Perplexity with the selected " + language_name(rates.off) +
      " neurons off, against that with nothing off, on a logarithmic scale; a line for each language, "
      "bars are 95% bootstrap intervals over blocks. The dotted line is as many random neurons, the mean "
      "of all languages; the grey band holds all languages and seeds of it. ";
  std::optional<std::size_t> own = last.column(rates.off), other;
  for (std::size_t c = 0; c < last.columns.size(); ++c)
    if (c != own && (!other || last.nll_change(1, c) > last.nll_change(1, *other))) other = c;
  const std::string from = percent(rates.rates.front()), to = percent(rates.rates.back());
  const auto change = [&](std::size_t c) {
    return "by " + relative(first, c) + " at " + from + " and by " + relative(last, c) + " at " + to + ". ";
  };
  if (own) text += language_name(rates.off) + " changes " + change(*own);
  if (other) text += "Of the others " + language_name(last.columns[*other]) + " changes most, " + change(*other);
  return text;
}

/// A line a rate.
inline HtmlTable rates_table(const Rates& rates) {
  HtmlTable table{"<b>Change in perplexity</b> with " + html(language_name(rates.off)) +
                      " neurons off, relative, with its 95% interval",
                  {"neurons selected"},
                  {}};
  for (const std::string& column : rates.panels.front().ppl.columns) table.head.push_back(html(column));
  for (std::size_t i = 0; i < rates.rates.size(); ++i) {
    const Perplexities& ppl = rates.panels[i].ppl;
    std::vector<HtmlCell> cells = {percent(rates.rates[i])};
    for (std::size_t c = 0; c < ppl.columns.size(); ++c) {
      std::string cell = signed_percent(std::expm1(ppl.nll_change(1, c)));
      if (!ppl.nll_change_interval.empty() && ppl.nll_change_interval[1][c]) {
        const Interval& ends = *ppl.nll_change_interval[1][c];
        cell += "<small>" + signed_percent(std::expm1(ends.low)) + " to " + signed_percent(std::expm1(ends.high)) +
                "</small>";
      }
      cells.emplace_back(std::move(cell), ppl.columns[c] == rates.off);
    }
    table.rows.push_back(std::move(cells));
  }
  return table;
}

}  // namespace neuroglot::report

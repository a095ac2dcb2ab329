/// The figures of a report: perplexity matrix, neurons per language, neurons per layer, activation probabilities.
/// (Tang et al. 2024, Fig. 2, Table 4, Fig. 4)
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/figure.hpp"
#include "neuroglot/experiment/report_heat_map.hpp"
#include "neuroglot/experiment/report_run.hpp"
#include "neuroglot/experiment/report_words.hpp"

namespace neuroglot::report {

namespace detail {

/// The change of ln ppl at which the colour is darkest: the largest one, and that of +10% at least, so that noise stays
/// pale.
inline double full_shade(const Perplexities& ppl) {
  double largest = std::log(1.1);
  for (const std::size_t r : ppl.rows_off())
    for (std::size_t c = 0; c < ppl.columns.size(); ++c) largest = std::max(largest, std::abs(ppl.nll_change(r, c)));
  return largest;
}

/// Round percentages from `lowest` shade to 1, at least `room` apart; a change by the share s is at ln(1 + s) /
/// full.
inline std::vector<std::pair<double, std::string>> percent_ticks(double full, double lowest, double room) {
  std::vector<std::pair<double, std::string>> ticks = {{0.0, "0"}};
  for (double power = 0.01, last = 0; std::log1p(power) <= full; power *= 10)
    for (const double share : {power, 2 * power, 5 * power}) {
      const double shade = std::log1p(share) / full;
      if (shade > 1 || shade - last < room) continue;
      ticks.emplace_back(shade, signed_percent(share));
      last = shade;
    }
  if (1 - ticks.back().first > room) ticks.emplace_back(1, "+" + percent(std::expm1(full)));
  double last = 0;
  for (const double share : {0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.8, 0.9, 0.99}) {
    const double shade = std::log1p(-share) / full;
    if (shade < lowest || last - shade < room) continue;
    ticks.emplace_back(shade, signed_percent(-share));
    last = shade;
  }
  if (lowest < last - room) ticks.emplace_back(lowest, percent(std::expm1(lowest * full)));
  return ticks;
}

/// Pixels that the names need below an axis, beyond a line, where they do not fit side by side and stand upright.
inline int upright_height(const std::vector<std::string>& names) {
  std::size_t longest = 0;
  for (const std::string& name : names) longest = std::max(longest, display_width(shortened(name)));
  return names.size() * longest > 70 ? 10 * static_cast<int>(longest) : 0;
}

/// "set xtics (...)": a name under each of 0, 1, 2, ...
inline std::string name_tics(const std::vector<std::string>& names) {
  std::string list;
  for (std::size_t i = 0; i < names.size(); ++i)
    list += text_of(i == 0 ? "" : ", ", gnuplot_tic(shortened(names[i])), " ", i);
  return text_of("set xtics (", list, ") scale 0", upright_height(names) > 0 ? " rotate by 90 right" : "",
                 "\nset xrange [-0.6:", static_cast<double>(names.size()) - 0.4, "]\n");
}

inline Figure layer_heat_map(const NeuronSet& set, std::string name, std::string title) {
  HeatMap map{set.languages, {}, {}, "language", "layer", ~std::size_t{0}, 0, "neurons", {}};
  std::size_t most = 1;
  for (const NeuronsByLayer& language : set.neurons)
    for (const std::vector<Index>& layer : language) most = std::max(most, layer.size());
  for (Index layer = 0; layer < set.layers; ++layer) map.columns.push_back(layer % 5 == 0 ? std::to_string(layer) : "");
  for (std::string& row : map.rows) row = shortened(row);
  for (const NeuronsByLayer& language : set.neurons) {
    map.cells.emplace_back();
    for (const std::vector<Index>& layer : language)
      map.cells.back().push_back({static_cast<double>(layer.size()) / static_cast<double>(most), "", false});
  }
  map.bar_ticks = {{0, "0"}, {1, grouped(static_cast<std::int64_t>(most))}};
  return heat_map(std::move(name), std::move(title), map);
}

}  // namespace detail

/// Rows: what is off; columns: what is measured. The number is the change of perplexity, the colour the same relative
/// to the perplexity with nothing off.
inline Figure perplexity_figure(const Perplexities& ppl) {
  HeatMap map;
  const double full = detail::full_shade(ppl);
  for (const std::string& column : ppl.columns) map.columns.push_back(shortened(column, 10));
  for (const std::size_t r : ppl.rows_off()) {
    if (ppl.rows[r] == "random") map.gap_before = map.rows.size();
    map.rows.push_back(shortened(ppl.rows[r]));
    map.cells.emplace_back();
    for (std::size_t c = 0; c < ppl.columns.size(); ++c) {
      const double shade = ppl.nll_change(r, c) / full;
      map.cells.back().push_back({shade, signed_change(ppl.ppl_change(r, c)), ppl.rows[r] == ppl.columns[c]});
      if (shade < -0.04) map.lowest_shade = std::min(map.lowest_shade, shade);
    }
  }
  map.row_title = "neurons switched off";
  map.column_title = "language measured";
  map.bar_title = "relative";
  map.bar_ticks =
      detail::percent_ticks(full, map.lowest_shade, 22 * (1 - map.lowest_shade) / bar_height(map.rows.size()));
  return heat_map("perplexity_change", "Change in perplexity, language switched off by language measured", map);
}

/// A bar a language; its darker part belongs to that language alone.
inline Figure language_figure(const NeuronSet& set) {
  std::string data;
  Index most = 1;
  for (std::size_t k = 0; k < set.languages.size(); ++k) {
    const Index all = count(set.neurons[k]);
    most = std::max(most, all);
    data += text_of(k, " ", exclusive(set, k), " ", all, " \"", grouped(all), "\"\n");
  }
  return {"neurons_per_language", "Number of neurons of each language", 800,
          340 + detail::upright_height(set.languages),
          text_of("$data << NEUROGLOT_END\n", data, "NEUROGLOT_END\n", detail::name_tics(set.languages),
                  "set yrange [0:", 1.12 * static_cast<double>(most), "]\nset ylabel \"neurons\"\n",
                  "set boxwidth 0.58\nset key above left horizontal Left reverse samplen 1.2 width 2\n",
                  "plot $data using 1:3 with boxes linecolor rgb \"#9ecae1\" title \"shared with other languages\", ",
                  "$data using 1:2 with boxes linecolor rgb \"#08519c\" title \"this language alone\", ",
                  "$data using 1:3:4 with labels offset 0,0.7 textcolor rgb \"", ink, "\" notitle\n")};
}

/// Languages stacked over the layers, with an outline for neurons counted once; a heat map where there are more
/// languages than colours that can be told apart.
inline Figure layer_figure(const NeuronSet& set) {
  const std::string name = "neurons_per_layer";
  const std::string title = "Number of neurons of each language, layer by layer";
  if (set.languages.size() > series_colours.size()) return detail::layer_heat_map(set, name, title);
  const std::vector<Index> unique = unique_by_layer(set);
  std::string data, plots;
  for (std::size_t layer = 0; layer < unique.size(); ++layer) {
    data += text_of(layer, " ", unique[layer]);
    std::size_t stacked = 0;
    for (const NeuronsByLayer& language : set.neurons) data += text_of(" ", stacked += language[layer].size());
    data += "\n";
  }
  for (std::size_t k = set.languages.size(); k-- > 0;)
    plots += text_of("$data using 1:", k + 3, " with boxes linecolor rgb \"", series_colours[k], "\" title ",
                     gnuplot_string(shortened(set.languages[k])), ", ");
  return {name, title, 800, 380,
          text_of("$data << NEUROGLOT_END\n", data, "NEUROGLOT_END\nset xrange [-0.7:", unique.size(),
                  "-0.3]\nset yrange [0:*]\n", "set xlabel \"layer\"\nset ylabel \"neurons\"\nset boxwidth 0.86\n",
                  "set key outside right center vertical Left reverse samplen 1.2 spacing 1.25\nplot ", plots,
                  "$data using 1:2 with histeps linewidth 1.5 linecolor rgb \"", ink, "\" title \"counted once\"\n")};
}

/// Where the middle half (box), the median (line in it) and nine tenths (whiskers) of the neurons lie, language by
/// language.
inline Figure activation_figure(const Activations& activations, std::optional<double> bar) {
  std::string data;
  for (std::size_t k = 0; k < activations.languages.size(); ++k) {
    const std::array<double, 5>& q = activations.profiles[k].quantiles;
    data += text_of(k, " ", q[0], " ", q[1], " ", q[2], " ", q[3], " ", q[4], "\n");
  }
  std::string bar_line;
  if (bar && *bar >= 0 && *bar <= 1)
    bar_line = text_of("set arrow from graph 0, first ", *bar, " to graph 1, first ", *bar,
                       " nohead dashtype 2 linecolor rgb \"#d55e00\"", " linewidth 1.5\nset label ",
                       gnuplot_string("bar " + fixed(*bar, 3)), " at graph 1.01, first ", *bar,
                       " left textcolor rgb \"#b34a00\"\n");
  return {
      "activation_probability", "Activation probability of the neurons in each language", 800,
      320 + detail::upright_height(activations.languages),
      text_of("$data << NEUROGLOT_END\n", data, "NEUROGLOT_END\n", detail::name_tics(activations.languages), bar_line,
              "set yrange [0:1]\nset ytics 0.2\nset ylabel \"activation probability\"\nset rmargin 12\nset boxwidth "
              "0.4\nunset key\n",
              "plot $data using 1:3:2:6:5 with candlesticks whiskerbars 0.5 linecolor rgb \"#5b9bc8\" notitle, ",
              "$data using ($1-0.2):4:(0.4):(0) with vectors nohead linewidth 2 linecolor rgb \"#08306b\" notitle\n")};
}

}  // namespace neuroglot::report

/// The figures of a report on neurons: how many each language has, in which layers, and how often they are active.
/// (Tang et al. 2024, Table 4, Fig. 4)
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

/// How many neurons each language has by each method, and in which layers. (Tang et al. 2024, Table 4 and Fig. 4, for
/// several methods)
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/figure.hpp"
#include "neuroglot/experiment/report_html.hpp"
#include "neuroglot/experiment/report_sets.hpp"
#include "neuroglot/experiment/report_words.hpp"
#include "neuroglot/io/table.hpp"

namespace neuroglot::report {

namespace detail {

inline std::string colour_of(std::size_t language) {
  return std::string(series_colours[language % series_colours.size()]);
}

/// A layer a line: neurons counted once, then the sum of the languages up to each.
inline std::string stacked_layers(const NeuronCounts& counts) {
  std::string data;
  for (std::size_t layer = 0; layer < counts.unique.size(); ++layer) {
    data += text_of(layer, " ", counts.unique[layer]);
    Index stacked = 0;
    for (const std::vector<Index>& language : counts.by_layer) data += text_of(" ", stacked += language[layer]);
    data += "\n";
  }
  return data;
}

inline std::string layer_panel(const SetDescription& set, std::size_t number) {
  const std::string data = text_of("$layers", number);
  std::string plots;
  for (std::size_t k = set.counts.languages.size(); k-- > 0;)
    plots += text_of(data, " using 1:", k + 3, " with boxes linecolor rgb \"", colour_of(k), "\" notitle, ");
  return text_of(data, " << NEUROGLOT_END\n", stacked_layers(set.counts), "NEUROGLOT_END\nset title ",
                 gnuplot_string(set.label), " textcolor rgb \"", ink, "\"\nset xrange [-0.7:", set.counts.unique.size(),
                 "-0.3]\nset yrange [0:*]\nplot ", plots, data,
                 " using 1:2 with histeps linewidth 1.5 linecolor rgb \"", ink, "\" notitle\n");
}

/// The languages' colours in a line along the top, since the panels share them.
inline std::string colour_legend(const std::vector<std::string>& languages, double height) {
  std::string script;
  const double step = 0.92 / static_cast<double>(languages.size());
  for (std::size_t k = 0; k < languages.size(); ++k) {
    const double x = 0.06 + step * static_cast<double>(k), y = 1 - 16 / height;
    script += text_of("set object rectangle from screen ", x, ", screen ", y - 6 / height, " to screen ", x + 0.018,
                      ", screen ", y + 6 / height, " fillstyle solid 1 noborder fillcolor rgb \"", colour_of(k),
                      "\"\nset label ", gnuplot_string(shortened(languages[k])), " at screen ", x + 0.024, ", screen ",
                      y, " left textcolor rgb \"", ink, "\"\n");
  }
  return script;
}

}  // namespace detail

/// A panel a set, two beside each other, each with a scale of its own.
inline Figure layer_panels(const std::vector<SetDescription>& sets) {
  const std::size_t down = (sets.size() + 1) / 2;
  const int height = static_cast<int>(40 + 270 * down);
  std::string script =
      text_of("set multiplot layout ", down, ",2 margins screen 0.08,0.98,", 60.0 / height, ",", 1 - 66.0 / height,
              " spacing screen 0.11,", 106.0 / height, "\nset boxwidth 0.86\nunset key\nset xlabel \"layer\"\n",
              "set ylabel \"neurons\"\n", detail::colour_legend(sets.front().counts.languages, height));
  for (std::size_t i = 0; i < sets.size(); ++i)
    script += detail::layer_panel(sets[i], i) + (i == 0 ? "unset label\nunset object\n" : "");
  return {"neurons_per_layer_by_set", "Number of neurons of each language, layer by layer, by method", 800, height,
          script + "unset multiplot\n"};
}

/// Languages in rows, sets in columns; assignments and unique neurons at the end.
inline HtmlTable set_table(const std::vector<SetDescription>& sets) {
  HtmlTable table{"<b>Neurons of each language</b>, and how many of them belong to no other one", {"language"}, {}};
  for (const SetDescription& set : sets) table.head.push_back(html(set.label));
  for (const std::string& language : sets.front().counts.languages) {
    std::vector<HtmlCell> cells = {html(language_name(language))};
    for (const auto& [label, method, rate, counts, per_layer] : sets) {
      const auto found = std::find(counts.languages.begin(), counts.languages.end(), language);
      const auto k = static_cast<std::size_t>(found - counts.languages.begin());
      cells.emplace_back(found == counts.languages.end()
                             ? "\u2013"
                             : grouped(counts.neurons(k)) + "<small>" + grouped(counts.alone[k]) + " alone</small>");
    }
    table.rows.push_back(std::move(cells));
  }
  std::vector<HtmlCell> assigned = {"sum of assignments"}, unique = {"unique neurons"};
  for (const SetDescription& set : sets) {
    const auto once = static_cast<double>(set.counts.all_unique());
    assigned.emplace_back(grouped(set.counts.assignments()));
    unique.emplace_back(grouped(set.counts.all_unique()) + "<small>" +
                        percent(once / static_cast<double>(std::max<Index>(1, set.all_neurons()))) + " of all</small>");
  }
  table.rows.push_back(std::move(assigned));
  table.rows.push_back(std::move(unique));
  return table;
}

/// A row a set and language, with the sums of the set behind.
inline Table set_rows(const std::vector<SetDescription>& sets) {
  Table table({"set", "language", "neurons", "this_language_alone", "set_assignments", "set_unique"});
  for (const SetDescription& set : sets)
    for (std::size_t k = 0; k < set.counts.languages.size(); ++k)
      table.add(set.label, set.counts.languages[k], set.counts.neurons(k), set.counts.alone[k],
                set.counts.assignments(), set.counts.all_unique());
  return table;
}

/// A row a set, language and layer.
inline Table set_layer_rows(const std::vector<SetDescription>& sets) {
  Table table({"set", "language", "layer", "neurons", "unique_in_layer"});
  for (const SetDescription& set : sets)
    for (std::size_t k = 0; k < set.counts.languages.size(); ++k)
      for (std::size_t layer = 0; layer < set.counts.unique.size(); ++layer)
        table.add(set.label, set.counts.languages[k], layer, set.counts.by_layer[k][layer], set.counts.unique[layer]);
  return table;
}

}  // namespace neuroglot::report

/// Similarity and dominance of languages over the layers of a model, as lines. (Tang et al. 2024, Figs. 5 to 7)
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/figure.hpp"
#include "neuroglot/experiment/report_heat_map.hpp"
#include "neuroglot/experiment/report_similarity.hpp"
#include "neuroglot/experiment/report_words.hpp"

namespace neuroglot::report {

namespace detail {

/// The x axis: -1, then round layers with room between their labels.
inline std::string layer_tics(std::size_t blocks) {
  std::size_t step = 1;
  for (const std::size_t round : {2, 5, 10, 20, 50})
    if (blocks / step > 16) step = round;
  std::string tics = text_of("\"", minus, "1\" -1");
  for (std::size_t layer = blocks > 40 ? step : 0; layer < blocks; layer += step) tics += text_of(", ", layer);
  return text_of("set xtics (", tics, ")\nset xrange [-1.4:", static_cast<double>(blocks) - 0.6,
                 "]\nset xlabel \"layer\"\n");
}

/// The least and the most alike pair of a layer.
inline std::pair<double, double> range_of_pairs(const LayerSimilarity& at) {
  double least = at.ses[0][1], most = least;
  for (std::size_t k = 0; k < at.ses.size(); ++k)
    for (std::size_t c = k + 1; c < at.ses.size(); ++c) {
      least = std::min(least, at.ses[k][c]);
      most = std::max(most, at.ses[k][c]);
    }
  return {least, most};
}

inline Figure dominance_heat_map(const LanguageSimilarity& measured, std::string name, std::string title) {
  HeatMap map{measured.languages, {}, {}, "target", "layer", ~std::size_t{0}, 0, "dominance", {}};
  for (std::string& row : map.rows) row = shortened(row);
  double least = 1, most = -1;
  for (const LayerSimilarity& at : measured.layers) {
    map.columns.push_back(at.layer % 5 == 0 ? std::to_string(at.layer) : "");
    for (const double score : at.dominance()) {
      least = std::min(least, score);
      most = std::max(most, score);
    }
  }
  map.cells.resize(measured.languages.size());
  for (const LayerSimilarity& at : measured.layers) {
    const std::vector<double> scores = at.dominance();
    for (std::size_t c = 0; c < scores.size(); ++c)
      map.cells[c].push_back({most > least ? (scores[c] - least) / (most - least) : 0, "", false});
  }
  map.bar_ticks = {{0, fixed(least, 3)}, {1, fixed(most, 3)}};
  return heat_map(std::move(name), std::move(title), map);
}

}  // namespace detail

/// Fig. 5: mean similarity of all pairs on the left axis, around it the range of the pairs; language-specific neurons
/// on the right one.
inline Figure similarity_figure(const Similarity& similarity) {
  std::string data;
  for (const LayerSimilarity& at : similarity.measured.layers) {
    const auto [least, most] = detail::range_of_pairs(at);
    data += text_of(at.layer, " ", at.mean_ses(), " ", least, " ", most, " ");
    const bool has_neurons = similarity.neurons && at.layer >= 0;
    data += has_neurons ? std::to_string((*similarity.neurons)[static_cast<std::size_t>(at.layer)]) : "NaN";
    data += "\n";
  }
  std::string right_axis, right_line;
  if (similarity.neurons) {
    right_axis = text_of(
        "set border 11\nset y2tics nomirror out scale 0.6 textcolor rgb \"#a03c00\"\nset y2range [0:*]\n"
        "set y2label \"language-specific neurons\" textcolor rgb \"#a03c00\"\n");
    right_line =
        ", $data using 1:5 axes x1y2 with lines linewidth 2.5 dashtype (12,5) linecolor rgb \"#d55e00\" title "
        "\"neurons (right axis)\"";
  }
  return {"similarity",
          "Similarity of sentences in different languages, and number of language-specific neurons, layer by layer",
          800, 380,
          text_of("$data << NEUROGLOT_END\n", data, "NEUROGLOT_END\n", detail::layer_tics(similarity.blocks()),
                  right_axis, "set ylabel \"sentence embedding similarity\" textcolor rgb \"#332288\"\n",
                  "set ytics textcolor rgb \"#332288\"\nset key above left horizontal Left reverse samplen 2 width 1\n",
                  "plot $data using 1:3:4 with filledcurves linecolor rgb \"#dcd9ec\" title \"range of the pairs\", ",
                  "$data using 1:2 with lines linewidth 2.5 linecolor rgb \"#332288\" title \"mean of all pairs\"",
                  right_line, "\n")};
}

/// Figs. 6 and 7: a line a target; a heat map where there are more languages than colours that can be told apart.
inline Figure dominance_figure(const Similarity& similarity) {
  const LanguageSimilarity& measured = similarity.measured;
  const std::string name = "dominance", title = "Dominance of each language, layer by layer";
  if (measured.languages.size() > series_colours.size()) return detail::dominance_heat_map(measured, name, title);
  std::string data, plots;
  for (const LayerSimilarity& at : measured.layers) {
    data += std::to_string(at.layer);
    for (const double score : at.dominance()) data += text_of(" ", score);
    data += "\n";
  }
  for (std::size_t c = 0; c < measured.languages.size(); ++c)
    plots += text_of(c == 0 ? "" : ", ", "$data using 1:", c + 2, " with lines linewidth 2 linecolor rgb \"",
                     series_colours[c], "\" title ", gnuplot_string(shortened(measured.languages[c])));
  return {name, title, 800, 380,
          text_of("$data << NEUROGLOT_END\n", data, "NEUROGLOT_END\n", detail::layer_tics(similarity.blocks()),
                  "set ylabel \"dominance of the target\"\n",
                  "set key outside right center vertical Left reverse samplen 1.6 spacing 1.25\nplot ", plots, "\n")};
}

}  // namespace neuroglot::report

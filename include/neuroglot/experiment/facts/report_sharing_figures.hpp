/// Which languages predict the same facts, as heat maps in three orders and as a dendrogram. (Zhao et al. 2024, Fig.
/// 13)
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/experiment/facts/report_fact_neurons_figures.hpp"
#include "neuroglot/experiment/facts/report_sharing.hpp"
#include "neuroglot/experiment/figure.hpp"
#include "neuroglot/experiment/report_heat_map.hpp"
#include "neuroglot/experiment/report_words.hpp"

namespace neuroglot::report {

namespace detail {

inline HeatMap sharing_heat_map(const SharingSection& of, const std::vector<std::size_t>& order) {
  OptionalRows values;
  std::vector<std::string> names;
  for (const std::size_t r : order) {
    names.push_back(of.languages[r]);
    values.emplace_back();
    for (const std::size_t c : order) values.back().push_back(of.similarity[r][c]);
  }
  HeatMap map = language_heat_map(
      values, names, names, [](std::size_t r, std::size_t c) { return r == c; }, false);
  map.row_title = map.column_title = "language";
  map.bar_title = "similarity";
  return map;
}

/// A frame around each square of so many rows and columns along the diagonal.
inline std::string framed_squares(const HeatMap& map, const std::vector<std::size_t>& sizes) {
  const HeatLayout at = layout(map);
  Canvas canvas(at.width, at.height);
  std::size_t first = 0;
  for (const std::size_t size : sizes) {
    const double begin = static_cast<double>(first), many = static_cast<double>(size);
    canvas.frame(at.left + begin * at.cell_width - 1.5, at.top + begin * at.cell_height - 1.5, many * at.cell_width + 1,
                 many * at.cell_height + 1);
    first += size;
  }
  return canvas.objects();
}

/// The upright line and the place of each cluster of a dendrogram.
struct DendrogramNode {
  double x = 0, y = 0;
};

}  // namespace detail

/// The chosen languages in their order.
inline Figure sharing_figure(const SharingSection& of) {
  return heat_map("sharing", "Facts that two languages predict both, of those that either does",
                  detail::sharing_heat_map(of, of.order));
}

/// All languages by their similarity to one.
inline Figure sharing_by_similarity_figure(const SharingSection& of) {
  return heat_map("sharing_by_similarity", "The same for all languages, by similarity to " + of.like,
                  detail::sharing_heat_map(of, of.by_similarity));
}

/// All languages cluster by cluster, each framed.
inline Figure sharing_clusters_figure(const SharingSection& of) {
  std::vector<std::size_t> order, sizes;
  for (const std::vector<std::size_t>& cluster : of.clusters) {
    order.insert(order.end(), cluster.begin(), cluster.end());
    sizes.push_back(cluster.size());
  }
  const HeatMap map = detail::sharing_heat_map(of, order);
  Figure figure = heat_map("sharing_clusters", "The same, cluster by cluster", map);
  figure.script = detail::framed_squares(map, sizes) + figure.script;
  return figure;
}

/// Languages below each other; two clusters meet where their mean 1 - similarity is.
inline Figure dendrogram_figure(const SharingSection& of) {
  constexpr double row = 24, top = 20, right_margin = 30;
  const std::size_t n = of.languages.size();
  std::size_t widest = 2;
  for (const std::string& name : of.languages) widest = std::max(widest, display_width(shortened(name)));
  const double left = 30 + 9.0 * static_cast<double>(widest), bottom = top + row * static_cast<double>(n);
  const int width = 720, height = static_cast<int>(bottom) + 58;
  detail::Canvas canvas(width, height);
  double most = 1e-12;
  for (const ClusterMerge& merge : of.merges) most = std::max(most, merge.height);
  const double tall = most * 1.04;
  const auto x_of = [&](double distance) { return left + (width - left - right_margin) * distance / tall; };
  const double step = most > 0.5 ? 0.1 : most > 0.2 ? 0.05 : 0.02;
  for (double at = 0; at <= tall; at += step) {
    canvas.line(x_of(at), top, x_of(at), bottom, "#e4e4e4");
    canvas.text(x_of(at), bottom + 14, fixed(at, 2), "center");
  }
  std::vector<detail::DendrogramNode> nodes(n + of.merges.size());
  for (std::size_t i = 0; i < n; ++i) {
    const double y = top + row * (static_cast<double>(i) + 0.5);
    nodes[of.leaves[i]] = {x_of(0), y};
    canvas.text(left - 10, y, shortened(of.languages[of.leaves[i]]), "right");
  }
  for (std::size_t i = 0; i < of.merges.size(); ++i) {
    const detail::DendrogramNode &a = nodes[of.merges[i].first], &b = nodes[of.merges[i].second];
    const double x = x_of(of.merges[i].height);
    canvas.line(a.x, a.y, x, a.y, "#332288", 2);
    canvas.line(b.x, b.y, x, b.y, "#332288", 2);
    canvas.line(x, a.y, x, b.y, "#332288", 2);
    nodes[n + i] = {x, (a.y + b.y) / 2};
  }
  canvas.text((left + width - right_margin) / 2, bottom + 40, "1 \u2212 similarity, mean between two clusters",
              "center");
  return {"sharing_dendrogram", "Dendrogram of the languages by the facts they share", width, height, canvas.script()};
}

}  // namespace neuroglot::report

/// The languages around each target, drawn in a plane: near the middle are those that fall onto the target once their
/// mean embedding is exchanged for its own. (Tang et al. 2024, Figs. 6 and 7)
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/figure.hpp"
#include "neuroglot/experiment/report_heat_map.hpp"
#include "neuroglot/experiment/report_similarity.hpp"
#include "neuroglot/experiment/report_words.hpp"

namespace neuroglot::report {

/// At most nine targets, the most dominant ones first.
inline std::vector<std::size_t> pictured_targets(const LayerSimilarity& at) {
  const std::vector<double> scores = at.dominance();
  std::vector<std::size_t> targets(scores.size());
  std::iota(targets.begin(), targets.end(), std::size_t{0});
  std::stable_sort(targets.begin(), targets.end(), [&](auto a, auto b) { return scores[a] > scores[b]; });
  if (targets.size() > series_colours.size()) targets.resize(series_colours.size());
  return targets;
}

namespace detail {

inline constexpr double square = 266;  // pixels of a target's square
inline constexpr double rim = 96;      // of its circle, from the middle
inline constexpr double line = 14;     // from one label to the next; they lie over each other from a pixel less on

struct PointLabel {
  double x, y;
  bool is_left;  ///< of its point, where that is left of the middle
  std::string text;

  double width() const { return 8.5 * static_cast<double>(display_width(text)); }
  double begin() const { return is_left ? x - width() : x; }
};

/// Moves labels down until none lies over an earlier one or over something else that is drawn.
inline void set_apart(std::vector<PointLabel>& labels, std::vector<PointLabel> drawn) {
  std::stable_sort(labels.begin(), labels.end(), [](const auto& a, const auto& b) { return a.y < b.y; });
  const auto lie_over = [](const PointLabel& a, const PointLabel& b) {
    return a.begin() < b.begin() + b.width() && b.begin() < a.begin() + a.width() && std::abs(a.y - b.y) < line - 1;
  };
  for (PointLabel& label : labels) {
    for (auto other = drawn.begin(); other != drawn.end();)
      if (lie_over(label, *other)) {
        label.y = other->y + line;
        other = drawn.begin();  // it may lie over one now that has been passed
      } else {
        ++other;
      }
    drawn.push_back(label);
  }
}

/// A step of 1, 2 or 5 times a power of ten that goes two to five times into `full`.
inline double round_step(double full) {
  const double power = std::pow(10.0, std::floor(std::log10(full)));
  return full / power < 2 ? power / 2 : full / power < 5 ? power : 2 * power;
}

/// The panels of one layer: where 1 - alignment is `full`, a point lies on the rim.
class TargetPanels {
 public:
  TargetPanels(const LanguageSimilarity& measured, const LayerSimilarity& at, std::vector<std::size_t> targets)
      : measured_(measured), at_(at), targets_(std::move(targets)), canvas_(width(), height()) {
    for (const std::size_t c : targets_)
      for (const double cosine : at_.aligned[c]) full_ = std::max(full_, 1 - cosine);
    for (std::size_t i = 0; i < targets_.size(); ++i) draw(targets_[i], x_of(i), y_of(i));
  }

  static int width() { return 800; }
  int height() const {
    const std::size_t rows = (targets_.size() + 2) / 3;
    return static_cast<int>(square * static_cast<double>(rows)) + 8;
  }
  std::string script() const { return circles_ + canvas_.script(); }

 private:
  double x_of(std::size_t i) const { return square * (static_cast<double>(i % 3) + 0.5); }
  double y_of(std::size_t i) const {
    const std::size_t row = i / 3;
    return square * (static_cast<double>(row) + 0.5) + 16;
  }

  void circle(double x, double y, double radius, std::string_view style) {
    circles_ += text_of("set object circle at ", x, ",", y, " size ", radius, " ", style, "\n");
  }

  /// Circles at round cosines, the outermost with its number where no point lies: above or below.
  void rings(double x, double y, const std::vector<PointLabel>& labels) {
    const double step = round_step(full_);
    const int digits = std::max(1, static_cast<int>(std::ceil(-std::log10(step) - 1e-9)));
    double largest = 0;
    for (double at = step; at < full_ * 1.02; at += step) {
      largest = at;
      circle(x, y, rim * at / full_, "back fillstyle empty border linecolor rgb \"#d4d4d0\" linewidth 1");
    }
    const double away = rim * largest / full_ + 9;
    const auto nearest = [&](double to) {
      double distance = 1e9;
      for (const PointLabel& label : labels) distance = std::min(distance, std::hypot(label.x - x, label.y - to));
      return distance;
    };
    const double label_y = nearest(y - away) > nearest(y + away) ? y - away : y + away;
    canvas_.text(x, label_y, fixed(1 - largest, digits), "center", "#777777");
  }

  void draw(std::size_t c, double x, double y) {
    canvas_.text(x, y - rim - 28, "onto " + language_name(shortened(measured_.languages[c])), "center");
    std::vector<PointLabel> labels, points;
    for (std::size_t k = 0; k < measured_.languages.size(); ++k) {
      const double away = k == c || full_ <= 0 ? 0 : rim * (1 - at_.aligned[c][k]) / full_;
      const double right = at_.map.points[k][0] - at_.map.points[c][0],
                   up = at_.map.points[k][1] - at_.map.points[c][1];
      const double angle = std::atan2(up, right);
      const double px = x + away * std::cos(angle), py = y - away * std::sin(angle);
      circle(px, py, k == c ? 6 : 5,
             text_of("front fillstyle solid 1 border linecolor rgb \"#ffffff\" fillcolor rgb \"",
                     series_colours[k % series_colours.size()], "\""));
      points.push_back({px - 4, py, false, "o"});
      const bool is_left = px < x - 1;
      if (k != c) labels.push_back({px + (is_left ? -8 : 8), py, is_left, shortened(measured_.languages[k])});
    }
    set_apart(labels, std::move(points));
    if (full_ > 0) rings(x, y, labels);
    for (const PointLabel& label : labels) canvas_.text(label.x, label.y, label.text, label.is_left ? "right" : "left");
  }

  const LanguageSimilarity& measured_;
  const LayerSimilarity& at_;
  std::vector<std::size_t> targets_;
  Canvas canvas_;
  std::string circles_;
  double full_ = 0;
};

}  // namespace detail

/// A point's distance from the middle is 1 - its language's alignment with the target, on one scale in all panels; its
/// direction that from the target's mean embedding to the language's, on the layer's first two principal components.
inline Figure language_map_figure(const Similarity& similarity) {
  const LayerSimilarity& at = most_alike_layer(similarity);
  const detail::TargetPanels panels(similarity.measured, at, pictured_targets(at));
  return {"languages_around_targets", text_of("Languages around each target at layer ", at.layer),
          detail::TargetPanels::width(), panels.height(), panels.script()};
}

}  // namespace neuroglot::report

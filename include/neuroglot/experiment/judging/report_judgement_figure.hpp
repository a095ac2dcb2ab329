/// Language accuracy of answers with neurons as they are, off and on, as bars with their intervals.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/figure.hpp"
#include "neuroglot/experiment/judging/report_judgement.hpp"
#include "neuroglot/experiment/report_words.hpp"

namespace neuroglot::report {

namespace detail {

struct AccuracySeries {
  std::string_view condition, title, colour;
};

inline constexpr std::array<AccuracySeries, 3> accuracy_series = {
    {{"normal", "normal", "#88ccee"}, {"off", "its neurons off", "#882255"}, {"on", "its neurons steered", "#117733"}}};

inline const JudgementCell* own_cell(const Judgement& found, const AccuracySeries& series,
                                     const std::string& language) {
  return found.find(std::string(series.condition), language, series.condition == "off" ? language : "");
}

}  // namespace detail

/// Languages beside each other, of each up to three bars.
inline Figure accuracy_figure(const Judgement& found) {
  std::string data, plots, tics;
  std::vector<const detail::AccuracySeries*> there;
  for (const detail::AccuracySeries& series : detail::accuracy_series)
    if (!found.all(std::string(series.condition)).empty()) there.push_back(&series);
  const double width = 0.8 / static_cast<double>(there.size());
  for (std::size_t s = 0; s < there.size(); ++s) {
    data += text_of("$bars", s, " << NEUROGLOT_END\n");
    for (std::size_t k = 0; k < found.languages.size(); ++k)
      if (const JudgementCell* const cell = detail::own_cell(found, *there[s], found.languages[k])) {
        const Estimate& accuracy = cell->accuracy;
        const Interval ends = accuracy.interval.value_or(Interval{accuracy.mean, accuracy.mean});
        const double x =
            static_cast<double>(k) + width * (static_cast<double>(s) - 0.5 * static_cast<double>(there.size() - 1));
        data += text_of(x, " ", accuracy.mean, " ", ends.low, " ", ends.high, "\n");
      }
    data += "-9 0 0 0\nNEUROGLOT_END\n";  // outside of what is drawn: gnuplot refuses data without a line
    plots += text_of(s == 0 ? "" : ", ", "$bars", s, " using 1:2 with boxes linecolor rgb \"", there[s]->colour,
                     "\" title ", gnuplot_string(there[s]->title), ", $bars", s,
                     " using 1:3:(0):($4-$3) with vectors nohead linewidth 1.2 linecolor rgb \"", ink, "\" notitle");
  }
  for (std::size_t k = 0; k < found.languages.size(); ++k)
    tics += text_of(k == 0 ? "" : ", ", gnuplot_tic(shortened(found.languages[k], 8)), " ", k);
  const bool is_crowded = found.languages.size() > 16;
  return {
      "language_accuracy",
      "Share of answers in the target language with its neurons as they are, off and on, for each language", 800, 380,
      text_of(
          data, "set boxwidth ", 0.9 * width, "\nset xtics scale 0 (", tics, ")", is_crowded ? " rotate" : "",
          "\nset xrange [-0.6:", static_cast<double>(found.languages.size()) - 0.4,
          "]\nset yrange [0:1.02]\nset ytics 0.2\nset ylabel \"language accuracy\"\nset xlabel \"language asked in\"\n",
          "set key above left horizontal Left reverse samplen 1.5 width 1\nplot ", plots, "\n")};
}

}  // namespace neuroglot::report

/// The section of a report on what P@1 goes with: sizes of corpora, objects of one token. (Zhao et al. 2024, Fig. 12)
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "neuroglot/experiment/facts/report_factors.hpp"
#include "neuroglot/experiment/report_html.hpp"
#include "neuroglot/experiment/report_protocol.hpp"
#include "neuroglot/experiment/report_scatter.hpp"
#include "neuroglot/experiment/report_words.hpp"
#include "neuroglot/io/table.hpp"

namespace neuroglot::report {

namespace detail {

inline std::string number_or_dash(const std::optional<double>& value, int digits) {
  return value ? fixed(*value, digits) : "\u2013";
}

/// "0.51 [0.28, 0.69]"
inline std::string correlation_words(const StatedCorrelation& of) {
  std::string words = number_or_dash(of.r, 2);
  if (of.low && of.high) words += " [" + fixed(*of.low, 2) + ", " + fixed(*of.high, 2) + "]";
  return words;
}

/// With the interval below the coefficient.
inline HtmlCell correlation_cell(const StatedCorrelation& of) {
  std::string cell = number_or_dash(of.r, 3);
  if (of.low && of.high) cell += "<small>[" + fixed(*of.low, 2) + ",&nbsp;" + fixed(*of.high, 2) + "]</small>";
  return cell;
}

/// Sizes that span more than a factor of 20 are drawn on a logarithmic axis.
inline ScatterPanel scatter_of(const FactorPanel& factor) {
  ScatterPanel panel{factor.size + ": r = " + correlation_words(factor.pearson),
                     factor.size,
                     "P@1 (" + factor.p1 + "), %",
                     {},
                     factor.sizes,
                     factor.p1s,
                     factor.slope,
                     factor.intercept,
                     false};
  for (const std::string& language : factor.languages) panel.names.push_back(shortened(language, 5));
  const auto [least, most] = std::ranges::minmax(factor.sizes);
  if (!factor.line_log10 || most < 20 * least) return panel;
  panel.is_logarithmic = true;
  panel.x_title += ", logarithmic";
  std::tie(panel.slope, panel.intercept) = *factor.line_log10;
  return panel;
}

/// Those of the first P@1, which is the one in the figure.
inline std::vector<ScatterPanel> scatter_panels(const FactorsSection& section) {
  std::vector<ScatterPanel> panels;
  for (const FactorPanel& factor : section.panels)
    if (factor.p1 == section.panels[0].p1 && !factor.languages.empty()) panels.push_back(scatter_of(factor));
  return panels;
}

}  // namespace detail

/// Fig. 12 for every size.
inline Figure factors_figure(const FactorsSection& section) {
  return scatter_figure("factors", "P@1 of each language against the size of its corpus",
                        detail::scatter_panels(section));
}

inline std::string factors_caption(const FactorsSection& section) {
  std::string caption =
      "P@1 of each language against the size of its corpus, with the line of least squares (where the axis is "
      "logarithmic, through the logarithms); above each panel Pearson's r with its 95% interval, of the sizes as they "
      "are.";
  const FactorPanel* strongest = nullptr;
  for (const FactorPanel& factor : section.panels)
    if (factor.p1 == section.panels[0].p1 && factor.pearson.r &&
        (strongest == nullptr || std::abs(*factor.pearson.r) > std::abs(*strongest->pearson.r)))
      strongest = &factor;
  if (strongest != nullptr)
    caption += " Farthest from 0: " + strongest->size + ", r = " + detail::correlation_words(strongest->pearson) +
               " over " + counted(static_cast<std::int64_t>(strongest->languages.size()), "language") + ".";
  if (!section.panels[0].left_out.empty())
    caption += " Left out for want of a size or a P@1: " + listed(section.panels[0].left_out) + ".";
  return caption + " A language whose name has no room is in the tables.";
}

/// A row a P@1 and size.
inline HtmlTable factors_html_table(const FactorsSection& section) {
  HtmlTable table{"<b>Correlation of P@1 with sizes of corpora</b> [95% interval]",
                  {"P@1", "size", "languages", "Pearson's r", "p", "Spearman's", "r with log10 of the size"},
                  {}};
  for (const FactorPanel& of : section.panels)
    table.rows.push_back({html(of.p1), html(of.size), grouped(static_cast<std::int64_t>(of.languages.size())),
                          detail::correlation_cell(of.pearson), detail::number_or_dash(of.pearson.p, 3),
                          detail::correlation_cell(of.spearman), detail::correlation_cell(of.pearson_log10)});
  return table;
}

/// A row a language, of the first P@1.
inline HtmlTable one_token_html_table(const FactorsSection& section) {
  const std::string& first = section.one_token[0].p1;
  HtmlTable table{"<b>Objects of one token</b> (" + html(first) + "): P@1 as the mean over these objects",
                  {"language", "P@1, %", "one-token P@1, %", "one-token entities", "facts with one"},
                  {}};
  for (const OneTokenRow& row : section.one_token)
    if (row.p1 == first)
      table.rows.push_back({html(language_name(row.language)), detail::number_or_dash(row.all, 2),
                            detail::number_or_dash(row.one_token, 2), grouped(row.entities), grouped(row.facts)});
  return table;
}

/// A row a P@1, size and language: the points of the figure.
inline Table factor_rows(const FactorsSection& section) {
  Table table({"p1", "size", "language", "size_value", "p1_percent"});
  for (const FactorPanel& of : section.panels)
    for (std::size_t i = 0; i < of.languages.size(); ++i)
      table.add(of.p1, of.size, of.languages[i], of.sizes[i], of.p1s[i]);
  return table;
}

/// A row a P@1 and language.
inline Table one_token_rows(const FactorsSection& section) {
  Table table({"p1", "language", "p1_percent", "one_token_p1_percent", "one_token_entities", "one_token_facts"});
  const auto cell = [](const std::optional<double>& value) { return value ? Cell(*value) : Cell(std::string()); };
  for (const OneTokenRow& of : section.one_token)
    table.add_row(
        {of.p1, of.language, cell(of.all), cell(of.one_token), std::int64_t{of.entities}, std::int64_t{of.facts}});
  return table;
}

/// add(figure, caption) draws and numbers a figure and gives its HTML.
template <class Add>
std::string factors_html(const FactorsSection& found, Add add) {
  std::string out;
  if (!found.panels.empty()) {
    if (!detail::scatter_panels(found).empty()) out += add(factors_figure(found), factors_caption(found));
    out += to_html(factors_html_table(found));
  }
  if (!found.one_token.empty()) out += to_html(one_token_html_table(found));
  return out + element("p", "<q>" + html(found.protocol) + "</q> (factors.json)", "small") +
         detail::provenance_details("factors.json", found.provenance);
}

}  // namespace neuroglot::report

/// The section of a report on the roots of facts. (Zhao et al. 2024, section 6; Figs. 17 and 18 of the slides)
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/experiment/facts/report_roots.hpp"
#include "neuroglot/experiment/report_html.hpp"
#include "neuroglot/experiment/report_protocol.hpp"
#include "neuroglot/experiment/report_stacked_bars.hpp"

namespace neuroglot::report {

namespace detail {

struct RootCellPart {
  std::string_view label, colour;
  Presence presence;
  Asked asked;
};

inline constexpr std::array<RootCellPart, 4> root_cell_parts = {
    {{"present, predicted", "#117733", Presence::present, Asked::predicted},
     {"absent, predicted", "#cc6677", Presence::absent, Asked::predicted},
     {"present, not predicted", "#88ccee", Presence::present, Asked::not_predicted},
     {"absent, not predicted", "#c8c8c8", Presence::absent, Asked::not_predicted}}};

/// What the bars leave out: not asked, or without a corpus.
inline std::size_t other_cells(const RootCells& cells) {
  std::size_t all = cells.at(Presence::absent, Asked::not_probed) + cells.at(Presence::present, Asked::not_probed);
  for (const std::size_t count : cells.counts[static_cast<std::size_t>(Presence::no_corpus)]) all += count;
  return all;
}

/// Names of files as words: "same_object_name" is "same object name".
inline std::string spaced(std::string_view name) {
  std::string words(name);
  std::ranges::replace(words, '_', ' ');
  return words;
}

inline constexpr std::array<std::string_view, 3> type_colours = {"#332288", "#ddcc77", "#44aa99"};
inline constexpr std::array<std::string_view, 6> finer_colours = {"#882255", "#cc6677", "#ddcc77",
                                                                  "#88ccee", "#332288", "#c8c8c8"};

template <std::size_t count>
StackedBars root_bars(const RootsSection& roots, const std::array<std::string_view, count>& names,
                      const std::array<std::string_view, count>& colours,
                      const std::vector<Index> RootsOfLanguage::*counts, const std::string& axis) {
  StackedBars bars{{}, {}, axis};
  for (const RootsOfLanguage& of : roots.languages)
    if (of.articles > 0) bars.rows.push_back(shortened(of.language));
  for (std::size_t i = 0; i < count; ++i) {
    BarPart& part = bars.parts.emplace_back(BarPart{spaced(names[i]), std::string(colours[i]), {}});
    for (const RootsOfLanguage& of : roots.languages)
      if (of.articles > 0) part.values.push_back(static_cast<double>((of.*counts)[i]));
  }
  return bars;
}

}  // namespace detail

/// Fig. 17: the facts of each language by cell.
inline Figure roots_figure(const RootsSection& roots) {
  StackedBars bars{{}, {}, "facts"};
  for (const RootsOfLanguage& of : roots.languages) bars.rows.push_back(shortened(of.language));
  for (const detail::RootCellPart& cell : detail::root_cell_parts) {
    BarPart& part = bars.parts.emplace_back(BarPart{std::string(cell.label), std::string(cell.colour), {}});
    for (const RootsOfLanguage& of : roots.languages)
      part.values.push_back(static_cast<double>(of.cells.at(cell.presence, cell.asked)));
  }
  bars.parts.push_back({"not asked, or no corpus", "#eeeeee", {}});
  for (const RootsOfLanguage& of : roots.languages)
    bars.parts.back().values.push_back(static_cast<double>(detail::other_cells(of.cells)));
  return stacked_bars("roots", "Facts of each language that its corpus states and that are predicted", bars);
}

/// Fig. 18: absent yet predicted facts by type.
inline Figure root_types_figure(const RootsSection& roots) {
  return stacked_bars("root_types", "Types of the facts that are predicted though the corpus lacks them",
                      detail::root_bars(roots, root_type_names, detail::type_colours, &RootsOfLanguage::types,
                                        "facts that are predicted and absent"));
}

inline Figure finer_roots_figure(const RootsSection& roots) {
  return stacked_bars("finer_roots", "Where facts of type others may come from",
                      detail::root_bars(roots, finer_root_names, detail::finer_colours, &RootsOfLanguage::finer,
                                        "facts of type others"));
}

inline std::string roots_caption(const RootsSection& roots) {
  std::size_t absent = 0, predicted = 0;
  for (const RootsOfLanguage& of : roots.languages) {
    absent += of.cells.at(Presence::absent, Asked::predicted);
    predicted += of.cells.at(Presence::absent, Asked::predicted) + of.cells.at(Presence::present, Asked::predicted);
  }
  std::string caption = "Facts of each language by whether its corpus states them (" + roots.chunk +
                        ") and whether they are predicted (" + roots.match + " match). ";
  if (predicted > 0)
    caption += grouped(static_cast<std::int64_t>(absent)) + " of " + grouped(static_cast<std::int64_t>(predicted)) +
               " predicted facts (" + percent(static_cast<double>(absent) / static_cast<double>(predicted)) +
               ") stand in no chunk of their language's corpus.";
  return caption;
}

inline std::string root_types_caption(const RootsSection& roots) {
  Index all = 0;
  for (const Index count : roots.types) all += count;
  std::string caption = "Predicted facts that the corpus lacks, by the first type that holds: ";
  for (std::size_t i = 0; i < roots.types.size(); ++i)
    caption += (i == 0 ? "" : ", ") + detail::spaced(root_type_names[i]) + " " + grouped(roots.types[i]);
  return caption + "; " + grouped(all) + " in all.";
}

inline std::string finer_roots_caption(const RootsSection& roots) {
  std::string caption = "Those of type others by the first kind that holds: ";
  for (std::size_t i = 0; i < roots.finer.size(); ++i)
    caption += (i == 0 ? "" : ", ") + detail::spaced(finer_root_names[i]) + " " + grouped(roots.finer[i]);
  caption += ".";
  if (!roots.near_misses) caption += " Near misses were not sought.";
  if (!roots.guesses) caption += " The model was not asked without subjects.";
  return caption;
}

inline HtmlTable roots_html_table(const RootsSection& roots) {
  HtmlTable table{"<b>Roots of facts</b>", {"", "articles", "facts", "not in data set"}, {}};
  for (const detail::RootCellPart& cell : detail::root_cell_parts) table.head.push_back(html(cell.label));
  for (const std::string_view type : root_type_names) table.head.push_back(html(detail::spaced(type)));
  for (const RootsOfLanguage& of : roots.languages) {
    std::vector<HtmlCell> row = {html(of.language), of.articles > 0 ? grouped(of.articles) : std::string("no corpus"),
                                 grouped(of.facts), grouped(static_cast<std::int64_t>(of.cells.not_in_data_set))};
    for (const detail::RootCellPart& cell : detail::root_cell_parts)
      row.emplace_back(grouped(static_cast<std::int64_t>(of.cells.at(cell.presence, cell.asked))));
    for (const Index count : of.types) row.emplace_back(grouped(count));
    table.rows.push_back(std::move(row));
  }
  return table;
}

/// add(figure, caption) draws and numbers a figure and gives its HTML.
template <class Add>
std::string roots_html(const RootsSection& roots, Add add) {
  std::string out = add(roots_figure(roots), roots_caption(roots));
  Index typed = 0;
  for (const Index count : roots.types) typed += count;
  if (typed > 0) out += add(root_types_figure(roots), root_types_caption(roots));
  if (roots.types.back() > 0) out += add(finer_roots_figure(roots), finer_roots_caption(roots));
  return out + to_html(roots_html_table(roots)) +
         element("p", "<q>" + html(roots.protocol) + "</q> (roots.json)", "small") +
         detail::provenance_details("roots.json", roots.provenance);
}

}  // namespace neuroglot::report

/// The section of a report on the similarity and dominance of languages. (Tang et al. 2024, Figs. 5 to 7)
#pragma once

#include <string>

#include "neuroglot/experiment/report_html.hpp"
#include "neuroglot/experiment/report_language_map.hpp"
#include "neuroglot/experiment/report_protocol.hpp"
#include "neuroglot/experiment/report_similarity.hpp"
#include "neuroglot/experiment/report_similarity_captions.hpp"
#include "neuroglot/experiment/report_similarity_figures.hpp"
#include "neuroglot/experiment/report_similarity_tables.hpp"

namespace neuroglot::report {

/// add(figure, caption) draws and numbers a figure and gives its HTML.
template <class Add>
std::string similarity_html(const Similarity& found, Add add) {
  std::string out = add(similarity_figure(found), similarity_caption(found)) + to_html(pairs_table(found));
  out += add(dominance_figure(found), dominance_caption(found));
  out += add(language_map_figure(found), language_map_caption(found));
  return out + element("p", "<q>" + html(found.protocol) + "</q> (similarity.json)", "small") +
         detail::provenance_details("similarity.json", found.provenance);
}

}  // namespace neuroglot::report

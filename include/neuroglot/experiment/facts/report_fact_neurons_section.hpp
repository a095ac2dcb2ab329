/// The section of a report on the neurons of facts. (Zhao et al. 2024, section 5; Figs. 14 to 16 of the slides)
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/experiment/facts/report_fact_neurons.hpp"
#include "neuroglot/experiment/facts/report_fact_neurons_figures.hpp"
#include "neuroglot/experiment/report_html.hpp"
#include "neuroglot/experiment/report_protocol.hpp"
#include "neuroglot/io/table.hpp"

namespace neuroglot::report {

inline std::string fact_sharing_caption(const FactNeuronsSection& of) {
  std::string caption = text_of("How far languages have the same ", of.top, " neurons (of ", of.policy, " at ", of.site,
                                ") for the facts that both predict: mean Jaccard similarity, languages by P@1; without "
                                "a value: a language with itself, and languages without a common fact.");
  if (of.mean)
    caption += text_of(" Mean ", fixed(*of.mean, 4), ", with a zero for each language with itself ",
                       fixed(*of.mean_with_zero_diagonal, 4), ".");
  if (of.skipped > 0) caption += " " + counted(of.skipped, "fact or relation") + " without neurons left out.";
  return caption;
}

inline std::string fact_activity_caption(const FactNeuronsSection& of) {
  std::string caption = text_of("Mean scores of groups of neurons for \u201c", of.activity[0].sentence, "\u201d (",
                                of.activity[0].language, ")");
  return caption + text_of(" in ", detail::pictured_activity(of).size(), " of the ",
                           counted(static_cast<std::int64_t>(of.activity.size()), "language"),
                           " that predict it, by P@1; above each panel its object.");
}

/// Fig. 14 in numbers; with a plan, planned against found.
inline HtmlTable fact_kinds_html(const FactNeuronsSection& of) {
  HtmlTable table{"<b>Kinds of facts</b>" + std::string(of.confusion.empty() ? "" : ": planned (rows) and found"),
                  {of.confusion.empty() ? "" : "planned"},
                  {}};
  for (const auto& [kind, count] : of.kinds) table.head.push_back(html(kind));
  if (of.confusion.empty()) {
    std::vector<HtmlCell> row = {"facts"};
    for (const auto& [kind, count] : of.kinds) row.emplace_back(grouped(count));
    table.rows.push_back(std::move(row));
    return table;
  }
  table.head.insert(table.head.end(), {"not compared", "mean overlap"});
  for (const PlannedKind& planned : of.confusion) {
    std::vector<HtmlCell> row = {html(planned.planned)};
    for (std::size_t i = 0; i < planned.counts.size(); ++i)
      row.emplace_back(grouped(planned.counts[i]), i < of.kinds.size() && of.kinds[i].first == planned.planned);
    row.emplace_back(fixed(planned.overlap, 3));
    table.rows.push_back(std::move(row));
  }
  return table;
}

/// A row a kind, or with a plan a planned and a found kind.
inline Table fact_kind_rows(const FactNeuronsSection& of) {
  Table table({"planned", "found", "facts"});
  if (of.confusion.empty())
    for (const auto& [kind, count] : of.kinds) table.add(std::string(), kind, count);
  for (const PlannedKind& planned : of.confusion)
    for (std::size_t i = 0; i < planned.counts.size(); ++i)
      table.add(planned.planned, i < of.kinds.size() ? of.kinds[i].first : "not compared", planned.counts[i]);
  return table;
}

/// A row a pair of languages.
inline Table fact_neuron_rows(const FactNeuronsSection& of) {
  Table table({"first", "second", "similarity"});
  for (std::size_t r = 0; r < of.languages.size(); ++r)
    for (std::size_t c = r + 1; c < of.languages.size(); ++c)
      if (of.similarity[r][c]) table.add(of.languages[r], of.languages[c], *of.similarity[r][c]);
  return table;
}

/// Own language and others, all facts and by kind, against random neurons.
inline HtmlTable facts_off_html(const FactsOffSection& off) {
  HtmlTable table{"<b>With the neurons of a fact off</b>",
                  {"facts", "asked in", "measured", "P@1", "change, nats", "P@1, random", "change, random"},
                  {}};
  const auto add = [&](const std::string& what, const std::string& where, const Json& json) {
    const Field of{json, "fact_neurons.json: off"};
    if (whole_number(member(of, "facts")) == 0) return;
    const auto cell = [&](const char* key) { return HtmlCell(fixed(number(member(of, key)), 3)); };
    table.rows.push_back({html(what), html(where), grouped(whole_number(member(of, "facts"))), cell("p_at_1"),
                          cell("change"), cell("control_p_at_1"), cell("control_change")});
  };
  add("all", "their language", off.own);
  add("all", "others", off.others);
  for (const Json& kind : off.by_kind) {
    const Field of{kind, "fact_neurons.json: off: by_kind"};
    add(text(member(of, "kind")), "their language", member(of, "own_language").value);
    add(text(member(of, "kind")), "others", member(of, "other_languages").value);
  }
  return table;
}

/// add(figure, caption) draws and numbers a figure and gives its HTML.
template <class Add>
std::string fact_neurons_html(const FactNeuronsSection& found, Add add) {
  std::string out;
  if (found.languages.size() > 1 && found.mean) out += add(fact_sharing_figure(found), fact_sharing_caption(found));
  if (!found.activity.empty()) out += add(fact_activity_figure(found), fact_activity_caption(found));
  out += to_html(fact_kinds_html(found)) + element("p", html("Rule: " + found.rule + "."), "small");
  if (found.off) {
    out += add(facts_off_figure(*found.off),
               "Change of the log probability of a fact in one language (columns) with the neurons off that it has in "
               "another (rows), mean over the facts that both predict; framed: a language's own neurons.");
    out += to_html(facts_off_html(*found.off)) + element("p", html(found.off->protocol), "small");
  }
  return out + element("p", "<q>" + html(found.protocol) + "</q> (fact_neurons.json)", "small") +
         detail::provenance_details("fact_neurons.json", found.provenance);
}

}  // namespace neuroglot::report

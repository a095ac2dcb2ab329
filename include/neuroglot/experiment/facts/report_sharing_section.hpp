/// The section of a report on the facts that languages share. (Zhao et al. 2024, Fig. 13)
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "neuroglot/experiment/facts/report_sharing.hpp"
#include "neuroglot/experiment/facts/report_sharing_figures.hpp"
#include "neuroglot/experiment/report_html.hpp"
#include "neuroglot/experiment/report_protocol.hpp"
#include "neuroglot/experiment/report_words.hpp"
#include "neuroglot/io/table.hpp"

namespace neuroglot::report {

namespace detail {

/// Of a language: its mean similarity to the others, and which of them is most like it.
struct Neighbour {
  double mean = 0;
  std::optional<std::size_t> nearest;
};

inline Neighbour neighbour_of(const SharingSection& of, std::size_t language) {
  Neighbour found;
  for (std::size_t other = 0; other < of.languages.size(); ++other) {
    if (!of.similarity[language][other]) continue;
    found.mean += *of.similarity[language][other] / static_cast<double>(of.languages.size() - 1);
    if (!found.nearest || *of.similarity[language][other] > *of.similarity[language][*found.nearest])
      found.nearest = other;
  }
  return found;
}

inline std::string members_words(const SharingSection& of, const std::vector<std::size_t>& cluster) {
  std::vector<std::string> members;
  for (const std::size_t language : cluster) members.push_back(language_name(of.languages[language]));
  return listed(members);
}

}  // namespace detail

inline std::string sharing_caption(const SharingSection& of) {
  std::string caption = "Of the facts that one of two languages predicts or both do, the share that both do (" +
                        of.similarity_name + ", " + of.match + " match), over the facts that the data of both have";
  caption += of.order.size() == of.languages.size() ? "." : text_of("; ", of.order.size(), " chosen languages.");
  if (of.mean) {
    caption += " Mean over all pairs " + fixed(*of.mean, 3);
    if (of.mean_low && of.mean_high) caption += " [" + fixed(*of.mean_low, 3) + ", " + fixed(*of.mean_high, 3) + "]";
    caption += ".";
  }
  const auto by = [&](const auto& a, const auto& b) {
    return *of.similarity[a.first][a.second] < *of.similarity[b.first][b.second];
  };
  if (of.pairs.size() < 2) return caption;
  const auto words = [&](const std::pair<std::size_t, std::size_t>& pair) {
    return text_of(language_name(of.languages[pair.first]), " and ", language_name(of.languages[pair.second]), " (",
                   fixed(*of.similarity[pair.first][pair.second], 2), ")");
  };
  return caption + " Most alike: " + words(*std::ranges::max_element(of.pairs, by)) +
         "; least: " + words(*std::ranges::min_element(of.pairs, by)) + ".";
}

inline std::string sharing_clusters_caption(const SharingSection& of) {
  std::string caption = text_of("The same, cluster by cluster (framed): k-medoids, ", of.clusters.size(),
                                " clusters, mean silhouette ", fixed(of.silhouette, 3), ".");
  for (std::size_t c = 0; c < of.clusters.size(); ++c)
    caption += text_of(" ", c + 1, ": ", detail::members_words(of, of.clusters[c]), ".");
  std::vector<std::string> tried;
  for (const TriedClusters& one : of.tried) tried.push_back(text_of(one.k, ": ", fixed(one.silhouette, 3)));
  return tried.size() > 1 ? caption + " Silhouettes by number of clusters: " + listed(tried) + "." : caption;
}

/// A row a language.
inline HtmlTable sharing_html_table(const SharingSection& of) {
  HtmlTable table{"", {"language", "facts", "predicted", "mean similarity to the others", "most like it"}, {}};
  for (const std::size_t language : of.by_similarity) {
    const detail::Neighbour neighbour = detail::neighbour_of(of, language);
    const std::string nearest = neighbour.nearest ? language_name(of.languages[*neighbour.nearest]) + " (" +
                                                        fixed(*of.similarity[language][*neighbour.nearest], 2) + ")"
                                                  : std::string();
    table.rows.push_back({html(language_name(of.languages[language])), grouped(of.present[language]),
                          grouped(of.hits[language]), fixed(neighbour.mean, 3), html(nearest)});
  }
  return table;
}

/// A row a pair.
inline Table sharing_rows(const SharingSection& of) {
  Table table({"first", "second", "similarity"});
  for (const auto& [a, b] : of.pairs) table.add(of.languages[a], of.languages[b], *of.similarity[a][b]);
  return table;
}

/// add(figure, caption) draws and numbers a figure and gives its HTML.
template <class Add>
std::string sharing_html(const SharingSection& found, Add add) {
  std::string out;
  if (!found.pairs.empty()) {
    out += add(sharing_figure(found), sharing_caption(found));
    out += add(sharing_by_similarity_figure(found),
               "The same for all languages, by similarity to " + language_name(found.like) + ".");
  }
  if (!found.clusters.empty()) out += add(sharing_clusters_figure(found), sharing_clusters_caption(found));
  if (!found.merges.empty())
    out += add(dendrogram_figure(found),
               "Average linkage: two clusters meet at the mean of 1 \u2212 similarity between their languages.");
  return out + to_html(sharing_html_table(found)) +
         element("p", "<q>" + html(found.protocol) + "</q> (sharing.json)", "small") +
         detail::provenance_details("sharing.json", found.provenance);
}

}  // namespace neuroglot::report

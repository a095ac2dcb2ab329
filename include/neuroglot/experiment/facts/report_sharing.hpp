/// sharing.json as a report reads it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/analysis/linkage.hpp"
#include "neuroglot/experiment/facts/report_fact_neurons.hpp"
#include "neuroglot/experiment/report_json.hpp"

namespace neuroglot::report {

/// A number of clusters that was tried.
struct TriedClusters {
  Index k = 0;
  double silhouette = 0;
};

struct SharingSection {
  std::string match, similarity_name, like;
  std::vector<std::string> languages;
  std::vector<Index> present, hits;
  Index facts = 0;
  OptionalRows similarity;                                 ///< nothing on the diagonal
  std::vector<std::pair<std::size_t, std::size_t>> pairs;  ///< of numbers of languages
  std::optional<double> mean, mean_low, mean_high;
  std::vector<std::size_t> order, by_similarity;
  std::vector<std::vector<std::size_t>> clusters;  ///< each with its medoid first; none of fewer than three languages
  double silhouette = 0;
  std::vector<TriedClusters> tried;
  std::vector<ClusterMerge> merges;
  std::vector<std::size_t> leaves;
  std::string protocol;
  Json provenance;
};

namespace detail {

inline std::size_t language_number(const std::vector<std::string>& languages, const Field& field) {
  const auto found = std::ranges::find(languages, text(field));
  if (found == languages.end()) throw field.is_not("one of the languages");
  return static_cast<std::size_t>(found - languages.begin());
}

inline std::vector<std::size_t> language_numbers(const std::vector<std::string>& languages, const Field& field) {
  std::vector<std::size_t> numbers(names(field).size());
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = language_number(languages, element(field, i));
  return numbers;
}

inline void read_pairs(const Field& all, SharingSection& section) {
  const std::size_t n = section.languages.size();
  section.similarity.assign(n, std::vector<std::optional<double>>(n));
  const Field pairs = member(all, "pairs");
  for (std::size_t i = 0; i < pairs.value.size(); ++i) {
    const Field pair = element(pairs, i);
    const std::size_t a = language_number(section.languages, member(pair, "first")),
                      b = language_number(section.languages, member(pair, "second"));
    section.similarity[a][b] = section.similarity[b][a] = number(member(pair, "similarity"));
    section.pairs.emplace_back(a, b);
  }
}

inline void read_sharing_mean(const Field& all, SharingSection& section) {
  const Field mean = member(all, "mean");
  section.mean = optional_number(mean, "similarity");
  if (!has(mean, "interval")) return;
  const Field ends = member(mean, "interval");
  array(ends, 2, "end of the interval");
  section.mean_low = number(element(ends, 0));
  section.mean_high = number(element(ends, 1));
}

inline void read_clusters(const Field& all, SharingSection& section) {
  if (!has(all, "clusters")) return;
  const Field clusters = member(all, "clusters");
  section.silhouette = number(member(clusters, "silhouette"));
  const Field members = member(clusters, "members"), tried = member(clusters, "tried");
  for (std::size_t i = 0; i < members.value.size(); ++i)
    section.clusters.push_back(language_numbers(section.languages, element(members, i)));
  for (std::size_t i = 0; i < tried.value.size(); ++i)
    section.tried.push_back(
        {whole_number(member(element(tried, i), "k")), number(member(element(tried, i), "silhouette"))});
}

/// Each merge joins two clusters that are there by then.
inline void read_dendrogram(const Field& all, SharingSection& section) {
  if (!has(all, "dendrogram")) return;
  const Field dendrogram = member(all, "dendrogram"), merges = member(dendrogram, "merges");
  const std::size_t n = section.languages.size();
  section.leaves = language_numbers(section.languages, member(dendrogram, "leaves"));
  array(merges, n - 1, "merge of the languages");
  for (std::size_t i = 0; i < merges.value.size(); ++i) {
    const Field merge = element(merges, i);
    array(merge, 4, "of first, second, height and size");
    const auto cluster = [&](std::size_t which) {
      const auto number = static_cast<std::size_t>(whole_number(element(merge, which)));
      if (number >= n + i) throw element(merge, which).is_not("a language or an earlier merge");
      return number;
    };
    section.merges.push_back(
        {cluster(0), cluster(1), number(element(merge, 2)), static_cast<std::size_t>(whole_number(element(merge, 3)))});
  }
}

}  // namespace detail

/// Throws Error naming the file and the field that is missing or can not be meant.
inline SharingSection read_sharing(const std::filesystem::path& path) {
  const Json file = read_ordered(path);
  const Field all{file, path.string()};
  SharingSection section;
  section.match = text(member(all, "match"));
  section.similarity_name = text(member(all, "similarity"));
  section.like = text(member(all, "like"));
  section.languages = names(member(all, "languages"));
  section.present = whole_numbers(member(all, "present"), section.languages.size(), "language");
  section.hits = whole_numbers(member(all, "hits"), section.languages.size(), "language");
  section.facts = whole_number(member(all, "facts"));
  detail::read_pairs(all, section);
  detail::read_sharing_mean(all, section);
  section.order = detail::language_numbers(section.languages, member(all, "order"));
  section.by_similarity = detail::language_numbers(section.languages, member(all, "by_similarity"));
  detail::read_clusters(all, section);
  detail::read_dendrogram(all, section);
  section.protocol = text(member(all, "protocol"));
  section.provenance = optional_object(all, "provenance");
  return section;
}

}  // namespace neuroglot::report

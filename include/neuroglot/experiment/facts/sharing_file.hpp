/// sharing.json and the table of ng-sharing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/facts/fact_sharing.hpp"
#include "neuroglot/experiment/facts/language_groups.hpp"
#include "neuroglot/experiment/provenance.hpp"
#include "neuroglot/io/table.hpp"

namespace neuroglot {

namespace detail {

inline Provenance ends_json(const std::optional<Interval>& interval) {
  return interval ? Provenance{interval->low, interval->high} : Provenance();
}

inline Provenance named_json(const LanguageOrder& order, const std::vector<std::string>& languages) {
  Provenance all = Provenance::array();
  for (const std::size_t i : order) all.push_back(languages[i]);
  return all;
}

inline Provenance pairs_json(const FactSharing& sharing) {
  Provenance all = Provenance::array();
  for (const LanguagePair& pair : sharing.pairs)
    all.push_back({{"first", sharing.languages[pair.first]},
                   {"second", sharing.languages[pair.second]},
                   {"common", pair.counts.common},
                   {"first_hits", pair.counts.first},
                   {"second_hits", pair.counts.second},
                   {"both", pair.counts.both},
                   {"either", pair.counts.either()},
                   {"similarity", pair.similarity},
                   {"interval", ends_json(pair.interval)}});
  return all;
}

/// How many pairs have nothing in common, or predict nothing of it: their similarity is 0 by definition.
inline Provenance mean_json(const FactSharing& sharing) {
  std::size_t without_facts = 0, without_hits = 0;
  for (const LanguagePair& pair : sharing.pairs) {
    without_facts += pair.counts.common == 0 ? 1 : 0;
    without_hits += pair.counts.common > 0 && pair.counts.either() == 0 ? 1 : 0;
  }
  return {{"similarity", sharing.mean ? Provenance(*sharing.mean) : Provenance()},
          {"interval", ends_json(sharing.mean_interval)},
          {"pairs", sharing.pairs.size()},
          {"pairs_without_common_facts", without_facts},
          {"pairs_without_hits", without_hits}};
}

inline Provenance clusters_json(const LanguageGroups& groups, const FactSharing& sharing) {
  if (!groups.clusters) return {};
  Provenance tried = Provenance::array(), members = Provenance::array();
  for (const ClusterNumber& of : groups.clusters->tried)
    tried.push_back({{"k", of.k}, {"silhouette", of.silhouette}, {"cost", of.cost}});
  for (const LanguageOrder& cluster : members_of(groups.clusters->clusters, sharing.similarities()))
    members.push_back(named_json(cluster, sharing.languages));
  return {{"k", members.size()},
          {"silhouette", groups.clusters->tried[groups.clusters->chosen].silhouette},
          {"members", std::move(members)},
          {"tried", std::move(tried)}};
}

inline Provenance dendrogram_json(const LanguageGroups& groups, const FactSharing& sharing) {
  if (groups.merges.empty()) return {};
  Provenance merges = Provenance::array();
  for (const ClusterMerge& merge : groups.merges)
    merges.push_back({merge.first, merge.second, merge.height, merge.size});
  return {{"merges", std::move(merges)}, {"leaves", named_json(groups.leaves, sharing.languages)}};
}

inline std::string sharing_protocol(std::string_view match, std::string_view similarity) {
  return text_of("Of two languages, over the facts that the data sets of both have: A and B are those of which the ",
                 match, " match is a hit; ",
                 similarity == "jaccard"   ? "|A and B| / |A or B|"
                 : similarity == "dice"    ? "2 |A and B| / (|A| + |B|)"
                 : similarity == "overlap" ? "|A and B| / min(|A|, |B|)"
                                           : similarity,
                 ", 0 where there is no hit. Intervals: 95%, percentile bootstrap over all facts. Clusters: k-medoids "
                 "(PAM, Kaufman and Rousseeuw 1990) on 1 - similarity, k by mean silhouette where it was not given; "
                 "each cluster's medoid first. Dendrogram: average linkage.");
}

}  // namespace detail

/// What was compared, by which policies.
struct SharingWords {
  std::string match, similarity;
};

inline Provenance sharing_json(const FactSharing& sharing, const LanguageGroups& groups, const SharingWords& words,
                               const BootstrapOptions& bootstrap, const Provenance& provenance) {
  const auto named = [&](const LanguageOrder& order) { return detail::named_json(order, sharing.languages); };
  return {{"match", words.match},
          {"similarity", words.similarity},
          {"languages", sharing.languages},
          {"present", sharing.present},
          {"hits", sharing.hits},
          {"facts", sharing.facts},
          {"mean", detail::mean_json(sharing)},
          {"order", named(groups.order)},
          {"like", sharing.languages[groups.like]},
          {"by_similarity", named(groups.by_similarity)},
          {"clusters", detail::clusters_json(groups, sharing)},
          {"dendrogram", detail::dendrogram_json(groups, sharing)},
          {"pairs", detail::pairs_json(sharing)},
          {"bootstrap", {{"samples", bootstrap.samples}, {"level", bootstrap.level}, {"seed", bootstrap.seed}}},
          {"protocol", detail::sharing_protocol(words.match, words.similarity)},
          {"provenance", provenance}};
}

/// A row a pair.
inline Table sharing_table(const FactSharing& sharing) {
  Table table(
      {"first", "second", "common", "first_hits", "second_hits", "both", "either", "similarity", "low", "high"});
  const auto end = [](const std::optional<Interval>& interval, double Interval::*which) {
    return interval ? Cell((*interval).*which) : Cell(std::string());
  };
  const auto whole = [](std::size_t n) { return Cell(static_cast<std::int64_t>(n)); };
  for (const LanguagePair& pair : sharing.pairs)
    table.add_row({sharing.languages[pair.first], sharing.languages[pair.second], whole(pair.counts.common),
                   whole(pair.counts.first), whole(pair.counts.second), whole(pair.counts.both),
                   whole(pair.counts.either()), pair.similarity, end(pair.interval, &Interval::low),
                   end(pair.interval, &Interval::high)});
  return table;
}

}  // namespace neuroglot

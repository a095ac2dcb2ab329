/// What kind of representation a fact has across languages: independent, shared or transferred. (Zhao et al. 2024, Fig.
/// 14 of the slides; the paper tells the kinds apart by eye, the rule is ours)
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "neuroglot/analysis/fact_neuron_sets.hpp"
#include "neuroglot/analysis/sharing_by_chance.hpp"

namespace neuroglot {

enum class RepresentationKind { independent, shared, transferred };
inline constexpr std::array<std::string_view, 3> kind_names = {"independent", "shared", "transferred"};
inline constexpr std::string_view name(RepresentationKind kind) {
  return kind_names[static_cast<std::size_t>(kind)];
}

/// Whether a fact stands in a language's corpus: [language][fact]; none where that is not known.
using CorpusPresence = std::vector<std::vector<std::optional<bool>>>;

/// Two languages share a fact where its overlap is above the pair's threshold. With `presence`, a fact is
///   transferred  if a language whose corpus lacks it shares it with one whose corpus has it; else
///   shared       if at least `majority` of its pairs of languages share it; else
///   independent.
struct KindRule {
  double majority = 0.5;
};

/// A fact that two languages or more predict.
struct FactKind {
  std::size_t fact = 0;
  std::vector<std::size_t> languages;
  double overlap = 0;       ///< mean over the pairs of its languages
  std::size_t pairs = 0;    ///< that could be compared
  std::size_t sharing = 0;  ///< pairs that share it
  RepresentationKind kind = RepresentationKind::independent;
  std::vector<std::size_t> transferred_to;  ///< languages whose corpus lacks it, which share it with one that has it
};

namespace detail {

/// Adds one pair of a fact's languages to what is known of it.
inline void add_pair(FactKind& of, std::size_t k, std::size_t c, const FactNeuronSets& sets,
                     const OverlapThresholds& thresholds, const CorpusPresence& presence) {
  if (!thresholds[k][c]) return;
  const double overlap = jaccard(sets.neurons[k][of.fact], sets.neurons[c][of.fact]);
  of.overlap += overlap;
  ++of.pairs;
  if (!(overlap > *thresholds[k][c])) return;
  ++of.sharing;
  if (presence.empty()) return;
  const auto [in_k, in_c] = std::pair(presence[k][of.fact], presence[c][of.fact]);
  if (!in_k || !in_c || *in_k == *in_c) return;
  const std::size_t lacking = *in_k ? c : k;
  if (std::ranges::find(of.transferred_to, lacking) == of.transferred_to.end()) of.transferred_to.push_back(lacking);
}

}  // namespace detail

/// Facts without a pair that could be compared are left out.
inline std::vector<FactKind> fact_kinds(const FactNeuronSets& sets, const OverlapThresholds& thresholds,
                                        const CorpusPresence& presence, const KindRule& rule = {}) {
  std::vector<FactKind> kinds;
  for (std::size_t f = 0; f < sets.facts.size(); ++f) {
    FactKind of;
    of.fact = f;
    for (std::size_t k = 0; k < sets.languages.size(); ++k)
      if (sets.has(k, f)) of.languages.push_back(k);
    for (const std::size_t k : of.languages)
      for (const std::size_t c : of.languages)
        if (k < c) detail::add_pair(of, k, c, sets, thresholds, presence);
    if (of.pairs == 0) continue;
    of.overlap /= static_cast<double>(of.pairs);
    if (!of.transferred_to.empty())
      of.kind = RepresentationKind::transferred;
    else if (static_cast<double>(of.sharing) >= rule.majority * static_cast<double>(of.pairs))
      of.kind = RepresentationKind::shared;
    kinds.push_back(std::move(of));
  }
  return kinds;
}

}  // namespace neuroglot

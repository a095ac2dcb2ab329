/// Where the facts that a model predicts have their roots: in the corpus of the language or not, and if not, of which
/// type they are. (Zhao et al. 2024, section 6, Figs. 17 and 18)
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/experiment/facts/fact_names.hpp"
#include "neuroglot/experiment/facts/fact_presence.hpp"
#include "neuroglot/experiment/facts/finer_root.hpp"
#include "neuroglot/experiment/facts/predictions.hpp"
#include "neuroglot/experiment/facts/root_type.hpp"

namespace neuroglot {

enum class Presence { absent, present, no_corpus };
enum class Asked { predicted, not_predicted, not_probed };

inline constexpr std::array<std::string_view, 3> presence_names = {"absent", "present", "no_corpus"};
inline constexpr std::array<std::string_view, 3> asked_names = {"predicted", "not_predicted", "not_probed"};

/// Fig. 17: each of the facts of all languages together is in one cell of a language.
struct RootCells {
  std::size_t not_in_data_set = 0;
  std::array<std::array<std::size_t, asked_names.size()>, presence_names.size()> counts{};

  std::size_t& at(Presence presence, Asked asked) {
    return counts[static_cast<std::size_t>(presence)][static_cast<std::size_t>(asked)];
  }
  std::size_t at(Presence presence, Asked asked) const {
    return counts[static_cast<std::size_t>(presence)][static_cast<std::size_t>(asked)];
  }
};

/// One fact in one language.
struct FactRoot {
  ListedFact listed;
  std::optional<FactCounts> counts;  ///< nothing where the language has no corpus
  std::optional<bool> predicted;     ///< nothing where it was not asked
  std::optional<RootType> type;      ///< of absent yet predicted facts
  std::optional<FinerRoot> finer;    ///< of those of type others

  Presence presence() const {
    return !counts ? Presence::no_corpus : counts->present() ? Presence::present : Presence::absent;
  }
  Asked asked() const { return !predicted ? Asked::not_probed : *predicted ? Asked::predicted : Asked::not_predicted; }
  bool is_absent_yet_predicted() const { return presence() == Presence::absent && asked() == Asked::predicted; }
};

struct LanguageRoots {
  std::string language;
  std::optional<SearchedCorpus> corpus;
  std::vector<FactRoot> facts;
  RootCells cells;
  std::array<std::size_t, root_type_names.size()> types{};
  std::array<std::size_t, finer_root_names.size()> finer{};
};

/// Joins facts, corpus and predictions of a language; either of the last two may be missing (nullptr, empty).
inline LanguageRoots join_roots(const LanguageFacts& facts, const FactPresence* presence,
                                const FactPredictions& predictions) {
  LanguageRoots roots;
  roots.language = facts.language;
  if (presence != nullptr) roots.corpus = presence->corpus;
  for (const ListedFact& listed : listed_facts(facts)) {
    const std::size_t at = roots.facts.size();
    FactRoot& root = roots.facts.emplace_back();
    root.listed = listed;
    if (presence != nullptr) root.counts = presence->facts[at];
    if (!predictions.empty()) root.predicted = predictions[at];
  }
  return roots;
}

/// Facts of all languages, by uuid.
inline std::size_t count_distinct(const FactSet& set) {
  std::set<std::string_view> uuids;
  for (const LanguageFacts& language : set.languages)
    for (const RelationFacts& relation : language.relations)
      for (const Fact& fact : relation.facts) uuids.insert(fact.uuid);
  return uuids.size();
}

/// Fills cells, types and finer from the facts.
inline void count_roots(std::size_t all_facts, LanguageRoots& roots) {
  roots.cells = {};
  roots.types = {};
  roots.finer = {};
  roots.cells.not_in_data_set = all_facts - roots.facts.size();
  for (const FactRoot& root : roots.facts) {
    ++roots.cells.at(root.presence(), root.asked());
    if (root.type) ++roots.types[static_cast<std::size_t>(*root.type)];
    if (root.finer) ++roots.finer[static_cast<std::size_t>(*root.finer)];
  }
}

}  // namespace neuroglot

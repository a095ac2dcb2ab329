/// RankC of every pair of languages: whether they order the same candidates of the same facts alike. (Qi et al. 2023)
#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "neuroglot/analysis/rank_consistency.hpp"
#include "neuroglot/experiment/facts/probe.hpp"
#include "neuroglot/experiment/facts/query.hpp"

namespace neuroglot {

struct Consistency {
  std::vector<std::string> languages;
  std::vector<std::vector<double>> rankc;   ///< mean over the common facts; 0 where there are none
  std::vector<std::vector<Index>> queries;  ///< how many these are
};

namespace detail {

/// A fact's candidates, best first, by what they are in all languages; unknown ones left out.
using KeyedOrder = std::vector<Index>;

class KeyedOrders {
 public:
  /// By relation and uuid.
  std::map<std::string, KeyedOrder> of(const LanguageQueries& queries, const ProbedLanguage& probed) {
    std::map<std::string, KeyedOrder> orders;
    for (std::size_t r = 0; r < probed.relations.size(); ++r)
      for (const ProbedFact& fact : probed.relations[r].facts) {
        const Query& query = queries.relations[r].queries[fact.query];
        KeyedOrder& order = orders[probed.relations[r].relation + "\t" + fact.hit.uuid];
        const std::vector<Index>& keys = numbers(query.candidates);
        for (const Index candidate : fact.order)
          if (keys[static_cast<std::size_t>(candidate)] >= 0)
            order.push_back(keys[static_cast<std::size_t>(candidate)]);
      }
    return orders;
  }

  Index keys() const { return static_cast<Index>(numbers_.size()); }

 private:
  /// A number a candidate, the same for the same key; -1 without a key.
  const std::vector<Index>& numbers(const std::shared_ptr<const Candidates>& list) {
    const auto [found, is_new] = of_list_.try_emplace(list.get());
    if (is_new)
      for (const Candidate& candidate : *list)
        found->second.push_back(candidate.key.empty() ? -1 : numbers_.try_emplace(candidate.key, keys()).first->second);
    return found->second;
  }

  std::unordered_map<std::string, Index> numbers_;
  std::unordered_map<const Candidates*, std::vector<Index>> of_list_;
};

/// Those of `order` that stand in `other` too, each once.
inline KeyedOrder common(const KeyedOrder& order, const KeyedOrder& other, std::vector<int>& marks) {
  for (const Index key : other) marks[static_cast<std::size_t>(key)] = 1;
  KeyedOrder kept;
  for (const Index key : order)
    if (std::exchange(marks[static_cast<std::size_t>(key)], 0) == 1) kept.push_back(key);
  for (const Index key : other) marks[static_cast<std::size_t>(key)] = 0;
  return kept;
}

}  // namespace detail

/// Facts are joined by relation and uuid, candidates by their keys (mLAMA: the object's uri; BMLAMA: the place in the
/// list); candidates that one of the two languages lacks are left out, and facts with fewer than two in common. Two
/// labels of one uri count once, where the better stands.
inline Consistency consistency_of(const QuerySet& set, const ProbeResults& results) {
  Consistency found;
  detail::KeyedOrders keyed;
  std::vector<std::map<std::string, detail::KeyedOrder>> orders;
  for (std::size_t l = 0; l < results.size(); ++l) {
    found.languages.push_back(results[l].language);
    orders.push_back(keyed.of(set.languages[l], results[l]));
  }
  const std::size_t n = orders.size();
  found.rankc.assign(n, std::vector<double>(n, 0));
  found.queries.assign(n, std::vector<Index>(n, 0));
  std::vector<int> marks(static_cast<std::size_t>(keyed.keys()), 0);
  for (std::size_t a = 0; a < n; ++a)
    for (std::size_t b = a; b < n; ++b) {
      double sum = 0;
      Index queries = 0;
      for (const auto& [uuid, order] : orders[a]) {
        const auto other = orders[b].find(uuid);
        if (other == orders[b].end()) continue;
        const auto one = detail::common(order, other->second, marks), two = detail::common(other->second, order, marks);
        if (one.size() < 2) continue;
        sum += rank_consistency(one, two);
        ++queries;
      }
      found.rankc[a][b] = found.rankc[b][a] = queries > 0 ? sum / static_cast<double>(queries) : 0;
      found.queries[a][b] = found.queries[b][a] = queries;
    }
  return found;
}

}  // namespace neuroglot

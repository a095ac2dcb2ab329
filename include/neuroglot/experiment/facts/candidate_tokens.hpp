/// Candidates as token ids, sorted by how many masks they need: what is asked of each mask row.
#pragma once

#include <algorithm>
#include <limits>
#include <map>
#include <span>
#include <vector>

#include "neuroglot/core/matrix.hpp"
#include "neuroglot/experiment/facts/candidates.hpp"
#include "neuroglot/experiment/facts/prompt.hpp"

namespace neuroglot {

/// Those candidates that have `masks` tokens. Each is scored by the mean over its masks of the log probability of its
/// token there, the other masks being masks. (Kassner et al. 2021)
class CandidatesOfLength {
 public:
  explicit CandidatesOfLength(Index masks) : columns_(static_cast<std::size_t>(masks)) {}

  void add(std::size_t number, std::vector<TokenId> ids) {
    numbers_.push_back(number);
    ids_.push_back(std::move(ids));
  }

  /// After the last add: which tokens are asked for at each mask.
  void close() {
    for (std::size_t mask = 0; mask < columns_.size(); ++mask) {
      std::vector<TokenId>& columns = columns_[mask];
      for (const std::vector<TokenId>& ids : ids_) columns.push_back(ids[mask]);
      std::ranges::sort(columns);
      columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
    }
  }

  /// The token ids asked for at a mask, ascending.
  std::span<const TokenId> columns(std::size_t mask) const { return columns_[mask]; }
  std::size_t values() const {
    std::size_t all = 0;
    for (const auto& columns : columns_) all += columns.size();
    return all;
  }

  /// log_probabilities: those of columns(0), columns(1), ... one after the other. Writes scores[number] of its own.
  void score(std::span<const double> log_probabilities, std::span<double> scores) const {
    for (std::size_t c = 0; c < ids_.size(); ++c) {
      double sum = 0;
      std::size_t first = 0;
      for (std::size_t mask = 0; mask < columns_.size(); first += columns_[mask++].size()) {
        const auto at = std::ranges::lower_bound(columns_[mask], ids_[c][mask]) - columns_[mask].begin();
        sum += log_probabilities[first + static_cast<std::size_t>(at)];
      }
      scores[numbers_[c]] = sum / static_cast<double>(columns_.size());
    }
  }

 private:
  std::vector<std::size_t> numbers_;
  std::vector<std::vector<TokenId>> ids_;      // (candidates, masks)
  std::vector<std::vector<TokenId>> columns_;  // (masks, distinct tokens there)
};

/// All candidates of a list by their length. Those without a token have no masks and score -infinity.
class CandidateTokens {
 public:
  CandidateTokens(const Candidates& candidates, const PromptBuilder& prompts) : size_(candidates.size()) {
    for (std::size_t c = 0; c < candidates.size(); ++c) {
      std::vector<TokenId> ids = prompts.object_ids(candidates[c].label);
      const auto masks = static_cast<Index>(ids.size());
      if (masks > 0) by_length_.try_emplace(masks, masks).first->second.add(c, std::move(ids));
    }
    for (auto& [masks, of] : by_length_) of.close();
  }

  const std::map<Index, CandidatesOfLength>& by_length() const { return by_length_; }
  std::vector<double> no_scores() const { return std::vector<double>(size_, -std::numeric_limits<double>::infinity()); }

 private:
  std::size_t size_;
  std::map<Index, CandidatesOfLength> by_length_;
};

}  // namespace neuroglot

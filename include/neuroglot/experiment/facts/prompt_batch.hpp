/// Prompts packed end to end into passes of about so many tokens.
#pragma once

#include <span>
#include <vector>

#include "neuroglot/core/packed_batch.hpp"
#include "neuroglot/experiment/facts/prompt.hpp"

namespace neuroglot {

/// A prompt in a batch: whose it is, and its mask rows, rows [first_row, first_row + masks) of those asked for.
struct PackedPrompt {
  std::size_t query = 0;
  Index masks = 0;
  std::size_t first_row = 0;
};

/// Collects prompts; run(batch, rows, prompts) is called with `tokens` of them or more, and at flush() with the rest.
/// rows: of all masks of the batch, prompt by prompt.
template <class Run>
class PromptBatches {
 public:
  PromptBatches(Index tokens, Run run) : tokens_(tokens), run_(std::move(run)) {}

  void add(std::size_t query, const Prompt& prompt) {
    prompts_.push_back({query, static_cast<Index>(prompt.masks.size()), rows_.size()});
    for (const Index mask : prompt.masks) rows_.push_back(batch_.rows() + mask);
    batch_.add(prompt.ids);
    if (batch_.rows() >= tokens_) flush();
  }

  void flush() {
    if (prompts_.empty()) return;
    run_(batch_, std::span<const Index>(rows_), std::span<const PackedPrompt>(prompts_));
    batch_ = PackedBatch();
    rows_.clear();
    prompts_.clear();
  }

 private:
  Index tokens_;
  Run run_;
  PackedBatch batch_;
  std::vector<Index> rows_;
  std::vector<PackedPrompt> prompts_;
};

}  // namespace neuroglot

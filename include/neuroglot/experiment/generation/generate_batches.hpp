/// Many prompts, a batch at a time, with a progress bar of tokens.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/progress.hpp"
#include "neuroglot/experiment/generation/generate.hpp"

namespace neuroglot {

/// Goes on with `prompts`, the first of which has number `first_number` among all that share a seed;
/// on_result(prompt, Generated) in their order, batch by batch. No result depends on `batch`.
template <TokenSampler S, class OnResult>
void generate_batches(AnyModel& model, const Tokenizer& tokenizer, std::span<const std::vector<TokenId>> prompts,
                      const S& sampler, const GenerationOptions& options, ErasedHooks hooks, Index batch,
                      std::uint64_t first_number, Progress& progress, OnResult on_result) {
  if (batch < 1) throw usage_error("--batch ", batch, ": not a number of prompts");
  for (std::size_t done = 0; done < prompts.size();) {
    const auto some = prompts.subspan(done, std::min(prompts.size() - done, static_cast<std::size_t>(batch)));
    const auto on_text = [&](std::size_t, std::string_view) { progress.add(1); };
    for (const Generated& made :
         generate(model, tokenizer, some, sampler, options, hooks, on_text, first_number + done)) {
      progress.skip(options.max_new_tokens - static_cast<Index>(made.ids.size()));
      on_result(done++, made);
    }
  }
}

}  // namespace neuroglot

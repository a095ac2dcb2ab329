/// What a recording is asked for, and that all processes are asked for the same.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/ranks.hpp"
#include "neuroglot/experiment/token_blocks.hpp"

namespace neuroglot {

struct RecordOptions {
  BlockOptions blocks;
  Index batch = 4;      ///< blocks in a pass
  Index passes = 1;     ///< that go by the layers together: more than one where weights are streamed
  bool resume = false;  ///< go on from what an interrupted run has left
  bool quiet = false;
  std::filesystem::path out;            ///< stats.safetensors
  std::filesystem::path samples;        ///< samples.safetensors; empty: none are kept
  Index sample = 0;                     ///< tokens of a sample, which divide a block
  std::chrono::seconds save_every{60};  ///< of work that can be lost at most
};

namespace detail {

/// Throws Error on a process that would do other work than process 0.
inline void require_same_plan(const std::vector<CorpusSize>& sizes, const RecordOptions& options, Ranks& ranks) {
  std::vector<std::int64_t> mine{options.blocks.block, options.batch, options.passes, options.sample};
  for (const CorpusSize& size : sizes) mine.push_back(size.blocks);
  std::vector<std::int64_t> of_first = mine;
  ranks.broadcast(of_first);
  if (of_first != mine)
    throw error("process ", ranks.rank(), " has other texts or options than process 0: all need the same files");
}

}  // namespace detail

}  // namespace neuroglot

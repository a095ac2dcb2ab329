/// What a recording is asked for, and that all processes are asked for the same.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <vector>

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

/// What all processes must be asked for alike.
inline std::vector<std::int64_t> plan_of(const std::vector<CorpusSize>& sizes, const RecordOptions& options) {
  std::vector<std::int64_t> plan{options.blocks.block, options.batch, options.passes, options.sample};
  for (const CorpusSize& size : sizes) plan.push_back(size.blocks);
  return plan;
}

}  // namespace detail

}  // namespace neuroglot

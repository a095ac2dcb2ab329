// Random token ids, for tests that need a batch and no text.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <random>
#include <vector>

#include "neuroglot/core/packed_batch.hpp"

/// One sequence of n tokens of a vocabulary, the same for the same seed.
inline std::vector<std::int32_t> random_ids(neuroglot::Index n, unsigned seed = 1, unsigned vocabulary = 97) {
  std::mt19937 random(seed);
  std::vector<std::int32_t> ids(static_cast<std::size_t>(n));
  for (std::int32_t& id : ids) id = static_cast<std::int32_t>(random() % vocabulary);
  return ids;
}

/// Sequences of these lengths in one batch; a sequence of n tokens is the same in every batch.
inline neuroglot::PackedBatch random_batch(std::initializer_list<neuroglot::Index> lengths, unsigned vocabulary = 97) {
  neuroglot::PackedBatch batch;
  for (const neuroglot::Index n : lengths) batch.add(random_ids(n, static_cast<unsigned>(n), vocabulary));
  return batch;
}

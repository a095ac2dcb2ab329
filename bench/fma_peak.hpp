/// What the machine's fused multiply-add units can do at this moment: the figure that products are compared with.
#pragma once

#include <immintrin.h>

#include <chrono>
#include <vector>

#include "neuroglot/core/threads.hpp"
#include "neuroglot/ops/cpu/instruction_set.hpp"

namespace neuroglot::bench {

inline double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// 12 independent chains of AVX2 FMAs in registers, `steps` of each: 192 floating point operations a step.
NEUROGLOT_AVX2 inline void fma_chains(long steps, float* out) {
  __m256 sum[12];
  const __m256 factor = _mm256_set1_ps(0.999f);
  const __m256 summand = _mm256_set1_ps(1e-3f);
  NEUROGLOT_UNROLLED
  for (int i = 0; i < 12; ++i) sum[i] = _mm256_set1_ps(static_cast<float>(i));
  for (long step = 0; step < steps; ++step) {
    NEUROGLOT_UNROLLED
    for (int i = 0; i < 12; ++i) sum[i] = _mm256_fmadd_ps(sum[i], factor, summand);
  }
  NEUROGLOT_UNROLLED
  for (int i = 0; i < 12; ++i) _mm256_storeu_ps(out + 8 * i, sum[i]);
}

/// GFLOP/s of all threads together over about 10 ms; 0 where there is no AVX2.
inline double fma_peak(Threads& threads) {
  if (cpu::best_instruction_set() < cpu::InstructionSet::avx2_fma) return 0;
  constexpr long steps = 100'000;
  constexpr int pieces = 5;  // a thread
  std::vector<float> out(static_cast<std::size_t>(threads.size()) * 128);
  const double begin = seconds_now();
  threads.for_each(pieces * threads.size(), [&](Index, int thread) { fma_chains(steps, out.data() + thread * 128); });
  return 192.0 * steps * pieces * threads.size() / (seconds_now() - begin) * 1e-9;
}

}  // namespace neuroglot::bench

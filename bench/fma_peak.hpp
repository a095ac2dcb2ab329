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

/// Independent chains of FMAs in registers: enough for two units of 4 cycles' latency.
inline constexpr int fma_chain_count = 12;

/// `steps` of each chain in AVX2: 192 floating point operations a step.
NEUROGLOT_AVX2 inline void fma_chains_avx2(long steps, float* out) {
  __m256 sum[fma_chain_count];
  const __m256 factor = _mm256_set1_ps(0.999f);
  const __m256 summand = _mm256_set1_ps(1e-3f);
  NEUROGLOT_UNROLLED
  for (int i = 0; i < fma_chain_count; ++i) sum[i] = _mm256_set1_ps(static_cast<float>(i));
  for (long step = 0; step < steps; ++step) {
    NEUROGLOT_UNROLLED
    for (int i = 0; i < fma_chain_count; ++i) sum[i] = _mm256_fmadd_ps(sum[i], factor, summand);
  }
  NEUROGLOT_UNROLLED
  for (int i = 0; i < fma_chain_count; ++i) _mm256_storeu_ps(out + 8 * i, sum[i]);
}

/// The same in AVX-512: 384 operations a step.
NEUROGLOT_AVX512 inline void fma_chains_avx512(long steps, float* out) {
  __m512 sum[fma_chain_count];
  const __m512 factor = _mm512_set1_ps(0.999f);
  const __m512 summand = _mm512_set1_ps(1e-3f);
  NEUROGLOT_UNROLLED
  for (int i = 0; i < fma_chain_count; ++i) sum[i] = _mm512_set1_ps(static_cast<float>(i));
  for (long step = 0; step < steps; ++step) {
    NEUROGLOT_UNROLLED
    for (int i = 0; i < fma_chain_count; ++i) sum[i] = _mm512_fmadd_ps(sum[i], factor, summand);
  }
  NEUROGLOT_UNROLLED
  for (int i = 0; i < fma_chain_count; ++i) _mm512_storeu_ps(out + 16 * i, sum[i]);
}

/// GFLOP/s of all threads together over about 10 ms, in the widest instructions of this processor, whichever set the
/// operations are told to use; 0 where there is no AVX2.
inline double fma_peak(Threads& threads) {
  if (cpu::best_instruction_set() < cpu::InstructionSet::avx2_fma) return 0;
  const bool wide = cpu::best_instruction_set() >= cpu::InstructionSet::avx512;
  const int lanes = wide ? 16 : 8;
  constexpr long steps = 100'000;
  constexpr int pieces = 5;  // a thread
  std::vector<float> out(static_cast<std::size_t>(threads.size()) * fma_chain_count * 16);
  const double begin = seconds_now();
  threads.for_each(pieces * threads.size(), [&](Index, int thread) {
    (wide ? fma_chains_avx512 : fma_chains_avx2)(steps, out.data() + thread * fma_chain_count * 16);
  });
  const double operations = 2.0 * fma_chain_count * lanes * steps * pieces * threads.size();
  return operations / (seconds_now() - begin) * 1e-9;
}

}  // namespace neuroglot::bench

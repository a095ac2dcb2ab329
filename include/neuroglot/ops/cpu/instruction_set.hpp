/// Which vector instructions the operations use: the best this processor has, found at run time, or fewer on request.
#pragma once

#include <array>
#include <atomic>
#include <cstdlib>
#include <string_view>

#include "neuroglot/core/error.hpp"

/// Before a function: it may use AVX2 and FMA instructions, whatever the compiler's flags say. Such a function may only
/// be reached where instruction_set() >= InstructionSet::avx2_fma. Inside it, helpers that are to be inlined carry it
/// as well.
#define NEUROGLOT_AVX2 __attribute__((target("avx2,fma")))
/// The same for AVX-512 as every processor since Skylake-X and Zen 4 has it: InstructionSet::avx512.
#define NEUROGLOT_AVX512 __attribute__((target("avx2,fma,avx512f,avx512vl,avx512bw,avx512dq")))

/// Before a loop over registers: it disappears. A loop that stays makes the compiler keep the registers in memory.
#if defined(__clang__)
#define NEUROGLOT_UNROLLED _Pragma("clang loop unroll(full)")
#else
#define NEUROGLOT_UNROLLED _Pragma("GCC unroll 32")
#endif

namespace neuroglot::cpu {

/// Ordered: a processor that has one has all before it. (AVX-512's bf16 products go to the end.)
enum class InstructionSet { portable, avx2_fma, avx512 };

inline constexpr std::array<std::string_view, 3> instruction_set_names = {"portable", "avx2_fma", "avx512"};

constexpr std::string_view name(InstructionSet set) {
  return instruction_set_names[static_cast<std::size_t>(set)];
}

/// The best instruction set that this processor and operating system offer.
inline InstructionSet best_instruction_set() {
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return InstructionSet::portable;
  const bool has_avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                          __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
  return has_avx512 ? InstructionSet::avx512 : InstructionSet::avx2_fma;
}

/// The set called `wanted`; UsageError for names that do not exist and for sets that this processor lacks.
inline InstructionSet instruction_set_named(std::string_view wanted) {
  for (std::size_t i = 0; i < instruction_set_names.size(); ++i) {
    if (instruction_set_names[i] != wanted) continue;
    const auto set = static_cast<InstructionSet>(i);
    if (set > best_instruction_set())
      throw usage_error("this processor has no ", wanted, ", only ", name(best_instruction_set()));
    return set;
  }
  throw usage_error("no instruction set is called \"", wanted, "\": portable, avx2_fma and avx512 are");
}

namespace detail {

inline std::atomic<InstructionSet>& chosen_instruction_set() {
  static std::atomic<InstructionSet> chosen = [] {
    const char* const wanted = std::getenv("NEUROGLOT_INSTRUCTION_SET");
    return wanted == nullptr ? best_instruction_set() : instruction_set_named(wanted);
  }();
  return chosen;
}

}  // namespace detail

/// What the operations of this process use: at first the best there is, or what NEUROGLOT_INSTRUCTION_SET names.
inline InstructionSet instruction_set() {
  return detail::chosen_instruction_set().load(std::memory_order_relaxed);
}

/// Chooses for the whole process, for tests and comparisons; not while an operation is running.
inline void use_instruction_set(InstructionSet set) {
  detail::chosen_instruction_set().store(instruction_set_named(name(set)), std::memory_order_relaxed);
}

}  // namespace neuroglot::cpu

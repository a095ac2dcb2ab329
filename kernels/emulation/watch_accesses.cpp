// What the compiler calls before every load and store in files compiled with -fsanitize=thread. That option is used
// without its own library: the watching of accesses is the compiler's, what is made of it is ours. These functions keep
// to what gcc 12 and clang 14 call.
#if !defined(__SANITIZE_ADDRESS__)  // which watches by itself, and has its own ideas of these functions
#include <cstddef>
#include <cstdint>

#include "kernels/emulation/block.hpp"

using neuroglot::emulation::Access;
using neuroglot::emulation::before_access;

extern "C" {

void __tsan_init() {
  neuroglot::emulation::watch_accesses();
}  // as the program starts
void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}
void __tsan_vptr_update(void**, void*) {}
void __tsan_vptr_read(void**) {}
void __tsan_read_range(void* at, std::size_t bytes) {
  before_access(at, bytes, Access::read);
}
void __tsan_write_range(void* at, std::size_t bytes) {
  before_access(at, bytes, Access::write);
}

#define NEUROGLOT_ACCESS(bytes)                     \
  void __tsan_read##bytes(void* at) {               \
    before_access(at, bytes, Access::read, bytes);  \
  }                                                 \
  void __tsan_write##bytes(void* at) {              \
    before_access(at, bytes, Access::write, bytes); \
  }                                                 \
  void __tsan_unaligned_read##bytes(void* at) {     \
    before_access(at, bytes, Access::read);         \
  }                                                 \
  void __tsan_unaligned_write##bytes(void* at) {    \
    before_access(at, bytes, Access::write);        \
  }
NEUROGLOT_ACCESS(1)
NEUROGLOT_ACCESS(2)
NEUROGLOT_ACCESS(4)
NEUROGLOT_ACCESS(8)
NEUROGLOT_ACCESS(16)

// The host's own atomics are atomic as ever.
#define NEUROGLOT_ATOMICS(bits)                                                                        \
  std::uint##bits##_t __tsan_atomic##bits##_load(const volatile std::uint##bits##_t* at, int) {        \
    return __atomic_load_n(at, __ATOMIC_SEQ_CST);                                                      \
  }                                                                                                    \
  void __tsan_atomic##bits##_store(volatile std::uint##bits##_t* at, std::uint##bits##_t value, int) { \
    __atomic_store_n(at, value, __ATOMIC_SEQ_CST);                                                     \
  }                                                                                                    \
  NEUROGLOT_ATOMIC(bits, exchange, __atomic_exchange_n)                                                \
  NEUROGLOT_ATOMIC(bits, fetch_add, __atomic_fetch_add)                                                \
  NEUROGLOT_ATOMIC(bits, fetch_sub, __atomic_fetch_sub)                                                \
  NEUROGLOT_ATOMIC(bits, fetch_and, __atomic_fetch_and)                                                \
  NEUROGLOT_ATOMIC(bits, fetch_or, __atomic_fetch_or)                                                  \
  NEUROGLOT_ATOMIC(bits, fetch_xor, __atomic_fetch_xor)                                                \
  NEUROGLOT_EXCHANGE(bits, strong)                                                                     \
  NEUROGLOT_EXCHANGE(bits, weak)
#define NEUROGLOT_ATOMIC(bits, name, builtin)                                                                          \
  std::uint##bits##_t __tsan_atomic##bits##_##name(volatile std::uint##bits##_t* at, std::uint##bits##_t value, int) { \
    return builtin(at, value, __ATOMIC_SEQ_CST);                                                                       \
  }
#define NEUROGLOT_EXCHANGE(bits, kind)                                                                               \
  int __tsan_atomic##bits##_compare_exchange_##kind(volatile std::uint##bits##_t* at, std::uint##bits##_t* expected, \
                                                    std::uint##bits##_t value, int, int) {                           \
    return __atomic_compare_exchange_n(at, expected, value, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);              \
  }
NEUROGLOT_ATOMICS(8)
NEUROGLOT_ATOMICS(16)
NEUROGLOT_ATOMICS(32)
NEUROGLOT_ATOMICS(64)

void __tsan_atomic_thread_fence(int) {
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
}
void __tsan_atomic_signal_fence(int) {}

}  // extern "C"
#endif

/// What the threads of a block do together: barriers, exchanges within a warp, shared memory; and the run of a grid.
/// These are the calls behind the words of CUDA in cuda.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <source_location>
#include <string>

namespace neuroglot::emulation {

using Where = std::source_location;

inline constexpr unsigned warp_size = 32, most_threads = 1024;

struct Extent {
  unsigned x = 1, y = 1, z = 1;

  unsigned count() const { return x * y * z; }
};

/// Which seed orders the threads: 0 ascending, 1 descending, any other at random, anew at every barrier, exchange,
/// atomic and (where accesses are watched) now and then at an access to shared memory.
void use_order(std::uint64_t seed);
std::uint64_t random_number();

/// Runs body once for each thread of each block. Throws KernelError.
void run_grid(Extent grid, Extent block, std::size_t shared_bytes, const char* launched_at,
              const std::function<void()>& body);

/// Called from within a kernel, by one of its threads:

/// __syncthreads
void barrier(Where where);
/// All lanes of the mask meet; `combine` is called once with what each lane brought, lanes outside of the mask null.
/// `orders_memory`: it is a barrier for memory as well, as __syncwarp is and a shuffle is not.
using Combine = void (*)(void* const* lanes);
void meet_lanes(std::uint32_t mask, Combine combine, void* mine, bool orders_memory, const char* what, Where where);
/// Lets other threads go first, maybe.
void give_way();
/// Memory of the block: the array of one declaration, or what the launch asked for.
void* shared_array(const void* declaration, std::size_t bytes, const char* name);
void* dynamic_shared();
unsigned lane();
/// Stops the launch: synchronising its stream throws a KernelError that tells the thread, and this.
[[noreturn]] void fail(const char* what);

enum class Access { read, write, atomic };
/// Called before a thread reads or writes memory, where accesses are watched: fails for memory that is not there, has
/// not been written, or is used by another thread without a barrier in between; for an address that a device would not
/// take with an access of `aligned` bytes, too.
void before_access(const void* first, std::size_t bytes, Access access, std::size_t aligned = 1);
/// Whether this program was compiled with accesses watched; watch_accesses() says that it was.
bool accesses_are_watched();
void watch_accesses();

}  // namespace neuroglot::emulation

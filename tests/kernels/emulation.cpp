// The emulation computes what a GPU computes, and catches the mistakes that it is there to catch.
#include <numeric>
#include <utility>

#include "device.hpp"
#include "kernels/emulation/error.hpp"
#include "kernels/emulation/memory.hpp"

using namespace neuroglot;
using namespace neuroglot::cuda;
using emulation::in_every_order;
using emulation::KernelError;

namespace {

/// Sums of blocks of 128 values, by a tree in shared memory. Each bool leaves something out or puts a mistake in.
template <bool with_barrier, bool initialised = true, bool all_at_barrier = true>
__global__ void tree_sum(const int* x, int* sums) {
  NEUROGLOT_SHARED(int, tile, [128]);
  const unsigned thread = threadIdx.x;
  if (initialised || thread != 77) tile[thread] = x[blockIdx.x * 128 + thread];
  if (all_at_barrier || thread < 100) __syncthreads();
  for (unsigned width = 64; width > 0; width /= 2) {
    if (thread < width) tile[thread] += tile[thread + width];
    if (with_barrier) __syncthreads();
  }
  if (thread == 0) sums[blockIdx.x] = tile[0];
}

template <class Kernel>
std::vector<int> sums_by(Kernel kernel) {
  std::vector<int> x(384);
  std::iota(x.begin(), x.end(), 1);
  const device::Array<int> from(x), to(3);
  launch(kernel, {dim3{3}, dim3{128}}, from.data(), to.data());
  return to.values();
}

/// One warp: a whole one, though four lanes are asked to go another way.
template <bool divergent>
__global__ void ballots(unsigned* out) {
  const unsigned lane = threadIdx.x;
  if (divergent && lane < 4) return;
  out[lane] = __ballot_sync(0xffffffffu, lane % 3 == 0) + (__any_sync(0xffffffffu, lane == 40) ? 1000 : 0);
}

/// Each thread writes one value; `beyond` threads have no room for it.
template <class T>
__global__ void fill(T* out, T value) {
  out[blockIdx.x * blockDim.x + threadIdx.x] = value;
}

template <class T>
__global__ void shuffled(T* out) {
  const int lane = static_cast<int>(threadIdx.x);
  out[lane] = __shfl_sync(0xffffffffu, static_cast<T>(lane), 5);
  out[32 + lane] = __shfl_xor_sync(0xffffffffu, static_cast<T>(lane), 3);
  out[64 + lane] = __shfl_down_sync(0xffffffffu, static_cast<T>(lane), 4u);
  out[96 + lane] = __shfl_up_sync(0xffffffffu, static_cast<T>(lane), 4u, 8);
}

/// Every thread counts itself: with an atomic, or by reading and writing.
template <bool atomic>
__global__ void count_threads(int* count) {
  NEUROGLOT_SHARED(int, of_block, [1]);
  if (threadIdx.x == 0) of_block[0] = 0;
  __syncthreads();
  if (atomic)
    atomicAdd(&of_block[0], 1);
  else
    of_block[0] += 1;
  __syncthreads();
  if (threadIdx.x == 0) atomicAdd(count, of_block[0]);
}

/// Lane 0 hands a value to lane 1 through memory.
template <bool with_barrier>
__global__ void hand_over(int* out) {
  NEUROGLOT_SHARED(int, box, [1]);
  if (threadIdx.x == 0) box[0] = 42;
  if (with_barrier) __syncwarp();
  if (threadIdx.x == 1) out[0] = box[0];
}

/// Every block writes the same place: the last one wins, whichever that is.
template <class T>
__global__ void overwrite(T* out) {
  if (threadIdx.x == 0) out[0] = static_cast<T>(blockIdx.x);
}

__global__ inline void add_floats(float* sum, const float* x) {
  atomicAdd(sum, x[threadIdx.x]);
}

}  // namespace

TEST_CASE("a sum over a block's shared memory is right in every order of threads") {
  const auto sums = in_every_order([] { return sums_by(tree_sum<true>); }, 8);
  CHECK(sums == std::vector<int>{8256, 24640, 41024});  // n (n + 1) / 2 of 128, less that of the blocks before
}

#if defined(__SANITIZE_THREAD__)
TEST_CASE("accesses are watched in a program that is compiled for it") {
  CHECK(emulation::accesses_are_watched());
}
#endif

TEST_CASE("a missing barrier is a race") {
  if (!emulation::accesses_are_watched()) return;  // under AddressSanitizer accesses are the sanitizer's
  CHECK_THROWS_WITH(in_every_order([] { return sums_by(tree_sum<false>); }), Catch::Contains("a race with thread"));
}

TEST_CASE("a missing barrier is found by the order of threads alone, where accesses are not watched") {
  CHECK_THROWS(in_every_order([] { return sums_by(tree_sum<false>); }));
}

TEST_CASE("shared memory that nobody has written can not be read") {
  if (!emulation::accesses_are_watched()) return;
  CHECK_THROWS_WITH(sums_by(tree_sum<true, false>), Catch::Contains("reads bytes 308 to 311 of shared memory tile") &&
                                                        Catch::Contains("which nobody has written"));
}

TEST_CASE("a barrier that some threads do not come to is an error that names both") {
  CHECK_THROWS_WITH(sums_by(tree_sum<true, true, false>), Catch::Contains("divergent barrier: thread 0") &&
                                                              Catch::Contains("but thread 100") &&
                                                              Catch::Contains("emulation.cpp:"));
}

TEST_CASE("votes count the lanes of a warp, and a lane that has returned is missed") {
  const device::Array<unsigned> out(32);
  launch(ballots<false>, {dim3{1}, dim3{32}}, out.data());
  CHECK(out.values() == std::vector<unsigned>(32, 0x49249249u));
  CHECK_THROWS_WITH((launch(ballots<true>, {dim3{1}, dim3{32}}, out.data())),
                    Catch::Contains("__ballot_sync at") && Catch::Contains("which has returned"));
}

TEST_CASE("writing behind the end of device memory is out of bounds") {
  if (!emulation::accesses_are_watched()) return;
  const device::Array<float> out(60);
  CHECK_THROWS_WITH((launch(fill<float>, {dim3{1}, dim3{64}}, out.data(), 1.0f), out.values()),
                    Catch::Contains("thread 60 of block 0: writes bytes 240 to 243 of device memory (240 bytes), which "
                                    "is out of bounds"));
}

TEST_CASE("shuffles give each lane what the lane that it names has") {
  const device::Array<int> out(128);
  launch(shuffled<int>, {dim3{1}, dim3{32}}, out.data());
  const std::vector<int> values = out.values();
  for (std::size_t lane = 0; lane < 32; ++lane) {
    CHECK(values[lane] == 5);
    CHECK(values[32 + lane] == static_cast<int>(lane ^ 3));
    CHECK(values[64 + lane] == static_cast<int>(lane < 28 ? lane + 4 : lane));
    CHECK(values[96 + lane] == static_cast<int>(lane % 8 < 4 ? lane : lane - 4));
  }
}

TEST_CASE("an atomic count is exact, and one by reading and writing is a race") {
  const auto count_by = [](auto kernel) {
    const device::Array<int> count(std::vector<int>{0});
    launch(kernel, {dim3{5}, dim3{64}}, count.data());
    return count.values();
  };
  CHECK(in_every_order([&] { return count_by(count_threads<true>); }) == std::vector<int>{320});
  if (!emulation::accesses_are_watched()) return;
  CHECK_THROWS_WITH(count_by(count_threads<false>), Catch::Contains("race"));
}

TEST_CASE("within a warp memory is ordered by __syncwarp and by nothing else") {
  const auto hand_over_by = [](auto kernel) {
    const device::Array<int> out(1);
    launch(kernel, {dim3{1}, dim3{32}}, out.data());
    return out.values();
  };
  CHECK(in_every_order([&] { return hand_over_by(hand_over<true>); }) == std::vector<int>{42});
  if (!emulation::accesses_are_watched()) return;
  CHECK_THROWS(in_every_order([&] { return hand_over_by(hand_over<false>); }));
}

TEST_CASE("two blocks that write the same place race") {
  const auto run = [] {
    const device::Array<int> out(1);
    launch(overwrite<int>, {dim3{3}, dim3{32}}, out.data());
    return out.values();
  };
  CHECK_THROWS(in_every_order(run));
}

TEST_CASE("adding floats by atomics depends on their order, and is refused for it") {
  std::vector<float> x(32);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = 1.0f / static_cast<float>(i + 1);
  const device::Array<float> from(x);
  CHECK_THROWS_WITH(in_every_order([&] {
                      const device::Array<float> sum(std::vector<float>{0});
                      launch(add_floats, {dim3{1}, dim3{32}}, sum.data(), from.data());
                      return sum.values();
                    }),
                    Catch::Contains("depends on the order"));
}

TEST_CASE("work on a stream is not done before somebody waits for it") {
  cudaStream_t first = nullptr, second = nullptr;
  cudaStreamCreate(&first);
  cudaStreamCreate(&second);
  {
    const device::Array<float> there(std::vector<float>(64, 0.0f));
    std::vector<float> here(64, 0.0f);
    launch(fill<float>, {dim3{2}, dim3{32}, 0, first}, there.data(), 3.0f);
    cudaEvent_t filled = nullptr;
    cudaEventCreate(&filled);
    cudaEventRecord(filled, first);
    cudaStreamWaitEvent(second, filled);
    cudaMemcpyAsync(here.data(), there.data(), 64 * sizeof(float), cudaMemcpyDeviceToHost, second);
    CHECK(here[0] == 0.0f);
    cudaStreamSynchronize(second);
    CHECK(here == std::vector<float>(64, 3.0f));
    cudaEventDestroy(filled);
  }
  cudaStreamDestroy(first);
  cudaStreamDestroy(second);
}

TEST_CASE("a launch that no GPU would take is refused") {
  const device::Array<float> out(64);
  CHECK_THROWS_WITH((launch(fill<float>, {dim3{1}, dim3{48}}, out.data(), 1.0f)), Catch::Contains("whole warps"));
  CHECK_THROWS_WITH((launch(fill<float>, {dim3{1}, dim3{2048}}, out.data(), 1.0f)), Catch::Contains("2048 threads"));
  CHECK_THROWS((launch(fill<float>, {dim3{1}, dim3{32}, 200 * 1024}, out.data(), 1.0f)));
}

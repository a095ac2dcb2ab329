// The products of the emulated cuBLASLt: plain loops, the order of the sums as the algorithm has it.
#include <array>
#include <bit>
#include <numeric>
#include <vector>

#include "kernels/emulation/bfloat16.hpp"
#include "kernels/emulation/block.hpp"
#include "kernels/emulation/cublaslt_problem.hpp"
#include "kernels/emulation/error.hpp"
#include "kernels/emulation/memory.hpp"

namespace neuroglot::emulation {

namespace {

constexpr std::size_t lanes = 16;  // chains of one dot product: k, k + 16, k + 32, ...

void require(const void* at, std::size_t bytes, bool reads, const char* what) {
  const Memory& memory = Memory::instance();
  if (!memory.holds(at) || !memory.allocated(at, bytes))
    throw KernelError(std::string("cublasLtMatmul: ") + what + " touches " + memory.describe(at, bytes) +
                      ", which is out of bounds");
  if (reads && accesses_are_watched() && !memory.written(at, bytes))
    throw KernelError(std::string("cublasLtMatmul: ") + what + " reads " + memory.describe(at, bytes) +
                      ", which nobody has written");
}

/// To 10 bits of mantissa, as tensor cores take floats.
float to_tf32(float x) {
  return std::bit_cast<float>((std::bit_cast<std::uint32_t>(x) + 0x1000u) & ~0x1fffu);
}

/// The columns (or rows, where `by_rows`) of an operand as floats, one after the other, each k long.
std::vector<float> vectors_of(const LtLayout& layout, const void* data, bool by_rows, const char* what) {
  std::vector<float> values(layout.rows * layout.cols);
  const char* const bytes = static_cast<const char*>(data);
  for (std::uint64_t col = 0; col < layout.cols; ++col) {
    const char* const column = bytes + col * layout.pitch();
    require(column, layout.rows * layout.element_bytes(), true, what);
    for (std::uint64_t row = 0; row < layout.rows; ++row) {
      const float value = layout.type == CUDA_R_32F
                              ? reinterpret_cast<const float*>(column)[row]
                              : __bfloat162float(reinterpret_cast<const __nv_bfloat16*>(column)[row]);
      values[by_rows ? row * layout.cols + col : col * layout.rows + row] = value;
    }
  }
  return values;
}

/// One dot product of [first, last): 16 chains, added up at the end.
float dot(const float* a, const float* b, std::size_t first, std::size_t last) {
  std::array<float, lanes> sums{};
  std::size_t k = first;
  for (; k + lanes <= last; k += lanes)
    for (std::size_t i = 0; i < lanes; ++i) sums[i] += a[k + i] * b[k + i];
  for (; k < last; ++k) sums[0] += a[k] * b[k];
  return std::accumulate(sums.begin(), sums.end(), 0.0f);
}

/// In the order of the algorithm. `rows`: of the product, which a steady algorithm does not look at.
float summed(const LtAlgorithm& by, const float* a, const float* b, std::size_t k, std::uint64_t rows) {
  if (by.id == LtAlgorithm::unaligned || (by.id == LtAlgorithm::unsteady && rows >= 128))
    return std::inner_product(a, a + k, b, 0.0f);
  float sum = 0;
  const std::size_t part = (k + by.parts - 1) / by.parts;
  for (std::size_t first = 0; first < k; first += part) sum += dot(a, b, first, std::min(first + part, k));
  return sum;
}

}  // namespace

void LtProduct::run() const {
  const LtProblem problem{matmul, a, b, c, d};
  std::vector<float> left = vectors_of(a, at.a, matmul.transpose_a == CUBLAS_OP_N, "A");
  std::vector<float> right = vectors_of(b, at.b, matmul.transpose_b == CUBLAS_OP_T, "B");
  if (matmul.compute == CUBLAS_COMPUTE_32F_FAST_TF32)
    for (std::vector<float>* values : {&left, &right})
      for (float& value : *values) value = to_tf32(value);
  if (at.bias != nullptr) require(at.bias, problem.m() * sizeof(float), true, "the bias");
  if (algorithm.workspace_bytes > 0) require(workspace, algorithm.workspace_bytes, false, "the workspace");
  for (std::uint64_t n = 0; n < problem.n(); ++n) {
    auto* const column = reinterpret_cast<float*>(static_cast<char*>(at.d) + n * d.pitch());
    const auto* const before = reinterpret_cast<const float*>(static_cast<const char*>(at.c) + n * c.pitch());
    require(column, problem.m() * sizeof(float), false, "D");
    if (at.beta != 0) require(before, problem.m() * sizeof(float), true, "C");
    for (std::uint64_t m = 0; m < problem.m(); ++m) {
      const float sum = summed(algorithm, &left[m * problem.k()], &right[n * problem.k()], problem.k(), problem.n());
      const float old = at.beta != 0 ? at.beta * before[m] : 0.0f;
      column[m] = at.alpha * sum + old + (at.bias != nullptr ? static_cast<const float*>(at.bias)[m] : 0.0f);
    }
    Memory::instance().mark_written(column, problem.m() * sizeof(float));
  }
}

}  // namespace neuroglot::emulation

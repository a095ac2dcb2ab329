/// nvcuda::wmma, as much of it as kernels/ uses: products of 16 x 16 tiles of bf16 by a warp, added up in float. Which
/// lane holds which element is nobody's business on a device, so here it is an order that none of them uses.
#pragma once

#include <source_location>

#include "kernels/emulation/bfloat16.hpp"
#include "kernels/emulation/block.hpp"

namespace nvcuda::wmma {

struct matrix_a;
struct matrix_b;
struct accumulator;
struct row_major {};
struct col_major {};
enum layout_t { mem_row_major, mem_col_major };

template <class Use, int m, int n, int k, class T, class Layout = void>
struct fragment {
  static_assert(m == 16 && n == 16 && k == 16, "the emulation knows 16 x 16 x 16");
  static constexpr int num_elements = 8;  // 256 elements among 32 lanes
  T x[num_elements];
};

template <class F, class T>
void fill_fragment(F& to, T value) {
  for (auto& element : to.x) element = value;
}

namespace emulated {

/// Row * 16 + column of an element of a lane.
unsigned place(unsigned lane, unsigned element);

template <class F, class T, class Copy>
void each_element(F& fragment, T* at, unsigned stride, bool by_rows, Copy copy) {
  if (reinterpret_cast<std::uintptr_t>(at) % 32 != 0 || stride * sizeof(T) % 16 != 0)
    neuroglot::emulation::fail("a matrix of wmma must begin at 32 bytes and have rows of a multiple of 16 bytes");
  for (unsigned i = 0; i < F::num_elements; ++i) {
    const unsigned place = emulated::place(neuroglot::emulation::lane(), i);
    const unsigned row = place / 16, col = place % 16;
    copy(fragment.x[i], at[by_rows ? row * stride + col : col * stride + row]);
  }
}

/// The fragments of one lane.
template <class A, class B, class C>
struct Operands {
  C* d;
  const A* a;
  const B* b;
  const C* c;
};

inline float as_float(float value) {
  return value;
}
inline float as_float(__nv_bfloat16 value) {
  return __bfloat162float(value);
}

template <class Operands>
void multiply_all(void* const* lanes) {
  static float a[256], b[256], c[256];
  const auto each = [&](auto&& f) {
    for (unsigned lane = 0; lane < 32; ++lane)
      for (unsigned i = 0; i < 8; ++i) f(*static_cast<Operands*>(lanes[lane]), i, place(lane, i));
  };
  each([&](Operands& lane, unsigned i, unsigned at) {
    a[at] = as_float(lane.a->x[i]);
    b[at] = as_float(lane.b->x[i]);
    c[at] = lane.c->x[i];
  });
  for (unsigned row = 0; row < 16; ++row)
    for (unsigned col = 0; col < 16; ++col)
      for (unsigned i = 0; i < 16; ++i) c[row * 16 + col] += a[row * 16 + i] * b[i * 16 + col];
  each([&](Operands& lane, unsigned i, unsigned at) { lane.d->x[i] = c[at]; });
}

inline void all_lanes(const char* what, std::source_location where) {
  neuroglot::emulation::meet_lanes(0xffffffffu, nullptr, nullptr, false, what, where);
}

}  // namespace emulated

template <class Use, class T, class Layout>
void load_matrix_sync(fragment<Use, 16, 16, 16, T, Layout>& to, const T* from, unsigned stride,
                      std::source_location where = std::source_location::current()) {
  emulated::all_lanes("load_matrix_sync", where);
  emulated::each_element(to, from, stride, std::is_same_v<Layout, row_major>, [](T& x, const T& at) { x = at; });
}
template <class T>
void load_matrix_sync(fragment<accumulator, 16, 16, 16, T>& to, const T* from, unsigned stride, layout_t layout,
                      std::source_location where = std::source_location::current()) {
  emulated::all_lanes("load_matrix_sync", where);
  emulated::each_element(to, from, stride, layout == mem_row_major, [](T& x, const T& at) { x = at; });
}
template <class T>
void store_matrix_sync(T* to, const fragment<accumulator, 16, 16, 16, T>& from, unsigned stride, layout_t layout,
                       std::source_location where = std::source_location::current()) {
  emulated::all_lanes("store_matrix_sync", where);
  emulated::each_element(from, to, stride, layout == mem_row_major, [](const T& x, T& at) { at = x; });
}

/// d = a b + c
template <class A, class B, class C>
void mma_sync(C& d, const A& a, const B& b, const C& c, std::source_location where = std::source_location::current()) {
  emulated::Operands<A, B, C> mine{&d, &a, &b, &c};
  neuroglot::emulation::meet_lanes(0xffffffffu, &emulated::multiply_all<emulated::Operands<A, B, C>>, &mine, false,
                                   "mma_sync", where);
}

}  // namespace nvcuda::wmma

/// Rows by their numbers: token embeddings, the rows that a head is asked for, and experts' results put back.
/// (ops/route.hpp; embed and gather of ops/backend.hpp)
#pragma once

#include "kernels/rows.hpp"

namespace neuroglot::cuda {

/// y[i] = x[rows[i]]; `rows` (y.rows) on the device, each below x.rows. Serves as embed with the table as x.
/// x (any, width) float or bf16, y (count, width); Id: std::int32_t (tokens) or long long (rows).
template <class X, class Y, class Id>
void gather(Stream stream, Rows<const X> x, const Id* rows, Rows<Y> y);

/// y[rows[i]] += factors[i] x[i]; `rows` and `factors` (x.rows) on the device; a row of y is named once at most.
/// x (count, width), y (any, width).
template <class T>
void scatter_add(Stream stream, Rows<const T> x, const long long* rows, const float* factors, Rows<T> y);

}  // namespace neuroglot::cuda

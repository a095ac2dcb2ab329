/// One tensor of a weight file: its name, element type, shape and bytes, and the ways to read its elements as numbers.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "neuroglot/core/dtype.hpp"
#include "neuroglot/core/error.hpp"
#include "neuroglot/core/matrix.hpp"

namespace neuroglot {

static_assert(std::endian::native == std::endian::little, "weight files are little-endian and read as they lie");

/// A view: the bytes stay with the file that was mapped. They may lie on any address, so elements are never referred to
/// in place: convert() and values() copy them out.
struct TensorInfo {
  std::string name;
  DType dtype = DType::f32;
  std::vector<Index> shape;          ///< empty for a scalar
  std::span<const std::byte> bytes;  ///< row-major, little-endian

  Index elements() const { return static_cast<Index>(bytes.size() / info(dtype).bytes); }
};

/// "[30, 1536]", as messages show a shape.
inline std::string shape_text(std::span<const Index> shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return text + "]";
}

namespace detail {

/// Calls body(Source{}) with the C++ type of the elements.
template <class Body>
void with_element_type(DType dtype, Body&& body) {
  switch (dtype) {
    case DType::boolean:
      return body(std::uint8_t{});
    case DType::u8:
      return body(std::uint8_t{});
    case DType::i8:
      return body(std::int8_t{});
    case DType::i16:
      return body(std::int16_t{});
    case DType::u16:
      return body(std::uint16_t{});
    case DType::i32:
      return body(std::int32_t{});
    case DType::u32:
      return body(std::uint32_t{});
    case DType::i64:
      return body(std::int64_t{});
    case DType::u64:
      return body(std::uint64_t{});
    case DType::f16:
      return body(f16{});
    case DType::bf16:
      return body(bf16{});
    case DType::f32:
      return body(float{});
    case DType::f64:
      return body(double{});
  }
}

template <class T>
inline constexpr bool is_real = std::is_floating_point_v<T> || std::is_same_v<T, f16> || std::is_same_v<T, bf16>;

/// Whether elements of type Source may be read as T: real numbers as real numbers, integers as integers.
template <class Source, class T>
inline constexpr bool is_readable_as = std::is_same_v<Source, T> ||
                                       (is_real<Source> ? is_real<T> && !std::is_same_v<T, f16>
                                                        : std::is_integral_v<T>);

template <class T, class Source>
T element_as(Source value, const std::string& what) {
  if constexpr (std::is_integral_v<Source>) {
    if (!std::in_range<T>(value))
      throw error(what, ": the value ", value, " does not fit into ", sizeof(T) * 8, " bits");
    return static_cast<T>(value);
  } else if constexpr (std::is_same_v<T, bf16>) {
    return bf16(static_cast<float>(value));
  } else if constexpr (std::is_floating_point_v<Source>) {
    return static_cast<T>(value);
  } else {
    return static_cast<T>(static_cast<float>(value));
  }
}

template <class Source, class T>
void copy_elements(const std::byte* from, std::span<T> out, const std::string& what) {
  if constexpr (std::is_same_v<Source, T>) {
    if (!out.empty()) std::memcpy(out.data(), from, out.size_bytes());
  } else {
    for (std::size_t i = 0; i < out.size(); ++i) {
      Source element;
      std::memcpy(&element, from + i * sizeof(Source), sizeof(Source));
      out[i] = element_as<T>(element, what);
    }
  }
}

template <class T>
void convert(std::span<const std::byte> bytes, DType dtype, std::span<T> out, const std::string& what) {
  if (bytes.size() % info(dtype).bytes != 0 || bytes.size() / info(dtype).bytes != out.size())
    throw error(what, ": ", bytes.size(), " bytes of ", info(dtype).name, " are not ", out.size(), " elements");
  with_element_type(dtype, [&]<class Source>(Source) {
    if constexpr (is_readable_as<Source, T>)
      copy_elements<Source>(bytes.data(), out, what);
    else
      throw error(what, ": holds ", info(dtype).name, ", which can not be read as ", is_real<T> ? "real" : "integer",
                  " numbers");
  });
}

}  // namespace detail

/// Copies elements out of bytes that need no alignment. Real types (F32 F16 BF16 F64) are read as float, double or
/// bf16, rounded to nearest where T is narrower (F64 to bf16 by way of float); integers and BOOL as any integer type.
/// Throws Error where the sizes differ, for a real read as an integer or the other way, and for an integer that does
/// not fit.
template <class T>
void convert(std::span<const std::byte> bytes, DType dtype, std::span<T> out) {
  detail::convert(bytes, dtype, out, "elements");
}

/// All elements of a tensor, row-major; throws as convert does, naming the tensor.
template <class T>
std::vector<T> values(const TensorInfo& tensor) {
  std::vector<T> out(static_cast<std::size_t>(tensor.elements()));
  detail::convert(tensor.bytes, tensor.dtype, std::span<T>(out), "tensor \"" + tensor.name + "\"");
  return out;
}

/// Row `row` of a tensor (rows, ...): all elements whose first index is `row`. Throws Error for a scalar, a row out of
/// range, and as convert does.
template <class T>
void convert_row(const TensorInfo& tensor, Index row, std::span<T> out) {
  const std::string what = "tensor \"" + tensor.name + "\"";
  if (tensor.shape.empty() || row < 0 || row >= tensor.shape.front())
    throw error(what, ": there is no row ", row, " in the shape ", shape_text(tensor.shape));
  const std::size_t row_bytes = tensor.bytes.size() / static_cast<std::size_t>(tensor.shape.front());
  detail::convert(tensor.bytes.subspan(static_cast<std::size_t>(row) * row_bytes, row_bytes), tensor.dtype, out, what);
}

}  // namespace neuroglot

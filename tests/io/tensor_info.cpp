// Reading elements: which types can be read as which, from any address, with every value exact or rounded to nearest.
#include "neuroglot/io/tensor_info.hpp"

#include <cmath>
#include <limits>

#include "scratch.hpp"

using namespace neuroglot;
using Catch::Contains;

namespace {

// The bytes of some elements, at an odd address.
template <class T>
struct Misaligned {
  explicit Misaligned(std::vector<T> elements) : storage(1 + elements.size() * sizeof(T)) {
    std::memcpy(storage.data() + 1, elements.data(), elements.size() * sizeof(T));
  }
  TensorInfo tensor(DType dtype, std::vector<Index> shape) const {
    return {"t", dtype, std::move(shape), std::span(storage).subspan(1)};
  }
  std::vector<std::byte> storage;
};

}  // namespace

TEST_CASE("real elements are read as float from any address") {
  const std::vector<float> expected = {1.5f, -0.0f, 65504.0f};
  CHECK(values<float>(Misaligned<float>(expected).tensor(DType::f32, {3})) == expected);
  CHECK(values<float>(Misaligned<double>({1.5, -0.0, 65504.0}).tensor(DType::f64, {3})) == expected);
  // IEEE 754 binary16: 0x3e00 = 1.5, 0x8000 = -0, 0x7bff = 65504.
  CHECK(values<float>(Misaligned<std::uint16_t>({0x3e00, 0x8000, 0x7bff}).tensor(DType::f16, {3})) == expected);
  // bfloat16: 0x3fc0 = 1.5, 0x8000 = -0, 0x4780 = 65536.
  CHECK(values<float>(Misaligned<std::uint16_t>({0x3fc0, 0x8000, 0x4780}).tensor(DType::bf16, {3})) ==
        std::vector<float>{1.5f, -0.0f, 65536.0f});
}

TEST_CASE("all 65536 binary16 values are read as printed by their definition") {
  std::vector<std::uint16_t> bits(65536);
  for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = static_cast<std::uint16_t>(i);
  const std::vector<double> read = values<double>(Misaligned<std::uint16_t>(bits).tensor(DType::f16, {65536}));
  int wrong = 0;
  for (unsigned i = 0; i < 65536; ++i) {
    const int exponent = (i >> 10) & 31;
    const int fraction = i & 1023;
    const double magnitude = exponent == 0    ? std::ldexp(fraction, -24)
                             : exponent == 31 ? (fraction == 0 ? INFINITY : NAN)
                                              : std::ldexp(1024 + fraction, exponent - 25);
    const double expected = (i & 0x8000u) != 0 ? -magnitude : magnitude;
    wrong += !(read[i] == expected || (std::isnan(read[i]) && std::isnan(expected)));
    wrong += std::signbit(read[i]) != ((i & 0x8000u) != 0);
  }
  CHECK(wrong == 0);
}

TEST_CASE("doubles are read whole as double and rounded to nearest as float") {
  const double third = 1.0 / 3;
  const Misaligned<double> bytes({third});
  CHECK(values<double>(bytes.tensor(DType::f64, {1}))[0] == third);
  CHECK(values<float>(bytes.tensor(DType::f64, {1}))[0] == static_cast<float>(third));
}

TEST_CASE("bf16 weights are read as bf16 bit for bit, F32 ones rounded") {
  const Misaligned<std::uint16_t> stored({0x3fc0, 0x7fc1});
  const std::vector<bf16> same = values<bf16>(stored.tensor(DType::bf16, {2}));
  CHECK(same[0].bits == 0x3fc0);
  CHECK(same[1].bits == 0x7fc1);
  CHECK(values<bf16>(Misaligned<float>({1.5f}).tensor(DType::f32, {}))[0].bits == 0x3fc0);
}

TEST_CASE("integers are read as any integer type they fit into, and refused where one does not") {
  const std::vector<std::int64_t> big = {-1, std::int64_t{1} << 40};
  const Misaligned<std::int64_t> bytes(big);
  CHECK(values<std::int64_t>(bytes.tensor(DType::i64, {2})) == big);
  CHECK_THAT(message_of([&] { values<std::int32_t>(bytes.tensor(DType::i64, {2})); }),
             Contains("tensor \"t\"") && Contains("1099511627776 does not fit into 32 bits"));
  CHECK(values<std::int64_t>(Misaligned<std::int32_t>({-7}).tensor(DType::i32, {1})) == std::vector<std::int64_t>{-7});
  CHECK(values<std::int64_t>(Misaligned<std::uint8_t>({0, 1}).tensor(DType::boolean, {2})) ==
        std::vector<std::int64_t>{0, 1});
}

TEST_CASE("real numbers are not read as integers, nor integers as real numbers") {
  CHECK_THAT(message_of([] { values<std::int64_t>(Misaligned<float>({1.0f}).tensor(DType::f32, {1})); }),
             Contains("tensor \"t\": holds F32, which can not be read as integer numbers"));
  CHECK_THAT(message_of([] { values<float>(Misaligned<std::int32_t>({1}).tensor(DType::i32, {1})); }),
             Contains("holds I32, which can not be read as real numbers"));
}

TEST_CASE("an empty tensor has no values") {
  CHECK(values<float>(TensorInfo{"t", DType::bf16, {0, 3}, {}}).empty());
}

TEST_CASE("a row is read alone, of whatever rank the tensor is") {
  const Misaligned<float> bytes({1, 2, 3, 4, 5, 6, 7, 8});
  std::vector<float> row(4);
  convert_row(bytes.tensor(DType::f32, {2, 2, 2}), 1, std::span(row));
  CHECK(row == std::vector<float>{5, 6, 7, 8});
  CHECK_THROWS_AS(convert_row(bytes.tensor(DType::f32, {2, 4}), 2, std::span(row)), Error);
  CHECK_THROWS_AS(convert_row(bytes.tensor(DType::f32, {2, 4}), -1, std::span(row)), Error);
  CHECK_THROWS_AS(convert_row(bytes.tensor(DType::f32, {}), 0, std::span(row)), Error);
  CHECK_THROWS_AS(convert_row(bytes.tensor(DType::f32, {4, 2}), 0, std::span(row)), Error);
}

TEST_CASE("bytes that are not that many elements are refused") {
  std::vector<float> out(2);
  const std::vector<std::byte> bytes(7);
  CHECK_THROWS_AS(convert(std::span(bytes), DType::f32, std::span(out)), Error);
  CHECK_THROWS_AS(convert(std::span(bytes).first(4), DType::f32, std::span(out)), Error);
}

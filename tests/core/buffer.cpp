// Memory of matrices: zeroed, aligned, moved and not copied.
#include "neuroglot/core/buffer.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <type_traits>

#include "neuroglot/core/matrix.hpp"

using namespace neuroglot;

TEST_CASE("a buffer of any size is zero and aligned to a cache line; large ones to huge pages") {
  for (const std::size_t bytes :
       {std::size_t{1}, std::size_t{4097}, std::size_t{2} << 20, (std::size_t{5} << 20) + 3}) {
    const Buffer buffer(bytes);
    const auto* const data = static_cast<const unsigned char*>(buffer.data());
    CHECK(buffer.bytes() == bytes);
    CHECK(std::count(data, data + bytes, 0) == static_cast<std::ptrdiff_t>(bytes));
    CHECK(reinterpret_cast<std::size_t>(data) % (bytes >= std::size_t{2} << 20 ? std::size_t{2} << 20 : 64) == 0);
  }
}

TEST_CASE("an empty buffer has no memory, a moved one hands it over") {
  CHECK(Buffer().data() == nullptr);
  CHECK(Buffer(0).data() == nullptr);
  Buffer first(100);
  void* const at = first.data();
  Buffer second(std::move(first));
  CHECK(second.data() == at);
  Buffer third(50);
  third = std::move(second);
  CHECK(third.data() == at);
  CHECK(third.bytes() == 100);
  STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<Buffer>);
}

TEST_CASE("more memory than there is gives an error that says how much was asked for") {
  CHECK_THROWS_WITH(Buffer(std::size_t{1} << 62), Catch::Contains("4611686018427387904 bytes"));
}

TEST_CASE("views of rows and columns look at the same elements") {
  Matrix<float> m(4, 6);
  for (Index row = 0; row < 4; ++row)
    for (Index col = 0; col < 6; ++col) m(row, col) = static_cast<float>(10 * row + col);
  const auto part = m.view().row_range(1, 2).col_range(3, 2);
  CHECK((part.rows == 2 && part.cols == 2 && part.stride == 6));
  CHECK(part(1, 1) == 24);
  part(0, 0) = -1;
  CHECK(m(1, 3) == -1);
  CHECK(part.row(1).size() == 2);
  const MatrixView<const float> constant = part;
  CHECK(constant(0, 1) == 14);
}

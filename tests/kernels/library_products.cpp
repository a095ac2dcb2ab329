// Products as the backend makes them, through cuBLASLt (or its emulation) and without it: results against the plain
// loop of ops/, bits that do not depend on the rows.
#include "layer.hpp"

using namespace neuroglot;
using device::Bf16;
using device::DeviceMatrix;
using device::expected;
using device::held_by;
using device::Layer;
using device::product;

TEST_CASE("products through cuBLASLt agree with the plain loop") {
  struct Sizes {
    Index rows, in, out, gap;
  };
  for (const Sizes& sizes : {Sizes{1, 1, 1, 0}, Sizes{3, 17, 70, 1}, Sizes{32, 64, 64, 0}, Sizes{65, 33, 5, 3},
                             Sizes{131, 48, 132, 4}, Sizes{700, 40, 24, 0}}) {
    INFO(sizes.rows << " x " << sizes.in << " x " << sizes.out);
    const Strided x = random_matrix(sizes.rows, sizes.in, 1);
    for (const bool biased : {true, false}) {
      const Layer wide(sizes.in, sizes.out, WeightType::fp32), narrow(sizes.in, sizes.out, WeightType::bf16);
      cuda::Products products, tf32({true, true, true});
      device::check_values(product(products, wide, x.view(), sizes.gap, biased),
                           expected<float>(wide, x.view(), biased).view(), {1e-5, 2e-6});
      device::check_values(product(tf32, wide, x.view(), sizes.gap, biased),
                           expected<float>(wide, x.view(), biased).view(), {1e-2, 1e-2});
      device::check_values(product(products, narrow, x.view(), sizes.gap, biased),
                           expected<Bf16>(narrow, x.view(), biased).view(), {1e-5, 2e-6});
    }
  }
}

TEST_CASE("weights in bf16 meet activations in float where that is asked for") {
  const Strided x = random_matrix(5, 24, 1);
  const Layer layer(24, 10, WeightType::bf16);
  Matrix<double> exact(5, 10);
  const std::vector<double> bias(layer.bias.begin(), layer.bias.end());
  reference::matmul<double>(in_double(x.view()).view(), held_by<Bf16>(layer.weights.view()).view(), bias.data(),
                            exact.view());
  cuda::Products float_activations({true, false, false});
  device::check_values(product(float_activations, layer, x.view(), 0), exact.view(), {1e-5, 2e-6});
}

TEST_CASE("without cuBLASLt the kernels multiply the same operands") {
  const Strided x = random_matrix(40, 24, 1);
  for (const WeightType type : {WeightType::fp32, WeightType::bf16}) {
    const Layer layer(24, 10, type);
    cuda::Products products({false, false, true});
    const auto found = product(products, layer, x.view(), 1);
    device::check_values(
        found, (type == WeightType::fp32 ? expected<float>(layer, x.view()) : expected<Bf16>(layer, x.view())).view(),
        {1e-5, 2e-6});
  }
}

TEST_CASE("the bits of a row do not depend on how many rows there are, nor on where they lie") {
  const WeightType type = GENERATE(WeightType::fp32, WeightType::bf16);
  const Strided x = random_matrix(2100, 80, 1);
  const Layer layer(80, 12, type);
  cuda::Products products;
  const auto all = product(products, layer, x.view(), 0);
  for (const Index first : {0, 31, 640})
    for (const Index count : {1, 33, 130, 600}) {
      INFO(count << " rows from row " << first);
      for (const Index gap : {0, 3}) {
        const auto some = product(products, layer, x.view().row_range(first, count), gap);
        CHECK(std::equal(some.begin(), some.end(), all.begin() + first * 12));
      }
    }
  cuda::Products other;  // which begins with few rows
  const auto few = product(other, layer, x.view().row_range(5, 2), 0);
  CHECK(std::equal(few.begin(), few.end(), all.begin() + 5 * 12));
}

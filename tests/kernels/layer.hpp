/// A linear layer on the device, and its products by the backend's ways, for tests.
#pragma once

#include <type_traits>
#include <vector>

#include "device_matrix.hpp"
#include "neuroglot/ops/cuda/products.hpp"
#include "neuroglot/ops/matmul.hpp"

namespace device {

using neuroglot::Matrix;
using neuroglot::WeightType;

/// W on the device, and a bias.
struct Layer {
  Strided weights;
  std::vector<float> bias;
  cuda::DeviceWeight on_device;
  cuda::DeviceVector on_device_bias;

  Layer(Index in, Index out, WeightType type)
      : weights(random_matrix(out, in, 2)),
        bias(random_vector(out, 3)),
        on_device(in, out),
        on_device_bias(bias.begin(), bias.end()) {
    on_device.keep_as(type);
    for (Index row = 0; row < out; ++row) on_device.set_row(row, weights.view().row(row).data());
  }
};

/// x W^T + bias of the rows of x, whose rows lie `gap` apart, as do those of y.
inline std::vector<float> product(neuroglot::cuda::Products& products, const Layer& layer, MatrixView<const float> x,
                                  Index gap, bool biased = true) {
  neuroglot::Workspace workspace(cuda::device_buffer);
  const DeviceMatrix<float> on_x(x, gap), y(x.rows, layer.on_device.out_features(), gap);
  const auto view = [](auto rows) {
    return MatrixView<std::remove_pointer_t<decltype(rows.data)>>(rows.data, rows.rows, rows.cols, rows.stride);
  };
  products.multiply(nullptr, workspace, view(on_x.const_rows()), layer.on_device, 0, layer.on_device.out_features(),
                    biased ? layer.on_device_bias.on_device() : nullptr, view(y.rows()));
  return y.values();
}

template <class Held>
Matrix<double> expected(const Layer& layer, MatrixView<const float> x, bool biased = true) {
  Matrix<double> y(x.rows, layer.weights.view().rows);
  const std::vector<double> wide(layer.bias.begin(), layer.bias.end());
  neuroglot::reference::matmul<double>(held_by<Held>(x).view(), held_by<Held>(layer.weights.view()).view(),
                                       biased ? wide.data() : nullptr, y.view());
  return y;
}

}  // namespace device

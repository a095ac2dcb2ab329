/// The CUDA backend: activations in float on the device, weights in float or bf16, the kernels of kernels/. It needs no
/// CUDA to be compiled; linked with neuroglot_cuda it runs on a GPU, with neuroglot_cuda_emulated on the CPU.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "kernels/attention_steps.hpp"
#include "kernels/elementwise.hpp"
#include "kernels/gather.hpp"
#include "kernels/layer_norm.hpp"
#include "kernels/rms_norm.hpp"
#include "kernels/rope.hpp"
#include "kernels/softmax.hpp"
#include "neuroglot/ops/cuda/attention.hpp"
#include "neuroglot/ops/cuda/best_columns.hpp"
#include "neuroglot/ops/cuda/log_probabilities.hpp"
#include "neuroglot/ops/cuda/products.hpp"
#include "neuroglot/ops/cuda/session.hpp"
#include "neuroglot/ops/cuda/weight.hpp"
#include "neuroglot/ops/cuda/weight_copies.hpp"
#include "neuroglot/ops/matmul.hpp"
#include "neuroglot/ops/rope.hpp"
#include "neuroglot/ops/route.hpp"
#include "neuroglot/ops/row_targets.hpp"
#include "neuroglot/ops/soft_cap.hpp"

namespace neuroglot {

/// One device, one stream: what is asked for is queued, and the host waits only where it wants to see something.
/// Results do not depend on what else is in a batch. Views that it hands out must not be read on the host: on_host
/// shows them.
class Cuda : public cuda::Session {
 public:
  using Scalar = float;
  using Weight = cuda::DeviceWeight;
  using Vector = cuda::DeviceVector;
  using Matrix = cuda::DeviceMatrix;
  using WeightCopies = cuda::WeightCopies;
  using View = MatrixView<float>;
  using ConstView = MatrixView<const float>;
  static constexpr std::string_view name = "cuda";

  /// threads: of the host, which fill weights while a model is loaded. Throws Error where there is no such device.
  explicit Cuda(int threads = 1, WeightType weights = WeightType::fp32, int device = 0,
                const ProductOptions& products = {})
      : Session(threads, device),
        weights_(weights),
        with_tensor_cores_(weights == WeightType::bf16 && products.round_activations),
        products_(products) {}

  /// Called by load_model on each weight before its rows are set.
  void prepare(Weight& weight) const { weight.keep_as(weights_, device_); }
  void prepare(const Vector&) const {}
  WeightCopies weight_copies() const { return WeightCopies(stream_, weights_); }

  void embed(const Weight& table, std::span<const std::int32_t> ids, View y) {
    const Timed timed(profile_, "embed");
    const Workspace::Scope scope(workspace_);
    const std::int32_t* const there = staging_.up(stream_, workspace_, ids);
    table.with_rows(0, table.out_features(), [&](auto rows) { cuda::gather(stream_, rows, there, cuda::rows_of(y)); });
  }
  void matmul(ConstView x, const Weight& w, const Vector& bias, View y) {
    const Timed timed(profile_, "matmul");
    check_matmul_shapes(x.rows, x.cols, w.out_features(), w.in_features(), y.rows, y.cols);
    products_.multiply(stream_, workspace_, x, w, 0, w.out_features(), bias.on_device(), y);
  }
  void rms_norm(ConstView x, const Vector& weight, double eps, View y, double offset = 0) {
    const Timed timed(profile_, "rms_norm");
    cuda::rms_norm<float>(stream_, cuda::rows_of(x), weight.on_device(), static_cast<float>(eps),
                          static_cast<float>(offset), cuda::rows_of(y));
  }
  void layer_norm(ConstView x, const Vector& weight, const Vector& bias, double eps, View y) {
    const Timed timed(profile_, "layer_norm");
    cuda::layer_norm<float>(stream_, cuda::rows_of(x), weight.on_device(), bias.on_device(), static_cast<float>(eps),
                            cuda::rows_of(y));
  }
  template <class Activation>
  void activate(Activation f, View x) {
    const Timed timed(profile_, "activate");
    cuda::activate(stream_, cuda::on_device(f), cuda::rows_of(x));
  }
  /// x = f(x) * up in one walk, with what hooks of device views ask of f(x) when `at_neurons()` calls them.
  template <class Activation, class Hooks>
  void activate_for_hooks(Activation f, View x, ConstView up, Hooks&& at_neurons) {
    const Timed timed(profile_, "activate");
    device_of_hooks().activate_for_hooks(cuda::on_device(f), x, up, at_neurons);
  }
  void add(View x, ConstView y) {
    const Timed timed(profile_, "add");
    cuda::add(stream_, cuda::rows_of(x), cuda::rows_of(y));
  }
  void multiply(View x, ConstView y) {
    const Timed timed(profile_, "multiply");
    cuda::multiply(stream_, cuda::rows_of(x), cuda::rows_of(y));
  }
  void scale(View x, double factor) {
    const Timed timed(profile_, "scale");
    shape_logits(x, {factor, 0});
  }
  void shape_logits(View x, const LogitShape& shape) {
    const Timed timed(profile_, "shape_logits");
    cuda::shape_logits(stream_, cuda::rows_of(x), static_cast<float>(shape.scale), static_cast<float>(shape.softcap));
  }
  void rotate(View x, ConstView cosine, ConstView sine, Index head_dim, RotaryPairs pairs = RotaryPairs::halves) {
    const Timed timed(profile_, "rotate");
    cuda::rotate(stream_, cuda::rows_of(x), cuda::rows_of(cosine), cuda::rows_of(sine), static_cast<int>(head_dim),
                 pairs == RotaryPairs::neighbours);
  }

  template <class Mask>
  void attention(const AttentionShape& shape, const Mask& mask, std::span<const AttentionSequence<float>> sequences) {
    const Timed timed(profile_, "attention");
    cuda::attention(stream_, workspace_, staging_, shape, mask, sequences, with_tensor_cores_);
  }
  template <class Mask>
  void attention_scores(const AttentionShape& shape, const Mask& mask, const AttentionSequence<float>& sequence,
                        Index head, View scores) {
    const Timed timed(profile_, "attention_scores");
    const Workspace::Scope scope(workspace_);
    const float* const slopes = shape.alibi_slopes.empty()
                                    ? nullptr
                                    : staging_.up(stream_, workspace_, std::span<const float>(shape.alibi_slopes));
    cuda::attention_scores(stream_, cuda::heads_of(shape, mask, slopes), cuda::sequence_of(sequence),
                           static_cast<int>(head), cuda::rows_of(scores));
  }
  void softmax(View x) {
    const Timed timed(profile_, "softmax");
    cuda::softmax(stream_, cuda::rows_of(x));
  }
  void attention_mix(const AttentionShape& shape, const AttentionSequence<float>& sequence, Index head,
                     ConstView pattern) {
    const Timed timed(profile_, "attention_mix");
    cuda::attention_mix(stream_, cuda::heads_of(shape, Causal{}, nullptr), cuda::sequence_of(sequence),
                        static_cast<int>(head), cuda::rows_of(pattern));
  }

  void next_token_loss(ConstView x, const Weight& w, std::span<const std::int32_t> targets, std::span<double> loss,
                       const LogitShape& shape = {}) {
    const Timed timed(profile_, "next_token_loss");
    cuda::next_token_loss(stream_, workspace_, staging_, products_, x, w, targets, loss, shape);
  }
  void best_columns(ConstView x, const Weight& w, const Vector& bias, std::span<std::int32_t> best,
                    const LogitShape& shape = {}) {
    const Timed timed(profile_, "best_columns");
    cuda::best_columns(stream_, workspace_, staging_, products_, x, w, bias.on_device(), best, shape);
  }
  void log_probabilities(ConstView x, const Weight& w, const Vector& bias, std::span<const RowTargets> targets,
                         const LogitShape& shape = {}) {
    const Timed timed(profile_, "log_probabilities");
    cuda::log_probabilities(stream_, workspace_, staging_, products_, x, w, bias.on_device(), targets, shape);
  }

  /// Decided on the host, which the sequence of launches depends on.
  Routing route(ConstView weights, Index top_k, bool normalised) {
    const Timed timed(profile_, "route");
    return reference::route<float>(fetch(weights), top_k, normalised);
  }
  void scatter_add(ConstView x, std::span<const Index> rows, std::span<const double> factors, View y) {
    const Timed timed(profile_, "scatter_add");
    const Workspace::Scope scope(workspace_);
    const std::vector<float> narrow(factors.begin(), factors.end());
    cuda::scatter_add(stream_, cuda::rows_of(x), row_numbers(rows),
                      staging_.up(stream_, workspace_, std::span<const float>(narrow)), cuda::rows_of(y));
  }
  void gather(ConstView x, std::span<const Index> rows, View y) {
    const Timed timed(profile_, "gather");
    const Workspace::Scope scope(workspace_);
    cuda::gather(stream_, cuda::rows_of(x), row_numbers(rows), cuda::rows_of(y));
  }
  void clear(View y) {
    const Timed timed(profile_, "clear");
    cuda::clear(stream_, cuda::rows_of(y));
  }
  void copy(ConstView x, View y) {
    const Timed timed(profile_, "copy");
    cuda::copy_rows(stream_, x, y);
  }
  void upload(ConstView host, View y) {
    const Timed timed(profile_, "upload");
    const View pinned = pinned_matrix(host.rows, host.cols);
    for (Index row = 0; row < host.rows; ++row) std::copy_n(host.row(row).data(), host.cols, pinned.row(row).data());
    cuda::copy_rows<float>(stream_, pinned, y);
  }

 private:
  WeightType weights_;
  bool with_tensor_cores_;  // attention
  cuda::Products products_;
};

}  // namespace neuroglot

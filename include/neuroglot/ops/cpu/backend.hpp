/// The CPU backend: float, weights packed at loading (in float or bf16), AVX2+FMA or AVX-512 where the machine has it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "neuroglot/core/profile.hpp"
#include "neuroglot/core/threads.hpp"
#include "neuroglot/core/workspace.hpp"
#include "neuroglot/ops/cpu/activation.hpp"
#include "neuroglot/ops/cpu/attention.hpp"
#include "neuroglot/ops/cpu/best_column.hpp"
#include "neuroglot/ops/cpu/cross_entropy.hpp"
#include "neuroglot/ops/cpu/elementwise.hpp"
#include "neuroglot/ops/cpu/embedding.hpp"
#include "neuroglot/ops/cpu/layer_norm.hpp"
#include "neuroglot/ops/cpu/matmul.hpp"
#include "neuroglot/ops/cpu/packed_weight.hpp"
#include "neuroglot/ops/cpu/rms_norm.hpp"
#include "neuroglot/ops/cpu/rope.hpp"
#include "neuroglot/ops/cpu/row_targets.hpp"
#include "neuroglot/ops/cpu/soft_cap.hpp"
#include "neuroglot/ops/cpu/softmax.hpp"
#include "neuroglot/ops/route.hpp"

namespace neuroglot {

/// Results do not depend on the number of threads, nor on what else is in a batch.
class Cpu {
 public:
  using Scalar = float;
  using Weight = PackedWeight;
  using Vector = std::vector<float>;
  using Matrix = neuroglot::Matrix<float>;
  using View = MatrixView<float>;
  using ConstView = MatrixView<const float>;
  static constexpr std::string_view name = "cpu";

  /// threads 0: as many as the machine has processors.
  explicit Cpu(int threads = 0, WeightType weights = WeightType::fp32) : threads_(threads), weights_(weights) {}

  /// Called by load_model on each weight before its rows are set.
  void prepare(Weight& weight) const { weight.keep_as(weights_); }

  Workspace& workspace() { return workspace_; }
  Threads& threads() { return threads_; }
  /// From now on every operation is timed; null: none is.
  void measure(Profile* profile) { profile_ = profile; }
  Profile* profile() const { return profile_; }

  void embed(const Weight& table, std::span<const std::int32_t> ids, View y) {
    const Timed timed(profile_, "embed");
    cpu::embed(threads_, table, ids, y);
  }
  void matmul(ConstView x, const Weight& w, const Vector& bias, View y) {
    const Timed timed(profile_, "matmul");
    cpu::matmul(threads_, workspace_, x, w, bias.empty() ? nullptr : bias.data(), y);
  }
  void rms_norm(ConstView x, const Vector& weight, double eps, View y, double offset = 0) {
    const Timed timed(profile_, "rms_norm");
    cpu::rms_norm(threads_, x, weight.data(), static_cast<float>(eps), y, static_cast<float>(offset));
  }
  void layer_norm(ConstView x, const Vector& weight, const Vector& bias, double eps, View y) {
    const Timed timed(profile_, "layer_norm");
    cpu::layer_norm(threads_, x, weight.data(), bias.empty() ? nullptr : bias.data(), static_cast<float>(eps), y);
  }
  template <class Activation>
  void activate(Activation f, View x) {
    const Timed timed(profile_, "activate");
    cpu::activate(threads_, f, x);
  }
  void add(View x, ConstView y) {
    const Timed timed(profile_, "add");
    cpu::add(threads_, x, y);
  }
  void multiply(View x, ConstView y) {
    const Timed timed(profile_, "multiply");
    cpu::multiply(threads_, x, y);
  }
  void scale(View x, double factor) {
    const Timed timed(profile_, "scale");
    cpu::scale(x, static_cast<float>(factor));
  }
  void rotate(View x, ConstView cosine, ConstView sine, Index head_dim, RotaryPairs pairs = RotaryPairs::halves) {
    const Timed timed(profile_, "rotate");
    if (pairs == RotaryPairs::halves)
      cpu::rotate(threads_, x, cosine, sine, head_dim);
    else
      cpu::rotate_neighbours(threads_, x, cosine, sine, head_dim);
  }

  template <class Mask>
  void attention(const AttentionShape& shape, const Mask& mask, std::span<const AttentionSequence<float>> sequences) {
    const Timed timed(profile_, "attention");
    cpu::attention(threads_, workspace_, shape, mask, sequences);
  }
  template <class Mask>
  void attention_scores(const AttentionShape& shape, const Mask& mask, const AttentionSequence<float>& sequence,
                        Index head, View scores) {
    const Timed timed(profile_, "attention_scores");
    cpu::attention_scores(workspace_, shape, mask, sequence, head, scores);
  }
  void softmax(View x) {
    const Timed timed(profile_, "softmax");
    cpu::softmax(x);
  }
  void attention_mix(const AttentionShape& shape, const AttentionSequence<float>& sequence, Index head,
                     ConstView pattern) {
    const Timed timed(profile_, "attention_mix");
    cpu::attention_mix(workspace_, shape, sequence, head, pattern);
  }

  void next_token_loss(ConstView x, const Weight& w, std::span<const std::int32_t> targets, std::span<double> loss,
                       const LogitShape& shape = {}) {
    const Timed timed(profile_, "next_token_loss");
    cpu::next_token_loss(threads_, workspace_, x, w, targets, loss, shape);
  }
  void best_columns(ConstView x, const Weight& w, const Vector& bias, std::span<std::int32_t> best,
                    const LogitShape& shape = {}) {
    const Timed timed(profile_, "best_columns");
    cpu::best_columns(threads_, workspace_, x, w, bias.empty() ? nullptr : bias.data(), best, shape);
  }
  void log_probabilities(ConstView x, const Weight& w, const Vector& bias, std::span<const RowTargets> targets,
                         const LogitShape& shape = {}) {
    const Timed timed(profile_, "log_probabilities");
    cpu::log_probabilities(threads_, workspace_, x, w, bias.empty() ? nullptr : bias.data(), targets, shape);
  }
  void shape_logits(View x, const LogitShape& shape) {
    const Timed timed(profile_, "shape_logits");
    cpu::shape_logits(x, shape);
  }

  Routing route(ConstView weights, Index top_k, bool normalised) {
    const Timed timed(profile_, "route");
    return reference::route<float>(weights, top_k, normalised);
  }
  void scatter_add(ConstView x, std::span<const Index> rows, std::span<const double> factors, View y) {
    const Timed timed(profile_, "scatter_add");
    reference::scatter_add<float>(x, rows, factors, y);
  }
  void clear(View y) {
    const Timed timed(profile_, "clear");
    for (Index row = 0; row < y.rows; ++row) std::ranges::fill(y.row(row), float{});
  }
  void gather(ConstView x, std::span<const Index> rows, View y) {
    const Timed timed(profile_, "gather");
    for (std::size_t i = 0; i < rows.size(); ++i)
      std::ranges::copy(x.row(rows[i]), y.row(static_cast<Index>(i)).data());
  }
  void copy(ConstView x, View y) {
    const Timed timed(profile_, "copy");
    for (Index row = 0; row < x.rows; ++row) std::ranges::copy(x.row(row), y.row(row).data());
  }
  [[gnu::noinline]] void upload(ConstView host, View y) {  // the same code in every pass, whatever it hears
    const Timed timed(profile_, "upload");
    copy(host, y);
  }

  template <class F>
  void on_host(View m, F&& f) {
    f(m);
  }

 private:
  Profile* profile_ = nullptr;
  Threads threads_;
  WeightType weights_;
  Workspace workspace_;
};

}  // namespace neuroglot

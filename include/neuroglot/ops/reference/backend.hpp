/// The backend that is right: double precision and the plain loops of ops/, nothing else. Tests take it as the truth,
/// and any result can be checked by running it again with it. About a hundred times slower than Cpu.
#pragma once

#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

#include "neuroglot/core/profile.hpp"
#include "neuroglot/core/threads.hpp"
#include "neuroglot/core/workspace.hpp"
#include "neuroglot/ops/activation.hpp"
#include "neuroglot/ops/attention.hpp"
#include "neuroglot/ops/best_column.hpp"
#include "neuroglot/ops/cross_entropy.hpp"
#include "neuroglot/ops/elementwise.hpp"
#include "neuroglot/ops/layer_norm.hpp"
#include "neuroglot/ops/matmul.hpp"
#include "neuroglot/ops/reference/weight.hpp"
#include "neuroglot/ops/rms_norm.hpp"
#include "neuroglot/ops/rope.hpp"
#include "neuroglot/ops/route.hpp"
#include "neuroglot/ops/row_targets.hpp"
#include "neuroglot/ops/soft_cap.hpp"

namespace neuroglot {

class Reference {
 public:
  using Scalar = double;
  using Weight = ReferenceWeight;
  using Vector = std::vector<double>;
  using Matrix = neuroglot::Matrix<double>;
  using View = MatrixView<double>;
  using ConstView = MatrixView<const double>;
  static constexpr std::string_view name = "reference";

  explicit Reference(int threads = 0) : threads_(threads) {}

  Workspace& workspace() { return workspace_; }
  Threads& threads() { return threads_; }
  /// From now on every operation is timed; null: none is.
  void measure(Profile* profile) { profile_ = profile; }
  Profile* profile() const { return profile_; }

  void embed(const Weight& table, std::span<const std::int32_t> ids, View y) {
    const Timed timed(profile_, "embed");
    for (Index row = 0; row < y.rows; ++row)
      std::ranges::copy(table.view().row(ids[static_cast<std::size_t>(row)]), y.row(row).data());
  }
  void matmul(ConstView x, const Weight& w, const Vector& bias, View y) {
    const Timed timed(profile_, "matmul");
    each_row(y, [&](Index row) {
      reference::matmul<double>(x.row_range(row, 1), w.view(), bias.empty() ? nullptr : bias.data(),
                                y.row_range(row, 1));
    });
  }
  void rms_norm(ConstView x, const Vector& weight, double eps, View y, double offset = 0) {
    const Timed timed(profile_, "rms_norm");
    reference::rms_norm<double>(x, weight.data(), eps, y, offset);
  }
  void layer_norm(ConstView x, const Vector& weight, const Vector& bias, double eps, View y) {
    const Timed timed(profile_, "layer_norm");
    reference::layer_norm<double>(x, weight.data(), bias.empty() ? nullptr : bias.data(), eps, y);
  }
  template <class Activation>
  void activate(Activation f, View x) {
    const Timed timed(profile_, "activate");
    reference::activate(f, x);
  }
  void add(View x, ConstView y) {
    const Timed timed(profile_, "add");
    reference::add<double>(x, y);
  }
  void multiply(View x, ConstView y) {
    const Timed timed(profile_, "multiply");
    reference::multiply<double>(x, y);
  }
  void scale(View x, double factor) {
    const Timed timed(profile_, "scale");
    reference::shape_logits(x, {factor, 0});
  }
  void rotate(View x, ConstView cosine, ConstView sine, Index head_dim, RotaryPairs pairs = RotaryPairs::halves) {
    const Timed timed(profile_, "rotate");
    reference::rotate<double>(x, cosine, sine, head_dim, pairs);
  }

  template <class Mask>
  void attention(const AttentionShape& shape, const Mask& mask, std::span<const AttentionSequence<double>> sequences) {
    const Timed timed(profile_, "attention");
    for (const AttentionSequence<double>& sequence : sequences)
      for (Index head = 0; head < shape.heads; ++head) {
        Workspace::Scope scope(workspace_);
        const View pattern = workspace_.matrix<double>(sequence.queries(), sequence.keys());
        attention_scores(shape, mask, sequence, head, pattern);
        softmax(pattern);
        attention_mix(shape, sequence, head, pattern);
      }
  }
  template <class Mask>
  void attention_scores(const AttentionShape& shape, const Mask& mask, const AttentionSequence<double>& sequence,
                        Index head, View scores) {
    const Timed timed(profile_, "attention_scores");
    reference::attention_scores(shape, mask, sequence, head, scores);
  }
  void softmax(View x) {
    const Timed timed(profile_, "softmax");
    reference::softmax(x);
  }
  void attention_mix(const AttentionShape& shape, const AttentionSequence<double>& sequence, Index head,
                     ConstView pattern) {
    const Timed timed(profile_, "attention_mix");
    reference::attention_mix(shape, sequence, head, pattern);
  }

  void next_token_loss(ConstView x, const Weight& w, std::span<const std::int32_t> targets, std::span<double> loss,
                       const LogitShape& shape = {}) {
    const Timed timed(profile_, "next_token_loss");
    each_row_of_logits(x, w, {}, shape, [&](std::size_t row, std::span<const double> logits) {
      loss[row] = reference::cross_entropy<double>(logits, targets[row]);
    });
  }
  void best_columns(ConstView x, const Weight& w, const Vector& bias, std::span<std::int32_t> best,
                    const LogitShape& shape = {}) {
    const Timed timed(profile_, "best_columns");
    each_row_of_logits(x, w, bias, shape, [&](std::size_t row, std::span<const double> logits) {
      best[row] = reference::best_column<double>(logits);
    });
  }
  void log_probabilities(ConstView x, const Weight& w, const Vector& bias, std::span<const RowTargets> targets,
                         const LogitShape& shape = {}) {
    const Timed timed(profile_, "log_probabilities");
    each_row_of_logits(x, w, bias, shape, [&](std::size_t row, std::span<const double> logits) {
      reference::log_probabilities<double>(logits, targets[row]);
    });
  }

  void shape_logits(View x, const LogitShape& shape) {
    const Timed timed(profile_, "shape_logits");
    reference::shape_logits(x, shape);
  }
  Routing route(ConstView weights, Index top_k, bool normalised) {
    const Timed timed(profile_, "route");
    return reference::route<double>(weights, top_k, normalised);
  }
  void scatter_add(ConstView x, std::span<const Index> rows, std::span<const double> factors, View y) {
    const Timed timed(profile_, "scatter_add");
    reference::scatter_add<double>(x, rows, factors, y);
  }
  void clear(View y) {
    const Timed timed(profile_, "clear");
    for (Index row = 0; row < y.rows; ++row) std::ranges::fill(y.row(row), double{});
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
  void upload(MatrixView<const float> host, View y) {
    const Timed timed(profile_, "upload");
    for (Index row = 0; row < host.rows; ++row) std::ranges::copy(host.row(row), y.row(row).data());
  }

  /// Hooks see floats. What they leave alone keeps its double precision; what they change is taken over.
  template <class F>
  void on_host(View m, F&& f) {
    Workspace::Scope scope(workspace_);
    const MatrixView<float> shown = workspace_.matrix<float>(m.rows, m.cols);
    for (Index row = 0; row < m.rows; ++row)
      std::ranges::transform(m.row(row), shown.row(row).data(), [](double value) { return static_cast<float>(value); });
    f(shown);
    for (Index row = 0; row < m.rows; ++row)
      for (Index col = 0; col < m.cols; ++col)
        if (!(shown(row, col) == static_cast<float>(m(row, col)))) m(row, col) = static_cast<double>(shown(row, col));
  }

 private:
  template <class View, class F>
  void each_row(const View& matrix, F&& f) {
    threads_.for_each(matrix.rows, [&](Index row, int) { f(row); });
  }

  /// Calls f(row, logits) with each row of x W^T + bias (vocab), shaped.
  template <class F>
  void each_row_of_logits(ConstView x, const Weight& w, const Vector& bias, const LogitShape& shape, F&& f) {
    each_row(x, [&](Index row) {
      Matrix logits(1, w.out_features());
      reference::matmul<double>(x.row_range(row, 1), w.view(), bias.empty() ? nullptr : bias.data(), logits.view());
      reference::shape_logits(logits.view(), shape);
      f(static_cast<std::size_t>(row), logits.view().row(0));
    });
  }

  Profile* profile_ = nullptr;
  Threads threads_;
  Workspace workspace_;
};

}  // namespace neuroglot

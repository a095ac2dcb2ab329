/// The best column of each row without most of the products: coarse scores in bytes leave a few columns, of which the
/// exact scores are compared. (The bound that leaves no best column out: ops/cpu/int8_panels.hpp)
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "neuroglot/core/threads.hpp"
#include "neuroglot/core/workspace.hpp"
#include "neuroglot/ops/cpu/best_of_block.hpp"
#include "neuroglot/ops/cpu/int8_panels.hpp"
#include "neuroglot/ops/cpu/int8_product.hpp"
#include "neuroglot/ops/cpu/int8_rows.hpp"
#include "neuroglot/ops/cpu/logit_blocks.hpp"
#include "neuroglot/ops/cpu/simd.hpp"

namespace neuroglot::cpu {

namespace detail {

/// A panel that may hold the best column of a row.
struct PossiblePanel {
  Index row, panel;
  float most;  ///< no score of the row in the panel is higher
};

/// What may be the best of each row, block by block; one for each thread.
class Screening {
 public:
  explicit Screening(Index rows) : at_least_(static_cast<std::size_t>(rows), -std::numeric_limits<float>::infinity()) {}

  /// The scores' bias in a block: 0 where there is none, -infinity behind the last column.
  void begin_block(const float* bias, Index columns) {
    bias_.fill(-std::numeric_limits<float>::infinity());
    if (bias != nullptr)
      std::copy_n(bias, columns, bias_.data());
    else
      std::fill_n(bias_.data(), columns, 0.0f);
    // more than what rounding can do to a bias
    std::ranges::transform(bias_, bias_off_.begin(), [](float of) { return std::abs(of) * 0x1p-18f; });
  }

  /// Notes the panels of [first, first + panels) in which the best score of row i may be; from its products of bytes.
  void look_at(Index i, const Int8Rows::Row& x, const Int8Panels& w, Index first, Index panels,
               const std::int32_t* products) {
    alignas(64) std::array<float, panel_width> low, high;
    vectorized([&]<Index N>(Width<N>) NEUROGLOT_VECTORIZED {
      for (Index lane = 0; lane < panel_width; lane += N)
        bound<N>(x, w, first, panels, products, lane, low.data() + lane, high.data() + lane);
    });
    float& least = at_least_[static_cast<std::size_t>(i)];
    least = std::max(least, *std::ranges::max_element(low));
    if (*std::ranges::max_element(high) < least) return;
    for (Index p = 0; p < panels; ++p) {
      float most = -std::numeric_limits<float>::infinity();
      for (Index n = p * panel_width; n < (p + 1) * panel_width; ++n)
        most = std::max(most, most_[static_cast<std::size_t>(n)]);
      if (most >= least) found.push_back({i, first + p, most});
    }
  }
  /// The best score of the row is not lower.
  float at_least(Index row) const { return at_least_[static_cast<std::size_t>(row)]; }

  std::vector<PossiblePanel> found;

 private:
  // Of N columns of each panel: the most that their scores may be, and over all panels the largest of these, and of
  // what the scores are at least. Comparisons are written so that NaN (of infinite biases) changes nothing.
  template <Index N>
  NEUROGLOT_INLINE void bound(const Int8Rows::Row& x, const Int8Panels& w, Index first, Index panels,
                              const std::int32_t* products, Index lane, float* low, float* high) {
    using Floats = decltype(Lanes<N>::v);
    using Ints = std::remove_cvref_t<decltype(Floats{} < Floats{})>;
    Floats least = Floats{} - std::numeric_limits<float>::infinity(), largest = least;
    for (Index p = 0; p < panels; ++p) {
      const Int8Panels::Columns& of = w.columns(first + p);
      const Index at = p * panel_width + lane;
      Ints product, sum;
      std::memcpy(&product, products + at, sizeof product);
      std::memcpy(&sum, of.sum.data() + lane, sizeof sum);
      const Floats bias = Lanes<N>(bias_.data() + at).v, scale = Lanes<N>(of.scale.data() + lane).v * x.scale;
      const Floats score = __builtin_convertvector(product - int8_zero * sum, Floats) * scale + bias;
      const Floats off = Lanes<N>(of.error.data() + lane).v * x.length + Lanes<N>(of.length.data() + lane).v * x.error +
                         Lanes<N>(bias_off_.data() + at).v;
      const Floats most = score + off, floor = score - off;
      write(most_.data() + at, most);
      least = floor > least ? floor : least;
      largest = most > largest ? most : largest;
    }
    write(low, least);
    write(high, largest);
  }

  std::vector<float> at_least_;
  alignas(64) std::array<float, logit_columns> bias_, bias_off_, most_;
};

/// The panels of all threads that may hold the best column of a row, by row and then by panel.
inline std::vector<PossiblePanel> possible_panels(std::span<const Screening> of_threads, Index rows) {
  std::vector<float> least(static_cast<std::size_t>(rows), -std::numeric_limits<float>::infinity());
  for (const Screening& of : of_threads)
    for (Index row = 0; row < rows; ++row)
      least[static_cast<std::size_t>(row)] = std::max(least[static_cast<std::size_t>(row)], of.at_least(row));
  std::vector<PossiblePanel> all;
  for (const Screening& of : of_threads)
    std::ranges::copy_if(of.found, std::back_inserter(all), [&](const PossiblePanel& panel) {
      return panel.most >= least[static_cast<std::size_t>(panel.row)];
    });
  std::ranges::sort(all, {}, [](const PossiblePanel& of) { return std::pair(of.row, of.panel); });
  return all;
}

/// Products of bytes of all rows with all columns, and what they leave.
inline std::vector<PossiblePanel> screen(Threads& threads, Workspace& workspace, const Int8Rows& rows, Index count,
                                         const Int8Panels& w, const float* bias, Index vocabulary) {
  const auto scratch = workspace.matrix<std::int32_t>(threads.size() * logit_rows, logit_columns);
  std::vector<Screening> of_threads(static_cast<std::size_t>(threads.size()), Screening(count));
  threads.for_each(logit_blocks(vocabulary), [&](Index block, int thread) {
    Screening& screening = of_threads[static_cast<std::size_t>(thread)];
    const Index first = block * logit_columns, columns = std::min(logit_columns, vocabulary - first);
    screening.begin_block(bias == nullptr ? nullptr : bias + first, columns);
    for (Index row = 0; row < count; row += logit_rows) {
      const Index some = std::min(logit_rows, count - row);
      const auto products = scratch.row_range(thread * logit_rows, logit_rows);
      int8_products(rows.bytes(row, (some + 7) / 8 * 8), w, first / panel_width, panels_of(columns), products);
      for (Index i = 0; i < some; ++i)
        screening.look_at(row + i, rows.row(row + i), w, first / panel_width, panels_of(columns),
                          products.row(i).data());
    }
  });
  return possible_panels(of_threads, count);
}

/// The best of the exact scores of one row in the panels that are possible.
inline std::int32_t best_in_panels(MatrixView<const float> x, const PackedWeight& w, const float* bias,
                                   std::span<const PossiblePanel> panels, float* wide) {
  std::array<float, panel_width> scores;
  BestOfBlock best{-std::numeric_limits<float>::infinity(), -1};
  for (const PossiblePanel& at : panels) {
    const Index first = at.panel * panel_width, columns = std::min(panel_width, w.out_features() - first);
    multiply_block(x, wide_panels(w, at.panel, 1, 0, w.in_features(), wide), bias == nullptr ? nullptr : bias + first,
                   {scores.data(), 1, columns});
    const BestOfBlock here = best_of(std::span(scores).first(static_cast<std::size_t>(columns)), first);
    if (here.logit > best.logit) best = here;
  }
  return best.column;
}

}  // namespace detail

/// best[row] as cpu::best_columns gives it, every bit alike; false, and nothing done, where rows or weights are such
/// that coarse scores say nothing (NaN, infinities, enormous or vanishing values).
inline bool screened_best_columns(Threads& threads, Workspace& workspace, MatrixView<const float> x,
                                  const PackedWeight& w, const Int8Panels& coarse, const float* bias,
                                  std::span<std::int32_t> best) {
  const Workspace::Scope scope(workspace);
  const Int8Rows rows(workspace, x, coarse.groups());
  if (!coarse.usable() || !rows.all_usable()) return false;
  const std::vector<detail::PossiblePanel> possible =
      detail::screen(threads, workspace, rows, x.rows, coarse, bias, w.out_features());
  const auto wide =
      workspace.matrix<float>(w.type() == WeightType::fp32 ? 0 : threads.size(), w.in_features() * panel_width);
  threads.for_each(x.rows, [&](Index row, int thread) {
    const auto first = std::ranges::lower_bound(possible, row, {}, &detail::PossiblePanel::row);
    const auto last = std::ranges::lower_bound(possible, row + 1, {}, &detail::PossiblePanel::row);
    best[static_cast<std::size_t>(row)] =
        detail::best_in_panels(x.row_range(row, 1), w, bias, {first, last}, wide.data + thread * wide.stride);
  });
  return true;
}

}  // namespace neuroglot::cpu

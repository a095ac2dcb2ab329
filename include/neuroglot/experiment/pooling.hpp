/// One vector a sequence out of one vector a token: the pooling policies of sentence embeddings.
#pragma once

#include <concepts>
#include <string_view>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/matrix.hpp"
#include "neuroglot/core/packed_batch.hpp"

namespace neuroglot {

/// Puts into `out` (width) the vector of the rows (tokens, width) of one sequence.
template <class P>
concept Pooling = requires(MatrixView<const float> rows, std::span<float> out) {
  P::pool(rows, out);
  { P::name } -> std::convertible_to<std::string_view>;
};

/// The mean over all tokens. (sentence-transformers' pooling_mode_mean_tokens; e5, MiniLM)
struct MeanPooling {
  static constexpr std::string_view name = "mean";
  static void pool(MatrixView<const float> rows, std::span<float> out) {
    for (Index col = 0; col < rows.cols; ++col) {
      double sum = 0;
      for (Index row = 0; row < rows.rows; ++row) sum += static_cast<double>(rows(row, col));
      out[static_cast<std::size_t>(col)] = static_cast<float>(sum / static_cast<double>(rows.rows));
    }
  }
};

/// The first token, [CLS] in BERT.
struct ClsPooling {
  static constexpr std::string_view name = "cls";
  static void pool(MatrixView<const float> rows, std::span<float> out) {
    for (Index col = 0; col < rows.cols; ++col) out[static_cast<std::size_t>(col)] = rows(0, col);
  }
};

/// The last token, which alone has seen the whole text in a decoder.
struct LastPooling {
  static constexpr std::string_view name = "last";
  static void pool(MatrixView<const float> rows, std::span<float> out) {
    for (Index col = 0; col < rows.cols; ++col) out[static_cast<std::size_t>(col)] = rows(rows.rows - 1, col);
  }
};

/// hidden (tokens, width) of a batch -> (sequences, width).
template <Pooling P>
Matrix<float> pooled(MatrixView<const float> hidden, const PackedBatch& batch) {
  Matrix<float> result(batch.sequences(), hidden.cols);
  for (Index s = 0; s < batch.sequences(); ++s)
    P::pool(hidden.row_range(batch.begin(s), batch.length(s)), result.view().row(s));
  return result;
}

/// Calls f(P{}) with the policy of that name; UsageError for a name that there is not.
template <class F>
auto with_pooling(std::string_view name, F f) {
  if (name == MeanPooling::name) return f(MeanPooling{});
  if (name == ClsPooling::name) return f(ClsPooling{});
  if (name == LastPooling::name) return f(LastPooling{});
  throw usage_error("no pooling is called \"", name, "\": mean, cls and last are");
}

}  // namespace neuroglot

/// Keeps what passes by at chosen sites, under the sites' full names: run_with_cache.
#pragma once

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/hooks/hook.hpp"
#include "neuroglot/hooks/site_pattern.hpp"

namespace neuroglot {

/// A captured site: (tokens, width), or (heads, queries, keys) for the two score sites. Inside a mixture of experts
/// (tokens, experts * width), NaN where a token was not routed to the expert.
struct Captured {
  std::vector<Index> shape;
  std::vector<float> values;
  Index last_expert = -1;  ///< that has been heard
};

/// Hears the sites given by type, or all, and of them those whose full name fits `patterns`:
///     Capture<site::mlp_act> neurons;                             // of every layer
///     Capture<> some("blocks.*.mlp.hook_act,logits");
/// Rows of several passes are appended. Scores and patterns can be kept for one sequence alone, as they are ragged.
template <class... Sites>
class Capture {
 public:
  explicit Capture(SitePatterns patterns = SitePatterns("*")) : patterns_(std::move(patterns)) {}
  explicit Capture(std::string_view patterns) : Capture(SitePatterns(patterns)) {}

  const std::map<std::string, Captured>& captured() const { return captured_; }
  const Captured& at(const std::string& full_name) const {
    const auto found = captured_.find(full_name);
    if (found == captured_.end()) throw error("nothing was captured at ", full_name);
    return found->second;
  }

  template <class Site>
  requires(sizeof...(Sites) == 0 || (std::is_same_v<Site, Sites> || ...)) void operator()(Site at, const Place& place,
                                                                                          ConstMatrixRef matrix) {
    Captured& kept = captured_[site::full_name(at, place.layer)];
    if (place.expert >= 0)
      put_expert(kept, place, matrix);
    else if (place.head < 0)
      append_rows(kept, matrix);
    else
      append_head(kept, place, matrix);
  }

  template <class Site>
  bool listens(Site at, Index layer) const {
    return patterns_.fit(site::full_name(at, layer));
  }

 private:
  static void append_rows(Captured& kept, const ConstMatrixRef& matrix) {
    if (kept.shape.empty()) kept.shape = {0, matrix.cols()};
    kept.shape[0] += matrix.rows();
    append(kept, matrix);
  }

  // Experts come by in ascending order: one that does not is the first of another pass.
  static void put_expert(Captured& kept, const Place& place, const ConstMatrixRef& matrix) {
    const Index width = place.experts * matrix.cols();
    if (kept.shape.empty()) kept.shape = {0, width};
    if (kept.shape[0] == 0 || place.expert <= kept.last_expert) {
      kept.shape[0] += place.batch.rows();
      kept.values.resize(static_cast<std::size_t>(kept.shape[0] * width), std::numeric_limits<float>::quiet_NaN());
    }
    kept.last_expert = place.expert;
    const Index first = kept.shape[0] - place.batch.rows();
    for (Index row = 0; row < matrix.rows(); ++row)
      std::copy_n(matrix.data() + row * matrix.outerStride(), matrix.cols(),
                  kept.values.data() + (first + place.batch_row(row)) * width + place.expert * matrix.cols());
  }

  static void append_head(Captured& kept, const Place& place, const ConstMatrixRef& matrix) {
    if (place.batch.sequences() != 1 || (place.head == 0 && !kept.shape.empty()))
      throw error("scores and patterns can be captured for a single sequence and pass only");
    if (kept.shape.empty()) kept.shape = {0, matrix.rows(), matrix.cols()};
    ++kept.shape[0];
    append(kept, matrix);
  }

  static void append(Captured& kept, const ConstMatrixRef& matrix) {
    for (Index row = 0; row < matrix.rows(); ++row) {
      const float* const begin = matrix.data() + row * matrix.outerStride();
      kept.values.insert(kept.values.end(), begin, begin + matrix.cols());
    }
  }

  SitePatterns patterns_;
  std::map<std::string, Captured> captured_;
};

}  // namespace neuroglot

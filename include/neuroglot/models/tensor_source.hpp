/// Where a weight of the tree of parts lies in the published files: which tensor, which of its rows, transposed or not.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "neuroglot/core/matrix.hpp"

namespace neuroglot {

/// Row n of the weight is row first + n / block * stride + n % block of the published matrix of `rows` rows, for fused
/// projections; by default the two are the same.
struct TensorSource {
  std::string name;
  Index rows = 0;           ///< of the published matrix; 0: as many as the weight has
  Index first = 0;          ///< its row that is the weight's first one
  Index block = 0;          ///< rows that stand together; 0: all do
  Index stride = 0;         ///< from block to block
  bool transposed = false;  ///< published as (in_features, out_features) (GPT-2's Conv1D)

  Index row(Index n) const { return block == 0 ? first + n : first + n / block * stride + n % block; }
};

/// Queries, keys and values end to end as the rows of one matrix: `part` 0, 1 or 2.
inline TensorSource part_of_qkv(std::string name, Index part, Index q_width, Index kv_width) {
  const Index first = part == 0 ? 0 : q_width + (part - 1) * kv_width;
  return {.name = std::move(name), .rows = q_width + 2 * kv_width, .first = first};
}

/// Queries, keys and values of one head after the other. (BLOOM, GPT-NeoX)
inline TensorSource part_of_interleaved_qkv(std::string name, Index part, Index heads, Index head_dim) {
  return {.name = std::move(name),
          .rows = 3 * heads * head_dim,
          .first = part * head_dim,
          .block = head_dim,
          .stride = 3 * head_dim};
}

/// `path` with the first occurrence of each of the names replaced by the other, one after the other.
inline std::string renamed(std::string path,
                           std::initializer_list<std::pair<std::string_view, std::string_view>> names) {
  for (const auto& [ours, theirs] : names)
    if (const std::size_t at = path.find(ours); at != std::string::npos) path.replace(at, ours.size(), theirs);
  return path;
}

/// 0, 1, 2 where `path` leads to a query, key or value projection; -1 elsewhere.
inline Index qkv_part(std::string_view path) {
  if (path.find(".q_proj.") != std::string_view::npos) return 0;
  if (path.find(".k_proj.") != std::string_view::npos) return 1;
  return path.find(".v_proj.") != std::string_view::npos ? 2 : -1;
}

/// `path` of a query, key or value projection with the fused matrix's name in place of its own.
inline std::string with_qkv_named(const std::string& path, std::string_view fused) {
  return renamed(path, {{"self_attn.q_proj", fused}, {"self_attn.k_proj", fused}, {"self_attn.v_proj", fused}});
}

/// Two projections of `width` rows each, one after the other in one matrix; every other path is its own name.
inline TensorSource part_of_pair(const std::string& path, std::string_view first, std::string_view second,
                                 std::string_view fused, Index width) {
  const bool is_second = path.find(second) != std::string::npos;
  if (!is_second && path.find(first) == std::string::npos) return {path};
  return {
      .name = renamed(path, {{is_second ? second : first, fused}}), .rows = 2 * width, .first = is_second ? width : 0};
}

}  // namespace neuroglot

/// The merges of a BPE model as files have them, and the table that merging looks them up in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/json_node.hpp"
#include "neuroglot/text/merges.hpp"
#include "neuroglot/text/vocabulary.hpp"

namespace neuroglot {

/// Pairs of pieces that join, the first the strongest.
using PieceMerges = std::vector<std::pair<std::string, std::string>>;

/// Throws Error with the merge's number where a piece is not in the vocabulary.
inline MergeTable make_merge_table(const PieceMerges& merges, const Vocabulary& vocabulary) {
  MergeTable table(merges.size());
  for (std::size_t rank = 0; rank < merges.size(); ++rank) {
    const auto& [left, right] = merges[rank];
    const auto id = [&](const std::string& piece) {
      const TokenId found = vocabulary.id(piece);
      if (found < 0) throw error("merge ", rank, ": ", detail::quoted(piece), " is not in the vocabulary");
      return found;
    };
    table.add(id(left), id(right), {static_cast<std::uint32_t>(rank), id(left + right)});
  }
  return table;
}

namespace detail {

/// "a b", the way merges.txt and old tokenizer.json files have it; nothing but a pair where it is one.
inline std::optional<std::pair<std::string, std::string>> merge_of_line(const std::string& line) {
  const std::size_t space = line.find(' ');
  if (space == std::string::npos || line.find(' ', space + 1) != std::string::npos) return std::nullopt;
  return std::pair(line.substr(0, space), line.substr(space + 1));
}

// "a b" or ["a", "b"].
inline std::pair<std::string, std::string> read_merge(const JsonNode& node) {
  if (node.is_array()) {
    if (node.size() != 2) throw node.fault("two pieces expected, not ", node.size());
    return {node.at(std::size_t{0}).string(), node.at(std::size_t{1}).string()};
  }
  if (auto merge = merge_of_line(node.string())) return *std::move(merge);
  throw node.fault("two pieces with one space between them expected, not ", quoted(node.string()));
}

/// `model`: tokenizer.json's "model", of type BPE.
inline PieceMerges read_merges(const JsonNode& model) {
  const JsonNode list = model.at("merges");
  PieceMerges merges;
  merges.reserve(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    const JsonNode merge = list.at(i);
    if (merge.is_string() && merge.string().starts_with("#version")) continue;
    merges.push_back(read_merge(merge));
  }
  return merges;
}

/// Refuses an option of `model` that is neither missing nor false nor empty. `kind`: "byte-level BPE".
inline void refuse_unless_neutral(const JsonNode& model, const std::string& key, std::string_view kind) {
  const auto node = model.find(key);
  const bool neutral = !node || (node->is_string() && node->string().empty()) || node->value() == nlohmann::json(false);
  if (!neutral) throw model.fault("\"", key, "\": ", quoted(node->value().dump()), " is not supported with ", kind);
}

inline void allow_bpe_options_only(const JsonNode& model) {
  model.allow_only({"type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk",
                    "byte_fallback", "ignore_merges", "vocab", "merges"});
}

}  // namespace detail
}  // namespace neuroglot

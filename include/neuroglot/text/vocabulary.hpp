/// Ids and what the file calls them ("Ġthe").
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "neuroglot/text/json_node.hpp"
#include "neuroglot/text/tokenizer.hpp"

namespace neuroglot {

namespace detail {

struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

/// Strings to ids; found by string_view without making a string.
using IdMap = std::unordered_map<std::string, TokenId, StringHash, std::equal_to<>>;

inline TokenId id_in(const IdMap& map, std::string_view text) {
  const auto entry = map.find(text);
  return entry == map.end() ? -1 : entry->second;
}

// Published vocabularies end below 300,000; a hostile id must not make a table of billions.
inline constexpr TokenId largest_vocabulary = TokenId{1} << 24;

}  // namespace detail

/// Ids need not be dense: some published files leave holes. A piece that two ids share means the later one.
class Vocabulary {
 public:
  void add(std::string piece, TokenId id) {
    if (id >= size()) {
      pieces_.resize(static_cast<std::size_t>(id) + 1);
      known_.resize(pieces_.size());
    }
    if (!known_[static_cast<std::size_t>(id)]) ++count_;
    pieces_[static_cast<std::size_t>(id)] = piece;
    known_[static_cast<std::size_t>(id)] = true;
    ids_.insert_or_assign(std::move(piece), id);
  }

  /// One more than the largest id.
  TokenId size() const { return static_cast<TokenId>(pieces_.size()); }
  /// How many ids have a piece; less than size() where there are holes.
  std::size_t count() const { return count_; }
  bool has(TokenId id) const { return id >= 0 && id < size() && known_[static_cast<std::size_t>(id)]; }
  const std::string& piece(TokenId id) const { return pieces_[static_cast<std::size_t>(id)]; }
  /// -1 for what is not in the vocabulary.
  TokenId id(std::string_view piece) const { return detail::id_in(ids_, piece); }

 private:
  std::vector<std::string> pieces_;
  std::vector<bool> known_;
  std::size_t count_ = 0;
  detail::IdMap ids_;
};

namespace detail {

/// {"piece": id, ...}
inline Vocabulary read_vocabulary(const JsonNode& node) {
  if (!node.is_object()) throw node.fault("an object of pieces and their ids expected");
  Vocabulary vocabulary;
  for (const auto& [piece, id] : node.value().items()) {
    if (!id.is_number_integer() || id < 0 || id >= largest_vocabulary)
      throw node.fault("the id of ", quoted(piece), " is not an integer from 0 to ", largest_vocabulary - 1);
    if (vocabulary.has(id.get<TokenId>()))
      throw node.fault("id ", id.dump(), " is given to ", quoted(piece), " and to ",
                       quoted(vocabulary.piece(id.get<TokenId>())));
    vocabulary.add(piece, id.get<TokenId>());
  }
  return vocabulary;
}

}  // namespace detail
}  // namespace neuroglot

/// Why a fact that the corpus lacks may be easy to guess: the three types of Zhao et al. (2024), section 6, Fig. 18.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/experiment/facts/fact.hpp"
#include "neuroglot/text/text_segments.hpp"
#include "neuroglot/text/tokenizer.hpp"

namespace neuroglot {

/// In the order of the rules: the first that holds gives the type.
enum class RootType {
  shared_tokens,  ///< subject and object share word pieces, "Sega Sports R&D is owned by Sega"
  naming_cues,    ///< the relation is one that names give away, "the native language of Go Hyeon-jeong is Korean"
  others
};

inline constexpr std::array<std::string_view, 3> root_type_names = {"shared_tokens", "naming_cues", "others"};

inline std::string_view name(RootType type) {
  return root_type_names[static_cast<std::size_t>(type)];
}

/// Country, citizenship, languages spoken, religion, native language.
inline const std::vector<std::string>& naming_relations() {
  static const std::vector<std::string> relations = {"P17", "P27", "P1412", "P140", "P103"};
  return relations;
}

/// Whether the object in small letters is part of the subject in small letters.
inline bool is_part_of_subject(const Fact& fact) {
  return lowercase_text(fact.sub_label).find(lowercase_text(fact.obj_label)) != std::string::npos;
}

/// Whether the two names have a word piece in common, each by itself; the token that is white space alone is not
/// counted.
inline bool share_pieces(const Fact& fact, const Tokenizer& tokenizer, std::optional<TokenId> white_space) {
  const std::vector<TokenId> subject = tokenizer.encode(fact.sub_label, SpecialTokens::none).ids;
  const std::vector<TokenId> object = tokenizer.encode(fact.obj_label, SpecialTokens::none).ids;
  return std::ranges::any_of(
      object, [&](TokenId id) { return id != white_space && std::ranges::find(subject, id) != subject.end(); });
}

/// Gives facts their type.
struct RootTypes {
  const Tokenizer* tokenizer;
  std::optional<TokenId> white_space;  ///< of the tokenizer (white_space_token)
  std::vector<std::string> naming = naming_relations();

  RootType operator()(const Fact& fact, std::string_view relation) const {
    if (is_part_of_subject(fact) || share_pieces(fact, *tokenizer, white_space)) return RootType::shared_tokens;
    return std::ranges::find(naming, relation) != naming.end() ? RootType::naming_cues : RootType::others;
  }
};

}  // namespace neuroglot

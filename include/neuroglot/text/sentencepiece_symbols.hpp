/// The pieces of a SentencePiece model as a vocabulary, and those of them that are found in the text before anything
/// else.
#pragma once

#include <cstddef>
#include <vector>

#include "neuroglot/text/old_tokenizer.hpp"
#include "neuroglot/text/sentencepiece_model.hpp"
#include "neuroglot/text/vocabulary.hpp"

namespace neuroglot::detail {

using SentencePieces = std::vector<SentencePieceModel::Piece>;

/// Control symbols are special tokens, what the model's author defined are added tokens too.
inline void add_symbols(const SentencePieces& pieces, SpecialTokenTable& special) {
  for (const auto& piece : pieces)
    if (piece.type == SentencePieceModel::Type::control || piece.type == SentencePieceModel::Type::user_defined)
      special.add(
          {.content = piece.text, .normalized = false, .special = piece.type == SentencePieceModel::Type::control});
}

inline Vocabulary vocabulary_of(const SentencePieces& pieces) {
  Vocabulary vocabulary;
  for (std::size_t id = 0; id < pieces.size(); ++id) vocabulary.add(pieces[id].text, static_cast<TokenId>(id));
  return vocabulary;
}

}  // namespace neuroglot::detail

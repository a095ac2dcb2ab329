/// Gemma's tokenizer from a SentencePiece model: BPE over characters, whose merges the file has but implicitly.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "neuroglot/text/character_bpe.hpp"
#include "neuroglot/text/old_tokenizer.hpp"
#include "neuroglot/text/sentencepiece_model.hpp"
#include "neuroglot/text/sentencepiece_symbols.hpp"
#include "neuroglot/text/tokenizer_settings.hpp"

namespace neuroglot::detail {

/// Each way to make a piece of two others is a merge; the piece with the lowest id is the strongest, of its merges that
/// with the shortest left part.
inline PieceMerges merges_of_vocabulary(const Vocabulary& vocabulary) {
  PieceMerges merges;
  for (TokenId id = 0; id < vocabulary.size(); ++id) {
    const std::string& piece = vocabulary.piece(id);
    if (vocabulary.id(piece) != id) continue;
    for (std::size_t at = piece.empty() ? 0 : utf8_length(piece[0]); at < piece.size(); at += utf8_length(piece[at])) {
      const std::string_view left(piece.data(), at), right(piece.data() + at, piece.size() - at);
      if (vocabulary.id(left) >= 0 && vocabulary.id(right) >= 0) merges.emplace_back(left, right);
    }
  }
  return merges;
}

inline std::unique_ptr<Tokenizer> make_gemma(const SentencePieceModel& model, const TokenizerSettings& settings,
                                             std::string source) {
  SpecialTokenTable special(settings, {"<bos>", "<eos>", "<unk>", "", "<pad>", "", "<mask>"});
  add_symbols(model.pieces, special);
  Vocabulary vocabulary = vocabulary_of(model.pieces);
  const PieceMerges merges = merges_of_vocabulary(vocabulary);
  Normalizer normalizer = Normalizer::of(ReplaceNormalizer{Pattern::literal(" "), "\u2581"});
  CharacterBpe bpe(std::move(vocabulary), merges, {special.name("unk_token"), true, true, false});
  AddedTokens added(special.placed(bpe.vocabulary()), normalizer);
  TokenizerParts<CharacterBpe> parts{
      std::move(added),
      std::move(normalizer),
      PreTokenizer::of(PatternSplit{Pattern::literal(" "), SplitBehavior::merged_with_previous}),
      std::move(bpe),
      PostProcessor{},
      PieceDecoder::of(ReplaceDecoder{Pattern::literal("\u2581"), " "}, ByteFallbackDecoder{}, FuseDecoder{}),
      -1,
      std::move(source)};
  const JsonNode config = settings.config();
  put_around(parts, special, config.boolean("add_bos_token", false) ? "bos_token" : "",
             config.boolean("add_eos_token", false) ? "eos_token" : "");
  return finish_old_tokenizer(std::move(parts), special);
}

}  // namespace neuroglot::detail

/// Tokenizers that transformers makes of a SentencePiece model file, other than Llama's: XLM-R's and ALBERT's Unigram,
/// Gemma's BPE.
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/gemma_tokenizer.hpp"
#include "neuroglot/text/old_tokenizer.hpp"
#include "neuroglot/text/sentencepiece_model.hpp"
#include "neuroglot/text/sentencepiece_symbols.hpp"
#include "neuroglot/text/text_file.hpp"
#include "neuroglot/text/tokenizer_settings.hpp"
#include "neuroglot/text/unigram.hpp"

namespace neuroglot::detail {

/// fairseq's order, in which XLM-R was trained: the model's first three pieces, <unk> <s> </s>, give way to four
/// tokens, so that each piece after them moves up by one; <mask> comes last.
inline SentencePieces in_fairseq_order(const SentencePieces& pieces, const SpecialTokenTable& special) {
  SentencePieces out;
  for (const char* role : {"bos_token", "pad_token", "eos_token", "unk_token"})
    out.push_back({special.name(role), 0, SentencePieceModel::Type::control});
  out.insert(out.end(), pieces.begin() + std::min<std::ptrdiff_t>(3, std::ssize(pieces)), pieces.end());
  out.push_back({special.name("mask_token"), 0, SentencePieceModel::Type::control});
  return out;
}

/// What XLM-R and ALBERT do not share.
struct UnigramFamily {
  SentencePieces pieces;
  TokenId unknown;
  Normalizer normalizer;
  std::string_view before, after;  ///< roles of the tokens around a text
};

inline std::unique_ptr<Tokenizer> make_unigram_tokenizer(UnigramFamily family, const SpecialTokenTable& special,
                                                         bool prefix, std::string source) {
  std::vector<double> scores;
  for (const auto& piece : family.pieces) scores.push_back(piece.score);
  Unigram model(vocabulary_of(family.pieces), std::move(scores), {family.unknown, false});
  MetaspaceSplit metaspace;
  metaspace.prefixed = prefix ? PrefixedWords::all : PrefixedWords::none;
  MetaspaceDecoder decoder;
  decoder.drops_first = prefix;
  AddedTokens added(special.placed(model.vocabulary()), family.normalizer);
  TokenizerParts<Unigram> parts{std::move(added),
                                std::move(family.normalizer),
                                PreTokenizer::of(WhitespaceSplit{}, metaspace),
                                std::move(model),
                                PostProcessor{},
                                PieceDecoder::of(decoder),
                                -1,
                                std::move(source)};
  put_around(parts, special, family.before, family.after);
  return finish_old_tokenizer(std::move(parts), special);
}

inline void add_charsmap(const SentencePieceModel& model, Normalizer& normalizer) {
  if (!model.charsmap.empty()) normalizer.steps.push_back(PrecompiledNormalizer{PrecompiledCharsmap(model.charsmap)});
}

inline std::unique_ptr<Tokenizer> make_xlm_roberta(const SentencePieceModel& model, const TokenizerSettings& settings,
                                                   std::string source) {
  SpecialTokenTable special(settings, {"<s>", "</s>", "<unk>", "</s>", "<pad>", "<s>", "<mask>"});
  UnigramFamily family{in_fairseq_order(model.pieces, special), 3, {}, "bos_token", "eos_token"};
  add_charsmap(model, family.normalizer);
  add_symbols(model.pieces, special);
  return make_unigram_tokenizer(std::move(family), special, settings.config().boolean("add_prefix_space", true),
                                std::move(source));
}

inline std::unique_ptr<Tokenizer> make_albert(const SentencePieceModel& model, const TokenizerSettings& settings,
                                              std::string source) {
  const JsonNode config = settings.config();
  SpecialTokenTable special(settings, {"[CLS]", "[SEP]", "<unk>", "[SEP]", "<pad>", "[CLS]", "[MASK]"});
  UnigramFamily family{model.pieces, 1, {}, "cls_token", "sep_token"};
  for (const char* quotes : {"``", "''"})
    family.normalizer.steps.push_back(ReplaceNormalizer{Pattern::literal(quotes), "\""});
  if (!config.boolean("keep_accents", false)) {
    family.normalizer.steps.push_back(UnicodeNormalForm{.compatible = true, .composed = false});
    family.normalizer.steps.push_back(StripAccents{});
  }
  if (config.boolean("do_lower_case", true)) family.normalizer.steps.push_back(Lowercase{});
  add_charsmap(model, family.normalizer);
  add_symbols(model.pieces, special);
  return make_unigram_tokenizer(std::move(family), special, config.boolean("add_prefix_space", true),
                                std::move(source));
}

/// `path`: spiece.model or sentencepiece.bpe.model. `name`: the class, of which those named here are known.
inline std::unique_ptr<Tokenizer> load_sentencepiece_model(const std::filesystem::path& path,
                                                           const TokenizerSettings& settings, const std::string& name) {
  const std::string bytes = read_text_file(path);
  const SentencePieceModel model = read_sentencepiece_model(bytes);
  std::string source = named_hash(path.filename().string(), bytes);
  const bool bpe = name == "GemmaTokenizer";
  if (model.algorithm != (bpe ? SentencePieceModel::Algorithm::bpe : SentencePieceModel::Algorithm::unigram))
    throw error("the model was not trained as ", name, " needs it: ", bpe ? "BPE" : "Unigram", " is expected");
  if (bpe) return make_gemma(model, settings, std::move(source));
  if (name == "AlbertTokenizer") return make_albert(model, settings, std::move(source));
  return make_xlm_roberta(model, settings, std::move(source));
}

}  // namespace neuroglot::detail

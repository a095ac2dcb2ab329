/// Byte-level BPE from vocab.json and merges.txt: GPT-2, OPT, RoBERTa.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/byte_bpe.hpp"
#include "neuroglot/text/old_tokenizer.hpp"
#include "neuroglot/text/text_file.hpp"
#include "neuroglot/text/tokenizer_settings.hpp"

namespace neuroglot::detail {

/// A pair of pieces a line, one space between them, the strongest first; lines that begin with "#version" say nothing.
inline PieceMerges read_merges_txt(std::string_view text, const std::string& file) {
  PieceMerges merges;
  for_each_line(text, [&](std::string_view line, std::size_t number) {
    if (line.starts_with("#version")) return;
    auto merge = merge_of_line(std::string(line));
    if (!merge) throw error(file, ": line ", number + 1, ": two pieces with one space between them expected");
    merges.push_back(*std::move(merge));
  });
  return merges;
}

/// `path`: vocab.json; merges.txt lies beside it. `name`: RobertaTokenizer, else it is GPT2Tokenizer's.
inline std::unique_ptr<Tokenizer> load_vocab_json(const std::filesystem::path& path, const TokenizerSettings& settings,
                                                  const std::string& name) {
  const std::filesystem::path merges_path = path.parent_path() / "merges.txt";
  const std::string text = read_text_file(path), merges = read_text_file(merges_path);
  const JsonNode config = settings.config();
  const bool roberta = name == "RobertaTokenizer", prefix = config.boolean("add_prefix_space", false);
  constexpr std::string_view end = "<|endoftext|>";
  const SpecialTokenTable special(settings, roberta
                                                ? TokenNames{"<s>", "</s>", "<unk>", "</s>", "<pad>", "<s>", "<mask>"}
                                                : TokenNames{end, end, end, "", "", "", ""});
  const nlohmann::json document = parse_json_file(text, path.string());
  ByteBpe model(read_vocabulary(JsonNode(document, path.string())), read_merges_txt(merges, merges_path.string()),
                false);
  AddedTokens added(special.placed(model.vocabulary()), Normalizer{});
  TokenizerParts<ByteBpe> parts{
      std::move(added),
      Normalizer{},
      PreTokenizer::of(ByteLevelSplit{prefix, PatternSplit{Pattern::oniguruma(gpt2_pattern)}}),
      std::move(model),
      PostProcessor{},
      PieceDecoder::of(ByteLevelDecoder{}),
      -1,
      named_hash("vocab.json", text) + ", " + named_hash("merges.txt", merges)};
  if (roberta) {
    parts.post_processor.trims_spans = config.boolean("trim_offsets", true);
    parts.post_processor.trimming.keep_prefix_space = prefix;
    put_around(parts, special, "cls_token", "sep_token");
  } else {
    put_around(parts, special, config.boolean("add_bos_token", false) ? "bos_token" : "",
               config.boolean("add_eos_token", false) ? "eos_token" : "");
  }
  return finish_old_tokenizer(std::move(parts), special);
}

}  // namespace neuroglot::detail

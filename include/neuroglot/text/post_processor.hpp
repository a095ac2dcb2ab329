/// What is put around the tokens of a text, and how their spans are trimmed: tokenizer.json's "post_processor".
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/text/json_node.hpp"
#include "neuroglot/text/tokenizer.hpp"
#include "neuroglot/text/unicode.hpp"
#include "neuroglot/text/utf8.hpp"
#include "neuroglot/text/vocabulary.hpp"

namespace neuroglot {

/// White space at the two ends of a token, in characters.
struct OuterSpaces {
  std::size_t leading = 0;
  std::size_t trailing = 0;
};

/// Leaves white space at a token's ends out of its span (ByteLevel's trim_offsets).
struct SpanTrimming {
  bool keep_prefix_space = true;  ///< a single space before the first word may be one that was added: nothing to trim

  /// `text` is the input; `first` says whether the token is the first of all.
  ByteSpan operator()(ByteSpan span, std::string_view text, OuterSpaces spaces, bool first) const;
};

struct PostProcessor {
  std::vector<TokenId> before;  ///< the tokens that SpecialTokens::added puts before a text
  std::vector<TokenId> after;
  bool trims_spans = false;
  SpanTrimming trimming;
};

/// Of a token whose text is bytes, which need not be whole characters: in the byte alphabet a space alone is white.
inline OuterSpaces outer_spaces_of_bytes(std::string_view token) {
  const std::size_t first = token.find_first_not_of(' ');
  if (first == std::string_view::npos) return {token.size(), token.size()};
  return {first, token.size() - 1 - token.find_last_not_of(' ')};
}

/// Of a token whose text is characters. "Ġ", the space of the byte alphabet, counts where the token spells it.
inline OuterSpaces outer_spaces_of_text(std::string_view token) {
  const auto is_space = [](char32_t c) { return is_white_space(c) || c == 0x120; };
  OuterSpaces spaces;
  for (std::size_t at = 0; at < token.size(); ++spaces.leading) {
    const CodePoint c = code_point_at(token, at);
    if (!is_space(c.value)) break;
    at += c.bytes;
  }
  for (std::size_t end = token.size(); end > 0; ++spaces.trailing) {
    const CodePoint c = code_point_before(token, end);
    if (!is_space(c.value)) break;
    end -= c.bytes;
  }
  return spaces;
}

// Counts characters, not bytes, because Hugging Face trims offsets that count characters.
inline ByteSpan SpanTrimming::operator()(ByteSpan span, std::string_view text, OuterSpaces spaces, bool first) const {
  if ((first || span.begin == 0) && keep_prefix_space && spaces.leading == 1) spaces.leading = 0;
  for (; spaces.leading > 0 && span.begin < span.end; --spaces.leading) span.begin += utf8_length(text[span.begin]);
  std::size_t end = span.end;
  for (; spaces.trailing > 0 && end > 0; --spaces.trailing) end -= code_point_before(text, end).bytes;
  if (spaces.trailing == 0) span.end = std::max(end, span.begin);
  return span;
}

namespace detail {

inline void append_template_token(const JsonNode& piece, const JsonNode& special, TokenId vocab_size,
                                  std::vector<TokenId>& tokens) {
  const JsonNode ids = special.at(piece.at("id").string()).at("ids");
  for (std::size_t i = 0; i < ids.size(); ++i) tokens.push_back(ids.at(i).integer(vocab_size));
}

// TemplateProcessing: "single" lists the special tokens before and after the text, which is sequence A.
inline void read_template(const JsonNode& node, TokenId vocab_size, PostProcessor& post_processor) {
  node.allow_only({"type", "single", "pair", "special_tokens"});
  const JsonNode single = node.at("single");
  std::vector<TokenId> before, after;
  bool text_seen = false;
  for (std::size_t i = 0; i < single.size(); ++i) {
    const JsonNode piece = single.at(i);
    piece.allow_only({"SpecialToken", "Sequence"});
    if (const auto token = piece.find("SpecialToken")) {
      append_template_token(*token, node.at("special_tokens"), vocab_size, text_seen ? after : before);
      continue;
    }
    if (text_seen || piece.at("Sequence").at("id").string() != "A")
      throw piece.fault("only sequence A, once, is supported");
    text_seen = true;
  }
  if (!text_seen) throw single.fault("sequence A is missing");
  post_processor.before.insert(post_processor.before.begin(), before.begin(), before.end());
  post_processor.after.insert(post_processor.after.end(), after.begin(), after.end());
}

// Of ByteLevel and RobertaProcessing.
inline void read_trimming(const JsonNode& node, PostProcessor& post_processor) {
  if (!node.boolean("trim_offsets", true)) return;
  if (post_processor.trims_spans) throw node.fault("a second post_processor that trims offsets is not supported");
  post_processor.trims_spans = true;
  post_processor.trimming.keep_prefix_space = node.boolean("add_prefix_space", true);
}

// BertProcessing and RobertaProcessing: "cls" before and "sep" after a text, each ["token", id].
inline void read_cls_and_sep(const JsonNode& node, TokenId vocab_size, PostProcessor& post_processor) {
  const auto id = [&](const std::string& key) {
    const JsonNode token = node.at(key);
    if (token.size() != 2) throw token.fault("a token and its id expected");
    return token.at(std::size_t{1}).integer(vocab_size);
  };
  post_processor.before.insert(post_processor.before.begin(), id("cls"));
  post_processor.after.push_back(id("sep"));
}

inline void read_post_processor_step(const JsonNode& node, TokenId vocab_size, PostProcessor& out, int depth) {
  const std::string& type = node.at("type").string();
  if (type == "ByteLevel") {
    node.allow_only({"type", "add_prefix_space", "trim_offsets", "use_regex"});
    return read_trimming(node, out);
  }
  if (type == "TemplateProcessing") return read_template(node, vocab_size, out);
  if (type == "BertProcessing") {
    node.allow_only({"type", "sep", "cls"});
    return read_cls_and_sep(node, vocab_size, out);
  }
  if (type == "RobertaProcessing") {
    node.allow_only({"type", "sep", "cls", "trim_offsets", "add_prefix_space"});
    read_trimming(node, out);
    return read_cls_and_sep(node, vocab_size, out);
  }
  if (type != "Sequence")
    throw node.unsupported("post_processor", type,
                           "BertProcessing, ByteLevel, RobertaProcessing, TemplateProcessing, Sequence");
  node.allow_only({"type", "processors"});
  if (depth == deepest_sequence) throw node.fault("sequences are nested too deep");
  const JsonNode parts = node.at("processors");
  for (std::size_t i = 0; i < parts.size(); ++i) read_post_processor_step(parts.at(i), vocab_size, out, depth + 1);
}

/// `file`: the whole tokenizer.json.
inline PostProcessor read_post_processor(const JsonNode& file, TokenId vocab_size) {
  PostProcessor post_processor;
  if (const auto node = file.find("post_processor")) read_post_processor_step(*node, vocab_size, post_processor, 0);
  return post_processor;
}

}  // namespace detail
}  // namespace neuroglot

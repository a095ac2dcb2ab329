/// Tokens that are found in the text before anything else is done to it: tokenizer.json's "added_tokens" (<|im_start|>,
/// ...).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/text/json_node.hpp"
#include "neuroglot/text/normalizer.hpp"
#include "neuroglot/text/tokenizer.hpp"
#include "neuroglot/text/unicode.hpp"
#include "neuroglot/text/utf8.hpp"
#include "neuroglot/text/vocabulary.hpp"

namespace neuroglot {

struct AddedToken {
  TokenId id = 0;
  std::string content;
  bool single_word = false;  ///< not where a word character stands right before or after it
  bool lstrip = false;       ///< takes the white space before it too
  bool rstrip = false;       ///< takes the white space after it too
  bool normalized = true;    ///< looked for in the normalised text, itself normalised
  bool special = false;      ///< left out by decode's skip_special
};

/// A part of a text: an added token (id >= 0) or what lies between two.
struct TextPart {
  ByteSpan bytes;
  TokenId id = -1;
};

/// Finds added tokens in a text: the leftmost, of several there the longest, none inside another.
class AddedTokenMatcher {
 public:
  /// `tokens` whose contents are the texts to look for.
  explicit AddedTokenMatcher(std::vector<AddedToken> tokens = {}) : tokens_(std::move(tokens)) {
    std::erase_if(tokens_, [](const AddedToken& token) { return token.content.empty(); });
    const auto longer = [](const AddedToken& a, const AddedToken& b) { return a.content.size() > b.content.size(); };
    std::stable_sort(tokens_.begin(), tokens_.end(), longer);
    for (std::size_t i = 0; i < tokens_.size(); ++i)
      starting_with_[static_cast<unsigned char>(tokens_[i].content[0])].push_back(i);
  }

  bool empty() const { return tokens_.empty(); }

  /// Calls part(TextPart) for the parts of the text in order, none of them empty.
  template <class Part>
  void for_each_part(std::string_view text, Part&& part) const {
    std::size_t done = 0;
    for (std::size_t at = 0; at < text.size();) {
      const AddedToken* const token = token_at(text, at);
      if (token == nullptr) {
        ++at;
        continue;
      }
      ByteSpan found{at, at + token->content.size()};
      at = found.end;
      if (token->single_word && !stands_alone(text, found)) continue;
      if (token->lstrip) found.begin = std::max(done, before_white_space(text, found.begin));
      if (token->rstrip) found.end = after_white_space(text, found.end);
      if (done < found.begin) part(TextPart{{done, found.begin}, -1});
      part(TextPart{found, token->id});
      done = found.end;
    }
    if (done < text.size()) part(TextPart{{done, text.size()}, -1});
  }

 private:
  const AddedToken* token_at(std::string_view text, std::size_t at) const {
    for (const std::size_t i : starting_with_[static_cast<unsigned char>(text[at])])
      if (text.substr(at).starts_with(tokens_[i].content)) return &tokens_[i];
    return nullptr;
  }
  static bool stands_alone(std::string_view text, ByteSpan found) {
    return (found.begin == 0 || !is_word_character(code_point_before(text, found.begin).value)) &&
           (found.end == text.size() || !is_word_character(code_point_at(text, found.end).value));
  }
  static std::size_t before_white_space(std::string_view text, std::size_t at) {
    while (at > 0) {
      const CodePoint c = code_point_before(text, at);
      if (!is_white_space(c.value)) break;
      at -= c.bytes;
    }
    return at;
  }
  static std::size_t after_white_space(std::string_view text, std::size_t at) {
    while (at < text.size()) {
      const CodePoint c = code_point_at(text, at);
      if (!is_white_space(c.value)) break;
      at += c.bytes;
    }
    return at;
  }

  std::vector<AddedToken> tokens_;
  std::array<std::vector<std::size_t>, 256> starting_with_;
};

/// All added tokens of a tokenizer: those looked for in the text as it is, and those looked for once it is normalised.
class AddedTokens {
 public:
  AddedTokens() = default;
  AddedTokens(const std::vector<AddedToken>& tokens, const Normalizer& normalizer) {
    std::vector<AddedToken> raw, normalized;
    for (AddedToken token : tokens) {
      names_.add(token.content, token.id);
      if (token.special) special_.insert(token.content);
      if (token.normalized) token.content = std::string(normalizer(AlignedText(token.content, 0)).text());
      decoded_.add(token.content, token.id);
      (token.normalized ? normalized : raw).push_back(std::move(token));
    }
    raw_ = AddedTokenMatcher(std::move(raw));
    normalized_ = AddedTokenMatcher(std::move(normalized));
  }

  const AddedTokenMatcher& raw() const { return raw_; }
  const AddedTokenMatcher& normalized() const { return normalized_; }
  const Vocabulary& names() const { return names_; }
  /// What decode makes of the tokens: the normalised name of those that are looked for in the normalised text.
  const Vocabulary& decoded() const { return decoded_; }
  /// Whether decode's skip_special leaves out what decodes to `name`.
  bool is_special(const std::string& name) const { return special_.contains(name); }

 private:
  AddedTokenMatcher raw_;
  AddedTokenMatcher normalized_;
  Vocabulary names_;
  Vocabulary decoded_;
  std::set<std::string> special_;
};

namespace detail {

inline AddedToken read_added_token(const JsonNode& node) {
  node.allow_only({"id", "content", "single_word", "lstrip", "rstrip", "normalized", "special"});
  return {node.at("id").integer(largest_vocabulary),
          node.at("content").string(),
          node.boolean("single_word", false),
          node.boolean("lstrip", false),
          node.boolean("rstrip", false),
          node.boolean("normalized", true),
          node.boolean("special", false)};
}

/// `file`: the whole tokenizer.json. Hugging Face numbers tokens that are not in the vocabulary itself, one after the
/// other; a file whose ids say otherwise would mean two different things, so it is refused.
inline std::vector<AddedToken> read_added_tokens(const JsonNode& file, const Vocabulary& vocabulary) {
  std::vector<AddedToken> tokens;
  const auto list = file.find("added_tokens");
  if (!list) return tokens;
  IdMap ids;
  TokenId largest = -1;  // of the tokens so far
  for (std::size_t i = 0; i < list->size(); ++i) {
    const JsonNode node = list->at(i);
    AddedToken token = read_added_token(node);
    if (token.content.empty()) continue;
    TokenId expected = id_in(ids, token.content);
    if (expected < 0) expected = vocabulary.id(token.content);
    if (expected < 0) expected = std::max(static_cast<TokenId>(vocabulary.count()), largest + 1);
    if (token.id != expected)
      throw node.fault(quoted(token.content), " has the id ", token.id, ", its place in the vocabulary says ",
                       expected);
    largest = std::max(largest, token.id);
    ids.emplace(token.content, token.id);
    std::erase_if(tokens, [&](const AddedToken& earlier) { return earlier.id == token.id; });
    tokens.push_back(std::move(token));
  }
  return tokens;
}

}  // namespace detail
}  // namespace neuroglot

/// What the tokenizers of folders without tokenizer.json have in common: special tokens that a class names and its
/// settings rename, and their ids. All as transformers 5.23 loads such folders.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/text/added_tokens.hpp"
#include "neuroglot/text/tokenizer_pipeline.hpp"
#include "neuroglot/text/tokenizer_settings.hpp"
#include "neuroglot/text/vocabulary.hpp"

namespace neuroglot {

/// The names a class gives to tokens where the settings give none, in the order of token_roles; "" for none.
using TokenNames = std::array<std::string_view, token_roles.size()>;

/// The special tokens of a folder: what they are called, and which id each has.
class SpecialTokenTable {
 public:
  SpecialTokenTable(const TokenizerSettings& settings, const TokenNames& defaults)
      : settings_(settings), tokens_(settings.numbered_tokens()) {
    for (std::size_t i = 0; i < token_roles.size(); ++i) {
      const auto token = settings.named_token(token_roles[i], defaults[i]);
      if (!token) continue;
      roles_.emplace(token_roles[i], token->content);
      add(*token);
    }
  }

  /// What the role's token is called, "" where there is none.
  const std::string& name(std::string_view role) const {
    static const std::string none;
    const auto found = roles_.find(role);
    return found == roles_.end() ? none : found->second;
  }

  /// A token more; one that is there stays as it is, but may become special.
  void add(const AddedToken& token) {
    const auto same = std::ranges::find(tokens_, token.content, &AddedToken::content);
    if (same == tokens_.end())
      tokens_.push_back(token);
    else
      same->special = same->special || token.special;
  }

  /// The tokens with their ids: their place in the vocabulary, or the next one free. Throws Error where the settings
  /// number a token otherwise.
  std::vector<AddedToken> placed(const Vocabulary& vocabulary) const {
    std::vector<AddedToken> out;
    TokenId next = static_cast<TokenId>(vocabulary.count());
    const std::size_t numbered = settings_.numbered_tokens().size();
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      AddedToken token = tokens_[i];
      const TokenId known = vocabulary.id(token.content);
      const TokenId id = known >= 0 ? known : next;
      if (i < numbered && token.id != id)
        throw settings_.config().fault("the token ", detail::quoted(token.content), " has the id ", token.id,
                                       ", its place in the vocabulary says ", id);
      token.id = id;
      next = std::max(next, id + 1);
      out.push_back(std::move(token));
    }
    return out;
  }

 private:
  const TokenizerSettings& settings_;
  std::vector<AddedToken> tokens_;  // the numbered ones first
  std::map<std::string, std::string, std::less<>> roles_;
};

namespace detail {

/// The tokenizer of `parts`, whose BOS token is the role's, else the first that is put before a text.
template <class Model>
std::unique_ptr<Tokenizer> finish_old_tokenizer(TokenizerParts<Model> parts, const SpecialTokenTable& special) {
  const std::string& bos = special.name("bos_token");
  if (!bos.empty())
    parts.bos = parts.id(bos);
  else if (!parts.post_processor.before.empty())
    parts.bos = parts.post_processor.before.front();
  return std::make_unique<TokenizerPipeline<Model>>(std::move(parts));
}

/// Puts the token of one role before and that of another after a text; "" for none.
template <class Model>
void put_around(TokenizerParts<Model>& parts, const SpecialTokenTable& special, std::string_view before,
                std::string_view after) {
  for (const auto& [role, ids] :
       {std::pair(before, &parts.post_processor.before), std::pair(after, &parts.post_processor.after)})
    if (const std::string& name = special.name(role); !name.empty()) ids->push_back(parts.id(name));
}

}  // namespace detail
}  // namespace neuroglot

// A tokenizer for tests: the tokens are the 256 bytes, two more are special.
#pragma once

#include <string>

#include "neuroglot/text/tokenizer.hpp"
#include "neuroglot/text/utf8.hpp"

class ByteTokenizer final : public neuroglot::Tokenizer {
 public:
  static constexpr neuroglot::TokenId bos = 256, end = 257;

  neuroglot::Tokens encode(std::string_view text, neuroglot::SpecialTokens) const override {
    neuroglot::Tokens tokens;
    for (const char c : text) tokens.ids.push_back(static_cast<unsigned char>(c));
    tokens.spans.resize(tokens.ids.size());
    return tokens;
  }
  std::string decode(std::span<const neuroglot::TokenId> ids, bool skip_special) const override {
    std::string bytes;
    for (const neuroglot::TokenId id : ids)
      if (id < 256 || !skip_special) bytes += piece(id);
    return neuroglot::lossy_utf8(bytes);
  }
  std::string piece(neuroglot::TokenId id) const override {
    return id == bos ? "<s>" : id == end ? "</s>" : std::string(1, static_cast<char>(id));
  }
  neuroglot::TokenId vocab_size() const override { return 258; }
  neuroglot::TokenId bos_id() const override { return bos; }
  std::string description() const override { return "bytes"; }
};

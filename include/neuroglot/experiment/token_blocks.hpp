/// A corpus as blocks of token ids: documents tokenised, laid end to end as in pre-training, cut into blocks of one
/// length.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/matrix.hpp"
#include "neuroglot/io/corpus.hpp"
#include "neuroglot/text/tokenizer.hpp"

namespace neuroglot {

/// Where the tokens stand that mark beginnings. The paper does not say; `none` is the default.
enum class Marks {
  none,      ///< text alone
  document,  ///< what the tokenizer puts around a text (BOS, EOS), around each document
  block,     ///< BOS as the first token of each block
};

inline constexpr std::string_view marks_names[] = {"none", "document", "block"};

inline std::string_view name(Marks marks) {
  return marks_names[static_cast<std::size_t>(marks)];
}

/// Throws UsageError for other words.
inline Marks marks_named(std::string_view word) {
  for (std::size_t i = 0; i < std::size(marks_names); ++i)
    if (marks_names[i] == word) return static_cast<Marks>(i);
  throw usage_error("--marks ", word, ": is one of none, document, block");
}

struct BlockOptions {
  Index block = 512;  ///< tokens
  Index tokens = 0;   ///< at most so many, 0: the whole corpus; a last partial block is dropped
  Marks marks = Marks::none;
};

class TokenBlocks {
 public:
  TokenBlocks(const CorpusSource& source, const Tokenizer& tokenizer, const BlockOptions& options)
      : reader_(source), tokenizer_(&tokenizer), options_(options) {
    if (options.block < 2) throw usage_error("blocks of ", options.block, " tokens: at least 2 are needed");
    if (options.marks == Marks::block && tokenizer.bos_id() < 0)
      throw usage_error("--marks block: the tokenizer has no BOS token to begin blocks with");
  }

  /// The next whole block; false at the end.
  bool next(std::vector<TokenId>& block) {
    if (options_.tokens > 0 && (blocks_ + 1) * options_.block > options_.tokens) return false;
    block.clear();
    if (options_.marks == Marks::block) block.push_back(tokenizer_->bos_id());
    const std::size_t wanted = static_cast<std::size_t>(options_.block) - block.size();
    while (waiting_.size() - used_ < wanted)
      if (!tokenize_document()) return false;
    const auto from = waiting_.begin() + static_cast<std::ptrdiff_t>(used_);
    block.insert(block.end(), from, from + static_cast<std::ptrdiff_t>(wanted));
    used_ += wanted;
    ++blocks_;
    return true;
  }

  Index blocks() const { return blocks_; }                        ///< given so far
  std::int64_t documents() const { return reader_.documents(); }  ///< read so far
  std::string documents_hash() const { return hash_.text(); }     ///< of those

 private:
  bool tokenize_document() {
    if (!reader_.next(document_)) return false;
    hash_.add(document_);
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(used_));
    used_ = 0;
    const auto special = options_.marks == Marks::document ? SpecialTokens::added : SpecialTokens::none;
    const Tokens tokens = tokenizer_->encode(document_, special);
    waiting_.insert(waiting_.end(), tokens.ids.begin(), tokens.ids.end());
    return true;
  }

  CorpusReader reader_;
  const Tokenizer* tokenizer_;
  BlockOptions options_;
  DocumentsHash hash_;
  std::string document_;
  std::vector<TokenId> waiting_;  // tokens of documents, of which the first used_ have been given
  std::size_t used_ = 0;
  Index blocks_ = 0;
};

/// What a corpus comes to in blocks.
struct CorpusSize {
  Index blocks = 0;
  std::int64_t documents = 0;
  std::string hash;  ///< of the documents that were read
};

/// Reads and tokenises a corpus once, so that bad UTF-8 or too little text is found before hours of work. Throws Error
/// where it gives no whole block.
inline CorpusSize measure(const CorpusSource& source, const Tokenizer& tokenizer, const BlockOptions& options) {
  TokenBlocks blocks(source, tokenizer, options);
  for (std::vector<TokenId> block; blocks.next(block);) {
  }
  if (blocks.blocks() == 0)
    throw error("corpus ", source.text(), ": its ", blocks.documents(), " documents do not fill one block of ",
                options.block, " tokens; add text or choose a smaller --block");
  return {blocks.blocks(), blocks.documents(), blocks.documents_hash()};
}

}  // namespace neuroglot

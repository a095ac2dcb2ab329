/// The options of programs that run corpora through a model.
#pragma once

#include <string>
#include <vector>

#include "command_line.hpp"
#include "neuroglot/core/progress.hpp"
#include "neuroglot/experiment/token_blocks.hpp"
#include "neuroglot/io/corpus.hpp"
#include "neuroglot/nn/config.hpp"

namespace ng {

/// --corpus, --tokens, --block, --batch, --marks.
inline void add_corpus_options(CommandLine& line) {
  line.add()("corpus", po::value<std::vector<std::string>>()->multitoken(),
             "LANG=PATH ...: a UTF-8 text file (documents separated by blank lines), a .jsonl with \"text\", either "
             "gzipped, or a folder of "
             "those");
  line.add()("tokens", po::value<neuroglot::Index>()->default_value(0),
             "tokens of each language, in whole blocks; 0: all there are");
  line.add()("block", po::value<neuroglot::Index>()->default_value(0), "tokens of a block; 0: the model's longest");
  line.add()("batch", po::value<neuroglot::Index>()->default_value(0),
             "blocks in a pass; 0: about 2048 tokens. No result depends on it");
  line.add()("marks", po::value<std::string>()->default_value("none"),
             "none: text alone; document: what the tokenizer puts around a text, around each document; block: BOS "
             "first in each block");
}

inline std::vector<neuroglot::CorpusSource> corpora(const CommandLine& line) {
  if (!line.has("corpus")) throw neuroglot::usage_error("--corpus is missing: LANG=PATH, once a language");
  return neuroglot::parse_corpus_arguments(line.get<std::vector<std::string>>("corpus"));
}

inline neuroglot::BlockOptions block_options(const CommandLine& line, const neuroglot::Config& config) {
  neuroglot::BlockOptions options;
  options.tokens = line.get<neuroglot::Index>("tokens");
  options.block = line.get<neuroglot::Index>("block");
  if (options.tokens < 0) throw neuroglot::usage_error("--tokens ", options.tokens, ": not a number of tokens");
  if (options.block < 0 || options.block == 1)
    throw neuroglot::usage_error("--block ", options.block, ": at least 2 tokens are needed");
  if (options.block > config.max_position_embeddings)
    throw neuroglot::usage_error("--block ", options.block, ": the model was made for ", config.max_position_embeddings,
                                 " positions");
  if (options.block == 0) options.block = config.max_position_embeddings;
  options.marks = neuroglot::marks_named(line.text("marks"));
  return options;
}

inline neuroglot::Index blocks_in_a_pass(const CommandLine& line, neuroglot::Index block) {
  const auto batch = line.get<neuroglot::Index>("batch");
  if (batch < 0) throw neuroglot::usage_error("--batch ", batch, ": not a number of blocks");
  return batch > 0 ? batch : std::max<neuroglot::Index>(1, 2048 / block);
}

/// Reads all corpora once before any of them is computed with, and says where one has less than was asked for.
inline std::vector<neuroglot::CorpusSize> measure_all(const std::vector<neuroglot::CorpusSource>& sources,
                                                      const neuroglot::Tokenizer& tokenizer,
                                                      const neuroglot::BlockOptions& options, bool quiet) {
  std::vector<neuroglot::CorpusSize> sizes;
  for (const neuroglot::CorpusSource& source : sources) {
    sizes.push_back(neuroglot::measure(source, tokenizer, options));
    const neuroglot::Index found = sizes.back().blocks * options.block,
                           asked = options.tokens / options.block * options.block;
    if (!quiet && found < asked)
      std::cerr << "corpus " << source.text() << ": holds " << found << " tokens in whole blocks, fewer than the "
                << asked << " asked for\n";
  }
  return sizes;
}

}  // namespace ng

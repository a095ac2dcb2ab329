/// --stream, of programs that run corpora through models larger than memory. (docs/streaming.md)
#pragma once

#include <algorithm>

#include "command_line.hpp"
#include "neuroglot/core/matrix.hpp"

namespace ng {

inline void add_stream_option(CommandLine& line) {
  line.add()("stream", po::value<neuroglot::Index>()->default_value(0),
             "for models that do not fit into memory: the weights of two layers at a time, read from MODEL while the "
             "layer before is computed; so many tokens go through a layer before the next. 0: all weights in memory. "
             "No result depends on it");
}

/// 0: all weights in memory.
inline neuroglot::Index stream_tokens(const CommandLine& line) {
  const auto tokens = line.get<neuroglot::Index>("stream");
  if (tokens < 0) throw neuroglot::usage_error("--stream ", tokens, ": not a number of tokens");
  return tokens;
}

/// How many passes of so many tokens go by the layers together.
inline neuroglot::Index passes_together(const CommandLine& line, neuroglot::Index tokens_of_a_pass) {
  return std::max<neuroglot::Index>(1, stream_tokens(line) / tokens_of_a_pass);
}

}  // namespace ng

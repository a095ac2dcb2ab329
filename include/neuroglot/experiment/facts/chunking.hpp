/// What a fact's two names must stand together in: an article, its abstract, one of its paragraphs, or so many word
/// pieces of it. (Zhao et al. 2024, section 6)
#pragma once

#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/matrix.hpp"
#include "neuroglot/io/article_json.hpp"
#include "neuroglot/io/utf8_check.hpp"
#include "neuroglot/text/tokenizer.hpp"

namespace neuroglot {

enum class ChunkKind { article, abstract, paragraph, pieces };

struct Chunking {
  ChunkKind kind = ChunkKind::pieces;
  Index pieces = 512;  ///< of kind pieces: in a window

  std::string name() const {
    switch (kind) {
      case ChunkKind::article:
        return "article";
      case ChunkKind::abstract:
        return "abstract";
      case ChunkKind::paragraph:
        return "paragraph";
      case ChunkKind::pieces:
        break;
    }
    return "pieces:" + std::to_string(pieces);
  }
};

/// "article", "abstract", "paragraph", "pieces:512". Throws UsageError for anything else.
inline Chunking chunking_named(std::string_view name) {
  if (name == "article") return {ChunkKind::article, 0};
  if (name == "abstract") return {ChunkKind::abstract, 0};
  if (name == "paragraph") return {ChunkKind::paragraph, 0};
  constexpr std::string_view pieces = "pieces:";
  Chunking chunking;
  const char* const end = name.data() + name.size();
  if (name.starts_with(pieces)) {
    const auto [stop, failure] = std::from_chars(name.data() + pieces.size(), end, chunking.pieces);
    if (failure == std::errc() && stop == end && chunking.pieces > 0) return chunking;
  }
  throw usage_error("--chunk ", name, ": is article, abstract, paragraph or pieces:N, N word pieces of an article");
}

namespace detail {

/// The line that begins at `at`, without its end.
inline std::string_view line_at(std::string_view text, std::size_t at) {
  return text.substr(at, text.find('\n', at) - at);
}

/// "== History ==", as the markup of Wikipedia has it.
inline bool is_heading(std::string_view line) {
  return line.size() > 2 && line.front() == '=' && line.find_last_not_of(" \r") < line.size() &&
         line[line.find_last_not_of(" \r")] == '=';
}

/// The lines that are not blank.
inline std::vector<ByteSpan> paragraphs(std::string_view text) {
  std::vector<ByteSpan> all;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view line = line_at(text, at);
    if (!is_white_space(line)) all.push_back({at, at + line.size()});
    at += line.size() + 1;
  }
  return all;
}

/// From the first line that is neither blank nor the title to the next blank line or heading; nothing where that is
/// empty.
inline std::vector<ByteSpan> abstract_of(std::string_view text, std::string_view title) {
  std::size_t begin = std::string_view::npos, at = 0;
  for (; at < text.size();) {
    const std::string_view line = line_at(text, at);
    const bool ends = is_white_space(line) || is_heading(line);
    if (begin == std::string_view::npos && is_heading(line)) return {};
    if (begin != std::string_view::npos && ends) break;
    if (begin == std::string_view::npos && !ends && line != title) begin = at;
    at += line.size() + 1;
  }
  if (begin == std::string_view::npos) return {};
  return {{begin, std::min(at, text.size())}};
}

}  // namespace detail

/// The parts of an article that names are looked for in, in order and apart from each other; for word pieces, which are
/// cut only where that can matter, the article.
inline std::vector<ByteSpan> chunks_of(const Article& article, const Chunking& chunking) {
  if (chunking.kind == ChunkKind::abstract) return detail::abstract_of(article.text, article.title);
  if (chunking.kind == ChunkKind::paragraph) return detail::paragraphs(article.text);
  return {{0, article.text.size()}};
}

}  // namespace neuroglot

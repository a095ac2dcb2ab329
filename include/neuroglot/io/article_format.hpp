/// In which form a file holds articles, by its name and, for the files of WikiExtractor, by how it begins.
#pragma once

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <string>

namespace neuroglot {

/// text: articles between blank lines. jsonl: a line an article, {"title": ..., "text": ...}, as WikiExtractor --json
/// and copies of Wikipedia on the Hugging Face hub have it. abstracts: Wikipedia's abstract.xml, <doc> elements with
/// <title> and <abstract>.
enum class ArticleFormat { text, jsonl, abstracts };

namespace detail {

/// WikiExtractor's names: wiki_00, wiki_01, ...
inline bool is_wiki_extractor_name(const std::string& name) {
  return name.starts_with("wiki_") && name.size() > 5 &&
         std::all_of(name.begin() + 5, name.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

inline std::filesystem::path without_gz(std::filesystem::path path) {
  if (path.extension() == ".gz") path.replace_extension();
  return path.filename();
}

}  // namespace detail

/// By the name, less a final .gz: .jsonl and wiki_00 are jsonl, .xml is abstracts, everything else text.
inline ArticleFormat article_format(const std::filesystem::path& path) {
  const std::filesystem::path name = detail::without_gz(path);
  if (name.extension() == ".jsonl" || detail::is_wiki_extractor_name(name.string())) return ArticleFormat::jsonl;
  return name.extension() == ".xml" ? ArticleFormat::abstracts : ArticleFormat::text;
}

/// Whether a file of a folder is read as articles: .txt, .jsonl, .xml, wiki_00, each plain or gzipped, not hidden.
inline bool is_article_file_name(const std::filesystem::path& path) {
  const std::filesystem::path name = detail::without_gz(path);
  if (name.string().starts_with('.')) return false;
  return name.extension() == ".txt" || article_format(path) != ArticleFormat::text;
}

}  // namespace neuroglot

// Any bytes are documents or an Error, as text and as .jsonl, plain or gzipped; documents are valid UTF-8 and never
// blank.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "memory_file.hpp"
#include "neuroglot/io/documents.hpp"

using namespace neuroglot;

namespace {

std::vector<std::string> read_all(const std::string& path, DocumentFormat format) {
  std::vector<std::string> documents;
  DocumentReader reader(path, format);
  for (std::string document; reader.next(document);) {
    require(first_invalid_utf8(document) == std::string::npos);
    require(!is_white_space(document));
    require(!reader.place().empty());
    documents.push_back(document);
  }
  return documents;
}

/// The same by its definition, for a text that is in memory as a whole.
std::vector<std::string> split(std::string text) {
  if (text.starts_with("\ufeff")) text.erase(0, 3);
  std::vector<std::string> documents;
  bool inside = false;
  while (!text.empty()) {
    std::string line = text.substr(0, text.find('\n'));
    text.erase(0, line.size() + 1);
    if (line.ends_with('\r')) line.pop_back();
    const bool blank = is_white_space(line);
    if (!blank && inside) documents.back() += '\n' + line;
    if (!blank && !inside) documents.push_back(line);
    inside = !blank;
  }
  return documents;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const MemoryFile file(data, size);
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  for (const DocumentFormat format : {DocumentFormat::text, DocumentFormat::jsonl}) {
    try {
      const std::vector<std::string> documents = read_all(file.path(), format);
      if (format == DocumentFormat::text && !bytes.starts_with("\x1f\x8b")) require(documents == split(bytes));
    } catch (const Error& failure) {
      require(std::strchr(failure.what(), '\n') == nullptr);
    }
  }
  return 0;
}

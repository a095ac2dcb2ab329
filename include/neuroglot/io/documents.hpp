/// The documents of one file: of a text, separated by blank lines; of a .jsonl, the "text" of each line's object.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "neuroglot/core/error.hpp"
#include "neuroglot/io/json.hpp"
#include "neuroglot/io/line_reader.hpp"
#include "neuroglot/io/utf8_check.hpp"

namespace neuroglot {

enum class DocumentFormat { text, jsonl };

/// By the file's name, less a final .gz: .jsonl is jsonl, everything else text.
inline DocumentFormat document_format(std::filesystem::path path) {
  if (path.extension() == ".gz") path.replace_extension();
  return path.extension() == ".jsonl" ? DocumentFormat::jsonl : DocumentFormat::text;
}

/// Streams the documents, holding one at a time. In a text, a document is the lines between two blank ones (empty, or
/// of white space alone), joined by "\n", the last one's line end dropped. In a .jsonl it is the string itself; one of
/// white space alone is no document. Throws Error naming file and line, as LineReader does, for a document beyond 256
/// MiB, and for a line that is not a JSON object with a string "text".
class DocumentReader {
 public:
  explicit DocumentReader(std::filesystem::path path) : DocumentReader(path, document_format(path)) {}
  DocumentReader(std::filesystem::path path, DocumentFormat format) : lines_(std::move(path)), format_(format) {}

  /// Puts the next document into `document`; false when there is none left.
  bool next(std::string& document) {
    document.clear();
    return format_ == DocumentFormat::text ? next_paragraph(document) : next_object(document);
  }

  /// "wiki.txt:17", the line where the document that next() gave last begins.
  const std::string& place() const { return place_; }
  std::int64_t offset() const { return lines_.offset(); }  ///< bytes of the file that have been read

 private:
  bool next_paragraph(std::string& document) {
    bool any = false;
    while (lines_.next(line_)) {
      if (is_white_space(line_)) {
        if (any) return true;
        continue;
      }
      if (any)
        document += '\n';
      else
        place_ = lines_.place();
      any = true;
      document += line_;
      if (document.size() > LineReader::longest_line)
        throw error(place_, ": a document of more than ", LineReader::longest_line,
                    " bytes; separate documents by blank lines");
    }
    return any;
  }

  bool next_object(std::string& document) {
    while (lines_.next(line_)) {
      if (is_white_space(line_)) continue;
      place_ = lines_.place();
      nlohmann::json object = parse_json(line_, place_);
      if (!object.is_object()) throw error(place_, ": the line is not a JSON object with a \"text\"");
      const auto text = object.find("text");
      if (text == object.end() || !text->is_string()) throw error(place_, ": the object holds no string \"text\"");
      document = std::move(text->get_ref<std::string&>());
      if (!is_white_space(document)) return true;
    }
    document.clear();
    return false;
  }

  LineReader lines_;
  DocumentFormat format_;
  std::string line_;
  std::string place_;
};

}  // namespace neuroglot

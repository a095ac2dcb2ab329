/// The title and the text of an article out of a line of JSON, without building what else stands in it.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "neuroglot/core/error.hpp"
#include "neuroglot/io/flat_json.hpp"
#include "neuroglot/io/json.hpp"

namespace neuroglot {

struct Article {
  std::string title;  ///< empty where the file gives none
  std::string text;
};

namespace detail {

/// Hears a JSON text as it is read and keeps the strings "title" and "text" of the outermost object.
class ArticleListener {
 public:
  explicit ArticleListener(Article& article) : article_(&article) {}

  bool null() { return other(); }
  bool boolean(bool) { return other(); }
  bool number_integer(std::int64_t) { return other(); }
  bool number_unsigned(std::uint64_t) { return other(); }
  bool number_float(double, const std::string&) { return other(); }
  bool binary(nlohmann::json::binary_t&) { return other(); }
  bool string(std::string& value) {
    if (depth_ == 1 && wanted_ != nullptr) {
      wanted_->swap(value);
      has_text = has_text || wanted_ == &article_->text;
    }
    return other();
  }
  bool start_object(std::size_t) { return enter(true); }
  bool start_array(std::size_t) { return enter(false); }
  bool end_object() { return --depth_, true; }
  bool end_array() { return --depth_, true; }
  bool key(std::string& name) {
    if (depth_ != 1) return true;
    wanted_ = name == "text" ? &article_->text : name == "title" ? &article_->title : nullptr;
    if (wanted_ == nullptr) return true;
    bool& seen = name == "text" ? seen_text_ : seen_title_;
    if (seen) fault = "the key " + in_quotes(name) + " is given twice in one object";
    seen = true;
    return fault.empty();
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception& failure) {
    fault = "is not JSON: " + json_reason(failure);
    return false;
  }

  bool has_text = false, is_object = false;
  std::string fault;

 private:
  bool other() {
    if (depth_ == 1) wanted_ = nullptr;
    return true;
  }
  bool enter(bool object) {
    if (depth_ == 0) is_object = object;
    other();
    return ++depth_, true;
  }

  Article* article_;
  std::string* wanted_ = nullptr;
  int depth_ = 0;
  bool seen_text_ = false, seen_title_ = false;
};

/// Whether the line is a flat object with a string "text", read without the full parser; false says nothing of it.
inline bool parse_flat_article(std::string_view line, Article& article) {
  FlatJson json(line);
  if (!json.take('{')) return false;
  bool has_text = false, has_title = false;
  thread_local std::string key, unused;
  do {
    if (!json.string(key) || !json.take(':')) return false;
    const bool is_text = key == "text", is_title = key == "title";
    if ((is_text && has_text) || (is_title && has_title) || (is_text && !json.is_string())) return false;
    if (json.is_string() ? !json.string(is_text ? article.text : is_title ? article.title : unused) : !json.other())
      return false;
    has_text = has_text || is_text;
    has_title = has_title || is_title;
  } while (json.take(','));
  return json.take('}') && json.at_end() && has_text;
}

}  // namespace detail

/// Throws Error, opening with `where`, for what is not one JSON object with a string "text", and for a "text" or
/// "title" given twice. A title that is no string counts as none.
inline void parse_article(std::string_view line, std::string_view where, Article& article) {
  article.title.clear();
  article.text.clear();
  if (detail::parse_flat_article(line, article)) return;
  article.title.clear();
  article.text.clear();
  if (const std::size_t nul = line.find('\0'); nul != std::string_view::npos)
    throw error(where, ": is not JSON: a NUL at byte ", nul);
  detail::ArticleListener listener(article);
  nlohmann::json::sax_parse(line.data(), line.data() + line.size(), &listener);
  if (!listener.fault.empty()) throw error(where, ": ", listener.fault);
  if (!listener.is_object) throw error(where, ": the line is not a JSON object with a \"text\"");
  if (!listener.has_text) throw error(where, ": the object holds no string \"text\"");
}

}  // namespace neuroglot

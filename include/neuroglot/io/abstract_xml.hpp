/// Wikipedia's abstract.xml: the titles and abstracts of its <doc> elements. (dumps.wikimedia.org, enwiki-abstract.xml)
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "neuroglot/core/append_utf8.hpp"
#include "neuroglot/core/error.hpp"
#include "neuroglot/io/article_json.hpp"
#include "neuroglot/io/line_reader.hpp"

namespace neuroglot {

namespace detail {

/// The character that "amp" or "#x20AC" stands for between "&" and ";"; empty for anything else.
inline std::string xml_character(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, char>, 5> known = {
      {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}}};
  for (const auto& [entity, character] : known)
    if (entity == name) return {character};
  if (!name.starts_with('#')) return {};
  const bool is_hexadecimal = name.starts_with("#x");
  name.remove_prefix(is_hexadecimal ? 2 : 1);
  std::uint32_t value = 0;
  const auto [end, failure] = std::from_chars(name.data(), name.data() + name.size(), value, is_hexadecimal ? 16 : 10);
  const bool is_character = value > 0 && value < 0x110000 && (value < 0xd800 || value > 0xdfff);
  std::string character;
  if (failure == std::errc() && end == name.data() + name.size() && is_character) append_utf8(character, value);
  return character;
}

}  // namespace detail

/// The text of an element with its entities resolved. Throws Error, opening with `where`, for a "<" in it and for an
/// entity that XML does not define.
inline std::string xml_text(std::string_view raw, std::string_view where) {
  if (raw.find('<') != std::string_view::npos) throw error(where, ": a tag inside of a title or an abstract");
  std::string text;
  while (!raw.empty()) {
    const std::size_t ampersand = raw.find('&');
    text += raw.substr(0, ampersand);
    if (ampersand == std::string_view::npos) break;
    raw.remove_prefix(ampersand + 1);
    const std::size_t end = raw.find(';');
    const std::string character = end > 10 ? std::string() : detail::xml_character(raw.substr(0, end));
    if (character.empty()) throw error(where, ": \"&\" without an entity that XML defines: is this an abstract.xml?");
    text += character;
    raw.remove_prefix(end + 1);
  }
  return text;
}

/// Streams the articles: of each <doc>, <title> less the "Wikipedia: " before it, and <abstract>. Tags begin on lines
/// of their own, as the dumps have them; an abstract may run over several. Articles without an abstract are left out.
/// Throws Error naming file and line for a file without <feed>, a <doc> inside of a <doc>, an element without its end.
class AbstractReader {
 public:
  explicit AbstractReader(std::filesystem::path path) : lines_(std::move(path)) {}

  bool next(Article& article) {
    article = {};
    while (lines_.next(line_)) {
      const std::string_view line = trimmed(line_);
      require_feed(line);
      if (line.starts_with("<doc>")) {
        if (inside_) throw error(lines_.place(), ": a <doc> inside of a <doc>");
        inside_ = true;
        place_ = lines_.place();
        article = {};
      } else if (line.starts_with("<title>")) {
        article.title = without_site(element("title"));
      } else if (line.starts_with("<abstract>")) {
        article.text = element("abstract");
      } else if (line.starts_with("</doc>")) {
        inside_ = false;
        if (!is_white_space(article.text)) return true;
      }
    }
    if (inside_) throw error(place_, ": the <doc> that begins here has no end: is the file cut off?");
    return false;
  }

  const std::string& place() const { return place_; }
  std::int64_t offset() const { return lines_.offset(); }

 private:
  static std::string_view trimmed(std::string_view line) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    return line;
  }

  void require_feed(std::string_view line) {
    if (has_feed_ || line.empty() || line.starts_with("<?xml")) return;
    if (!line.starts_with("<feed")) throw error(lines_.place(), ": <feed> expected: is this an abstract.xml?");
    has_feed_ = true;
  }

  /// "Wikipedia: Anarchism", "Wikipédia : Anarchisme": the site's name is one word.
  static std::string without_site(const std::string& title) {
    const std::size_t colon = title.find(':');
    if (colon == std::string::npos) return title;
    const bool is_spaced = colon > 0 && title[colon - 1] == ' ';
    const bool is_one_word = title.find(' ') >= colon - (is_spaced ? 1 : 0);
    return is_one_word && title.substr(colon + 1, 1) == " " ? title.substr(colon + 2) : title;
  }

  /// From the tag at the beginning of this line to its end on this line or a later one.
  std::string element(const std::string& name) {
    const std::string begins_at = lines_.place(), end_tag = "</" + name + ">";
    std::string raw(trimmed(line_).substr(name.size() + 2));
    std::size_t end = raw.find(end_tag);
    while (end == std::string::npos) {
      if (raw.size() > LineReader::longest_line || !lines_.next(line_))
        throw error(begins_at, ": the <", name, "> that begins here has no end");
      const std::size_t from = raw.size();
      raw.append("\n").append(line_);
      end = raw.find(end_tag, from);
    }
    return xml_text(std::string_view(raw).substr(0, end), begins_at);
  }

  LineReader lines_;
  std::string line_, place_;
  bool inside_ = false, has_feed_ = false;
};

}  // namespace neuroglot

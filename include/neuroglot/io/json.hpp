/// Strict JSON (RFC 8259): a key given twice is refused, where common parsers keep one of the two without a word.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/io/mapped_file.hpp"

namespace neuroglot {

/// `text` in double quotes with control characters escaped and cut after 200 bytes, so that any name fits into a
/// one-line message.
inline std::string in_quotes(std::string_view text) {
  const bool long_text = text.size() > 200;
  const std::string shown(text.substr(0, 200));
  return nlohmann::json(shown).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) +
         (long_text ? "..." : "");
}

namespace detail {

/// Hears the parser's events and throws when an object names a key twice.
class DuplicateKeyGuard {
 public:
  explicit DuplicateKeyGuard(std::string_view where) : where_(where) {}

  bool operator()(int, nlohmann::json::parse_event_t event, const nlohmann::json& parsed) {
    using Event = nlohmann::json::parse_event_t;
    if (event == Event::object_start) keys_.emplace_back();
    if (event == Event::object_end) keys_.pop_back();
    if (event == Event::key && !keys_.back().insert(parsed.get<std::string>()).second)
      throw error(where_, ": the key ", in_quotes(parsed.get_ref<const std::string&>()),
                  " is given twice in one object");
    return true;
  }

 private:
  std::string_view where_;
  std::vector<std::set<std::string>> keys_;  // of the objects that are open
};

/// "parse error at line 1, column 2: ..." without the library's own tag in front, and no longer than a line.
inline std::string json_reason(const nlohmann::json::exception& failure) {
  std::string reason = failure.what();
  if (const std::size_t tag = reason.find("] "); tag != std::string::npos) reason.erase(0, tag + 2);
  for (char& c : reason)
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  constexpr std::size_t longest = 300;
  if (reason.size() > longest) reason.replace(longest, std::string::npos, "...");
  return reason;
}

}  // namespace detail

/// The one JSON value that `text` is. Throws Error, opening with `where`, for anything else: broken syntax, invalid
/// UTF-8, numbers out of range, text after the value, a key given twice in one object.
inline nlohmann::json parse_json(std::string_view text, std::string_view where) {
  // The parser takes a NUL for the end of its input, and would not look at what follows.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos)
    throw error(where, ": is not JSON: a NUL at byte ", nul);
  detail::DuplicateKeyGuard guard(where);
  try {
    return nlohmann::json::parse(text.begin(), text.end(), std::ref(guard));
  } catch (const nlohmann::json::exception& failure) {
    throw error(where, ": is not JSON: ", detail::json_reason(failure));
  }
}

/// The JSON value a file holds; throws Error as MappedFile and parse_json do.
inline nlohmann::json read_json(const std::filesystem::path& path) {
  const MappedFile file(path);
  const std::span<const std::byte> bytes = file.bytes();
  return parse_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path.string());
}

}  // namespace neuroglot

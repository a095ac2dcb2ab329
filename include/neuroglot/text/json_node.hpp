/// A value in a JSON file together with the path to it, so that every complaint says where.
#pragma once

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/quoted.hpp"

namespace neuroglot::detail {

/// The document; `file` names it in the error ("tokenizer.json: not valid JSON at byte 17").
inline nlohmann::json parse_json_file(std::string_view text, const std::string& file) {
  const auto fault = [&](std::size_t byte, std::string_view hint) {
    return error(file, ": not valid JSON at byte ", byte, " of ", text.size(), hint);
  };
  // The parser takes a NUL for the end and would not look at what follows.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) throw fault(nul, ": a NUL");
  try {
    return nlohmann::json::parse(text);
  } catch (const nlohmann::json::parse_error& failure) {
    throw fault(failure.byte, failure.byte > text.size() ? ": the file is cut short" : "");
  } catch (const nlohmann::json::exception&) {
    throw error(file, ": holds a number that is out of range");
  }
}

/// Refers to a value inside a document that must outlive it.
class JsonNode {
 public:
  JsonNode(const nlohmann::json& value, std::string file) : value_(&value), file_(std::move(file)) {}

  const nlohmann::json& value() const { return *value_; }
  bool is_object() const { return value_->is_object(); }
  bool is_string() const { return value_->is_string(); }
  bool is_array() const { return value_->is_array(); }

  /// An error about this value: "tokenizer.json: model.merges[3]: ...".
  template <class... Parts>
  Error fault(const Parts&... parts) const {
    return error(file_, ": ", path_, path_.empty() ? "" : ": ", parts...);
  }
  /// An error about something this value asks for: `tokenizer.json: pre_tokenizer "Foo" is not supported (...)`.
  Error unsupported(std::string_view part, const std::string& name, std::string_view supported) const {
    return error(file_, ": ", part, " ", quoted(name), " is not supported (supported: ", supported, ")");
  }

  /// The member, or nothing where it is missing or null.
  std::optional<JsonNode> find(const std::string& key) const {
    require(value_->is_object(), "an object");
    const auto member = value_->find(key);
    if (member == value_->end() || member->is_null()) return std::nullopt;
    return JsonNode(*member, file_, (path_.empty() ? "" : path_ + ".") + step(key));
  }
  JsonNode at(const std::string& key) const {
    if (auto member = find(key)) return *std::move(member);
    throw fault("\"", key, "\" is missing");
  }
  JsonNode at(std::size_t index) const {
    return JsonNode(value_->at(index), file_, path_ + "[" + std::to_string(index) + "]");
  }
  std::size_t size() const {
    require(value_->is_array(), "an array");
    return value_->size();
  }

  const std::string& string() const {
    require(value_->is_string(), "a string");
    return value_->get_ref<const std::string&>();
  }
  bool boolean() const {
    require(value_->is_boolean(), "true or false");
    return value_->get<bool>();
  }
  bool boolean(const std::string& key, bool otherwise) const {
    const auto member = find(key);
    return member ? member->boolean() : otherwise;
  }
  /// An integer in [0, limit).
  std::int32_t integer(std::int32_t limit) const {
    if (!value_->is_number_integer() || *value_ < 0 || *value_ >= limit)
      throw fault("an integer from 0 to ", limit - 1, " expected");
    return value_->get<std::int32_t>();
  }

  /// Refuses members that nobody reads: what is not understood must not be ignored.
  void allow_only(std::initializer_list<std::string_view> keys) const {
    require(value_->is_object(), "an object");
    for (const auto& [key, member] : value_->items())
      if (std::find(keys.begin(), keys.end(), key) == keys.end())
        throw fault("the member ", quoted(key), " is not supported");
  }

 private:
  JsonNode(const nlohmann::json& value, std::string file, std::string path)
      : value_(&value), file_(std::move(file)), path_(std::move(path)) {}

  // Keys may be tokens, with whatever characters.
  static std::string step(const std::string& key) {
    const auto plain = [](unsigned char c) { return c == '_' || (c < 0x80 && std::isalnum(c)); };
    return std::ranges::all_of(key, plain) ? key : detail::quoted(key);
  }
  void require(bool fits, std::string_view expected) const {
    if (!fits) throw fault(expected, " expected, not ", value_->type_name());
  }

  const nlohmann::json* value_;
  std::string file_;
  std::string path_;
};

/// Sequences may hold sequences; no published file nests more than two deep, a hostile one must not fill the stack.
inline constexpr int deepest_sequence = 8;

}  // namespace neuroglot::detail

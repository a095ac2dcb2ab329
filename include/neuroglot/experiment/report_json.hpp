/// Fields of a JSON file, read with messages that name the file and the field.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/matrix.hpp"
#include "neuroglot/io/json.hpp"
#include "neuroglot/io/mapped_file.hpp"

namespace neuroglot::report {

using Json = nlohmann::ordered_json;  // a report shows fields in the order of their file

/// Text that parse_json accepts, with the order of its fields kept.
inline Json parse_ordered(std::string_view content, std::string_view where) {
  parse_json(content, where);
  return Json::parse(content.begin(), content.end());
}

inline Json read_ordered(const std::filesystem::path& path) {
  const MappedFile file(path);
  const std::span<const std::byte> bytes = file.bytes();
  return parse_ordered({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path.string());
}

/// A value and how a message names it: `run/neurons.json: languages["fr"]["0"][3]`.
struct Field {
  const Json& value;
  std::string name;

  /// "run/neurons.json: layers: is "many", not a whole number"
  Error is_not(std::string_view wanted) const {
    std::string shown = value.dump(-1, ' ', true, Json::error_handler_t::replace);
    if (shown.size() > 60) shown.replace(60, std::string::npos, "...");
    return error(name, ": is ", shown, ", not ", wanted);
  }
};

/// The member of an object; null counts as absent.
inline bool has(const Field& object, const std::string& key) {
  return object.value.is_object() && object.value.contains(key) && !object.value[key].is_null();
}

inline Field member(const Field& object, const std::string& key) {
  if (!object.value.is_object()) throw object.is_not("an object");
  if (!has(object, key)) throw error(object.name, ": the field ", in_quotes(key), " is missing");
  return {object.value[key], object.name + ": " + key};
}

/// Element i of what is known to be an array.
inline Field element(const Field& array, std::size_t i) {
  return {array.value[i], array.name + "[" + std::to_string(i) + "]"};
}

inline const Field& object(const Field& field) {
  if (!field.value.is_object()) throw field.is_not("an object");
  return field;
}

/// Throws where there are not `size` elements.
inline const Field& array(const Field& field, std::size_t size, std::string_view one_for_each) {
  if (!field.value.is_array()) throw field.is_not("an array");
  if (field.value.size() != size)
    throw error(field.name, ": holds ", field.value.size(), " elements, not ", size, ", one for each ", one_for_each);
  return field;
}

inline std::string text(const Field& field) {
  if (!field.value.is_string()) throw field.is_not("a text");
  return field.value.get<std::string>();
}

inline double number(const Field& field) {
  if (!field.value.is_number() || !std::isfinite(field.value.get<double>())) throw field.is_not("a finite number");
  return field.value.get<double>();
}

/// A whole number that is not negative.
inline Index whole_number(const Field& field) {
  const bool is_whole =
      field.value.is_number_unsigned() &&
      field.value.get<std::uint64_t>() <= std::numeric_limits<std::int32_t>::max() * std::uint64_t{1 << 20};
  if (!is_whole) throw field.is_not("a whole number from 0 upwards");
  return field.value.get<Index>();
}

/// One or more different texts, none of them empty.
inline std::vector<std::string> names(const Field& field) {
  if (!field.value.is_array() || field.value.empty()) throw field.is_not("an array of names");
  std::vector<std::string> all;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < field.value.size(); ++i) {
    all.push_back(text(element(field, i)));
    if (all.back().empty()) throw error(field.name, "[", i, "]: is an empty name");
    if (!seen.insert(all.back()).second)
      throw error(field.name, ": the name ", in_quotes(all.back()), " is given twice");
  }
  return all;
}

/// One whole number for each name.
inline std::vector<Index> whole_numbers(const Field& field, std::size_t size, std::string_view one_for_each) {
  array(field, size, one_for_each);
  std::vector<Index> all;
  for (std::size_t i = 0; i < size; ++i) all.push_back(whole_number(element(field, i)));
  return all;
}

/// An object, or an empty one where the field is absent.
inline Json optional_object(const Field& parent, const std::string& key) {
  return has(parent, key) ? object(member(parent, key)).value : Json::object();
}

namespace detail {

/// A text, number or truth value under `path` (outermost key first), as words; nothing where there is none.
inline std::optional<std::string> stated(const Json& provenance, const std::vector<std::string>& path) {
  const Json* at = &provenance;
  for (const std::string& key : path) {
    if (!at->is_object() || !at->contains(key)) return std::nullopt;
    at = &(*at)[key];
  }
  if (at->is_string()) return at->get<std::string>();
  if (at->is_number() || at->is_boolean()) return at->dump();
  return std::nullopt;
}

/// The last part of the model's folder; nothing where the provenance does not say which it was.
inline std::optional<std::string> stated_model(const Json& provenance) {
  const std::optional<std::string> folder = stated(provenance, {"model", "folder"});
  if (!folder) return std::nullopt;
  const std::filesystem::path path(*folder);
  return (path.has_filename() ? path : path.parent_path()).filename().string();
}

}  // namespace detail

}  // namespace neuroglot::report

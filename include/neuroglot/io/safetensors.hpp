/// Safetensors (huggingface.co/docs/safetensors): 8 bytes that say how long the header is, the header in JSON, the
/// data.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "neuroglot/core/dtype.hpp"
#include "neuroglot/core/error.hpp"
#include "neuroglot/core/matrix.hpp"
#include "neuroglot/io/json.hpp"
#include "neuroglot/io/mapped_file.hpp"
#include "neuroglot/io/tensor_info.hpp"

namespace neuroglot {

/// A tensor of an element type that this library does not read (F8_E4M3, ...): it can be listed, its data can not be
/// had.
struct UnsupportedTensor {
  std::string name;
  std::string dtype;  ///< as the file spells it
  std::vector<Index> shape;
  std::size_t bytes = 0;
};

/// What a safetensors file holds. Tensors come in the order of their data; all views point into the bytes that were
/// parsed.
struct SafetensorsContent {
  std::vector<TensorInfo> tensors;
  std::vector<UnsupportedTensor> unsupported;
  std::map<std::string, std::string> metadata;
};

namespace detail {

inline constexpr std::uint64_t longest_safetensors_header = 100'000'000;  // the limit of the reference implementation

struct SafetensorsEntry {
  std::string name;
  std::string dtype;
  std::vector<Index> shape;
  std::size_t begin = 0;  // in the data that follows the header
  std::size_t end = 0;
};

/// The header's text; throws where it does not lie within the file.
inline std::string_view safetensors_header(std::span<const std::byte> file, std::string_view where) {
  std::uint64_t length = 0;
  if (file.size() < sizeof length)
    throw error(where, ": only ", file.size(), " bytes: too short for a safetensors file; fetch it again?");
  std::memcpy(&length, file.data(), sizeof length);
  if (length > longest_safetensors_header)
    throw error(where, ": the header would be ", length, " bytes long, safetensors allow ", longest_safetensors_header,
                ": not a safetensors file?");
  if (length > file.size() - sizeof length)
    throw error(where, ": the header ends at byte ", sizeof length + length, ", the file at byte ", file.size(),
                ": truncated; fetch it again?");
  const std::string_view header(reinterpret_cast<const char*>(file.data()) + sizeof length, length);
  if (!header.starts_with('{'))
    throw error(where, ": the header at byte 8 does not start with {: not a safetensors file?");
  return header;
}

/// A JSON array of non-negative integers that fit into Index.
inline std::vector<Index> index_list(const nlohmann::json& entry, const char* key, const std::string& what) {
  const auto found = entry.find(key);
  if (found == entry.end() || !found->is_array()) throw error(what, ": ", key, " is missing or not a list");
  std::vector<Index> list;
  for (const nlohmann::json& item : *found) {
    if (!item.is_number_unsigned() || item.get<std::uint64_t>() > std::numeric_limits<Index>::max())
      throw error(what, ": ", key, " holds something that is not a non-negative integer");
    list.push_back(static_cast<Index>(item.get<std::uint64_t>()));
  }
  return list;
}

inline SafetensorsEntry safetensors_entry(const std::string& name, const nlohmann::json& entry,
                                          const std::string& what) {
  if (!entry.is_object()) throw error(what, ": its entry in the header is not an object");
  const auto dtype = entry.find("dtype");
  if (dtype == entry.end() || !dtype->is_string()) throw error(what, ": dtype is missing or not a string");
  const std::vector<Index> offsets = index_list(entry, "data_offsets", what);
  if (offsets.size() != 2 || offsets[0] > offsets[1])
    throw error(what, ": data_offsets ", shape_text(offsets), " are not a begin and an end");
  return {name, dtype->get<std::string>(), index_list(entry, "shape", what), static_cast<std::size_t>(offsets[0]),
          static_cast<std::size_t>(offsets[1])};
}

/// Throws unless the shape needs as many bytes as the offsets give.
inline void check_tensor_size(const SafetensorsEntry& entry, std::size_t element_bytes, const std::string& what) {
  Index needed = static_cast<Index>(element_bytes);
  for (Index extent : entry.shape)
    if (__builtin_mul_overflow(needed, extent, &needed))
      throw error(what, ": the shape ", shape_text(entry.shape), " needs more bytes than can be counted");
  if (static_cast<std::size_t>(needed) != entry.end - entry.begin)
    throw error(what, ": ", entry.dtype, " ", shape_text(entry.shape), " needs ", needed, " bytes, data_offsets [",
                entry.begin, ", ", entry.end, "] give ", entry.end - entry.begin);
}

/// Throws unless the tensors, in order, cover the data from its first byte to its last without overlap or hole.
inline void check_cover(std::span<const SafetensorsEntry> entries, std::size_t data_size, std::string_view where) {
  std::size_t covered = 0;
  for (const SafetensorsEntry& entry : entries) {
    if (entry.end > data_size)
      throw error(where, ": tensor ", in_quotes(entry.name), " ends at byte ", entry.end, " of the data, which has ",
                  data_size, " bytes: truncated; fetch it again?");
    if (entry.begin != covered)
      throw error(where, ": tensor ", in_quotes(entry.name), " begins at byte ", entry.begin,
                  " of the data, the one before ", "ends at byte ", covered, ": ",
                  entry.begin < covered ? "they overlap" : "there is a hole");
    covered = entry.end;
  }
  if (covered != data_size)
    throw error(where, ": the tensors end at byte ", covered, " of the data, the file holds ", data_size - covered,
                " bytes more");
}

inline std::map<std::string, std::string> safetensors_metadata(const nlohmann::json& object, std::string_view where) {
  if (!object.is_object()) throw error(where, ": __metadata__ is not an object");
  std::map<std::string, std::string> metadata;
  for (const auto& [key, value] : object.items()) {
    if (!value.is_string()) throw error(where, ": __metadata__ key ", in_quotes(key), " is not a string");
    metadata.emplace(key, value.get<std::string>());
  }
  return metadata;
}

}  // namespace detail

/// Reads and checks a whole safetensors file that lies in memory, as strictly as the reference implementation: the
/// header within the file and valid JSON without duplicate keys, sizes that agree with shapes, data covered without
/// overlap or hole. Throws Error, opening with `where`, at the first violation.
inline SafetensorsContent parse_safetensors(std::span<const std::byte> file, std::string_view where) {
  const std::string_view header = detail::safetensors_header(file, where);
  const std::span<const std::byte> data = file.subspan(sizeof(std::uint64_t) + header.size());
  const nlohmann::json object = parse_json(header, text_of(where, ": the header"));

  SafetensorsContent content;
  std::vector<detail::SafetensorsEntry> entries;
  for (const auto& [name, value] : object.items()) {
    if (name == "__metadata__")
      content.metadata = detail::safetensors_metadata(value, where);
    else
      entries.push_back(detail::safetensors_entry(name, value, text_of(where, ": tensor ", in_quotes(name))));
  }
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
    return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
  });
  detail::check_cover(entries, data.size(), where);

  for (detail::SafetensorsEntry& entry : entries) {
    const std::optional<DType> dtype = dtype_named(entry.dtype);
    if (!dtype) {
      content.unsupported.push_back({entry.name, entry.dtype, entry.shape, entry.end - entry.begin});
      continue;
    }
    detail::check_tensor_size(entry, info(*dtype).bytes, text_of(where, ": tensor ", in_quotes(entry.name)));
    content.tensors.push_back(
        {std::move(entry.name), *dtype, std::move(entry.shape), data.subspan(entry.begin, entry.end - entry.begin)});
  }
  return content;
}

/// A safetensors file, mapped and checked. Tensors are views into it: keep it while they are used. Movable, and a move
/// leaves the views valid.
class SafetensorsFile {
 public:
  explicit SafetensorsFile(const std::filesystem::path& path)
      : file_(path), content_(parse_safetensors(file_.bytes(), path.string())) {
    for (const TensorInfo& tensor : content_.tensors) by_name_.emplace(tensor.name, &tensor);
    for (const UnsupportedTensor& tensor : content_.unsupported) unsupported_by_name_.emplace(tensor.name, &tensor);
  }

  const std::filesystem::path& path() const { return file_.path(); }
  std::span<const std::byte> bytes() const { return file_.bytes(); }
  const std::vector<TensorInfo>& tensors() const { return content_.tensors; }
  const std::vector<UnsupportedTensor>& unsupported() const { return content_.unsupported; }
  const std::map<std::string, std::string>& metadata() const { return content_.metadata; }

  /// The tensor of that name, nullptr where there is none. Throws Error where its element type can not be read.
  const TensorInfo* find(std::string_view name) const {
    if (const auto found = by_name_.find(name); found != by_name_.end()) return found->second;
    if (const auto found = unsupported_by_name_.find(name); found != unsupported_by_name_.end())
      throw error(path().string(), ": tensor ", in_quotes(name), " holds ", in_quotes(found->second->dtype),
                  ", which can not be read here: convert the checkpoint to F32, BF16 or F16");
    return nullptr;
  }

  /// The tensor of that name; throws Error where there is none.
  const TensorInfo& at(std::string_view name) const {
    if (const TensorInfo* tensor = find(name)) return *tensor;
    throw error(path().string(), ": there is no tensor ", in_quotes(name));
  }

  /// Gives back the memory of bytes of this file (MappedFile::release).
  void release(std::span<const std::byte> part) const { file_.release(part); }

 private:
  MappedFile file_;
  SafetensorsContent content_;
  std::map<std::string_view, const TensorInfo*> by_name_;
  std::map<std::string_view, const UnsupportedTensor*> unsupported_by_name_;
};

}  // namespace neuroglot

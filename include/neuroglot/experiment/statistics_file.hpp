/// stats.safetensors: activation statistics on disk, with the languages and the provenance in its metadata.
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "neuroglot/analysis/activation_statistics.hpp"
#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/provenance.hpp"
#include "neuroglot/io/json.hpp"
#include "neuroglot/io/safetensors.hpp"
#include "neuroglot/io/safetensors_writer.hpp"

namespace neuroglot {

/// `count` I64 (languages, layers, neurons), `sum` and `sum_of_squares` F64 the same shape, `tokens` I64 (languages);
/// whole or absent.
inline void write_statistics(const std::filesystem::path& path, const ActivationStatistics& statistics,
                             const Provenance& provenance) {
  const auto languages = static_cast<Index>(statistics.languages.size());
  const std::vector<Index> shape{languages, statistics.layers(), statistics.neurons()};
  SafetensorsWriter writer;
  writer.add("count", std::span(statistics.count.data(), statistics.count.size()), shape);
  writer.add("sum", std::span(statistics.sum.data(), statistics.sum.size()), shape);
  writer.add("sum_of_squares", std::span(statistics.sum_of_squares.data(), statistics.sum_of_squares.size()), shape);
  writer.add("tokens", std::span(statistics.tokens), {languages});
  writer.metadata["languages"] = nlohmann::json(statistics.languages).dump();
  writer.metadata["provenance"] = provenance.dump();
  writer.write(path);
}

struct StatisticsFile {
  ActivationStatistics statistics;
  Provenance provenance;
};

namespace detail {

inline const TensorInfo& tensor_of_shape(const SafetensorsFile& file, std::string_view name,
                                         const std::vector<Index>& shape) {
  const TensorInfo* const tensor = file.find(name);
  if (tensor == nullptr)
    throw error(file.path().string(), ": holds no tensor \"", name, "\": not written by ng-record?");
  if (tensor->shape != shape)
    throw error(file.path().string(), ": tensor \"", name, "\" has shape ", shape_text(tensor->shape), ", not ",
                shape_text(shape));
  return *tensor;
}

/// A part at a time, each given back once it is copied: the statistics of a large model are read in hardly more memory
/// than they take.
template <class Array>
void read_array(const SafetensorsFile& file, std::string_view name, const std::vector<Index>& shape, Array& to) {
  using Element = typename Array::value_type;
  constexpr std::size_t step = std::size_t{1} << 20;  // elements
  const TensorInfo& tensor = tensor_of_shape(file, name, shape);
  const std::size_t element_bytes = info(tensor.dtype).bytes;
  const std::span<Element> all(to.data(), to.size());
  for (std::size_t first = 0; first < all.size(); first += step) {
    const std::size_t count = std::min(step, all.size() - first);
    const std::span<const std::byte> part = tensor.bytes.subspan(first * element_bytes, count * element_bytes);
    detail::convert(part, tensor.dtype, all.subspan(first, count), "tensor \"" + tensor.name + "\"");
    file.release(part);
  }
}

inline std::string metadata_of(const SafetensorsFile& file, const std::string& key) {
  const auto found = file.metadata().find(key);
  if (found == file.metadata().end())
    throw error(file.path().string(), ": its metadata have no \"", key, "\": not written by ng-record?");
  return found->second;
}

}  // namespace detail

/// Throws Error where the file is not what write_statistics writes.
inline StatisticsFile read_statistics(const std::filesystem::path& path) {
  const SafetensorsFile file(path);
  const nlohmann::json languages = parse_json(detail::metadata_of(file, "languages"), path.string() + ": languages");
  if (!languages.is_array() ||
      !std::all_of(languages.begin(), languages.end(), [](const auto& l) { return l.is_string(); }))
    throw error(path.string(), ": the languages in its metadata are not a list of names");
  const TensorInfo* const count = file.find("count");
  if (count == nullptr || count->shape.size() != 3 || count->shape[0] != static_cast<Index>(languages.size()))
    throw error(path.string(), ": holds no tensor \"count\" of shape (", languages.size(),
                " languages, layers, neurons)");
  ActivationStatistics statistics(languages.get<std::vector<std::string>>(), count->shape[1], count->shape[2]);
  detail::read_array(file, "count", count->shape, statistics.count);
  detail::read_array(file, "sum", count->shape, statistics.sum);
  detail::read_array(file, "sum_of_squares", count->shape, statistics.sum_of_squares);
  detail::read_array(file, "tokens", {count->shape[0]}, statistics.tokens);
  return {std::move(statistics), Provenance::parse(detail::metadata_of(file, "provenance"))};
}

}  // namespace neuroglot

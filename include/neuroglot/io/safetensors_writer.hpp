/// Writes arrays and their metadata as one safetensors file, which every tool of the Hugging Face world reads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <ranges>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/core/dtype.hpp"
#include "neuroglot/core/error.hpp"
#include "neuroglot/core/matrix.hpp"
#include "neuroglot/io/atomic_file.hpp"
#include "neuroglot/io/json.hpp"
#include "neuroglot/io/safetensors.hpp"
#include "neuroglot/io/tensor_info.hpp"

namespace neuroglot {

/// Usage:
///     SafetensorsWriter writer;
///     writer.add("count", counts, {7, 30, 1536});   // a vector or span of float, double, int64, ...
///     writer.metadata["languages"] = "en fr";
///     writer.write("stats.safetensors");
/// Arrays are not copied: keep them until write() has returned.
class SafetensorsWriter {
 public:
  std::map<std::string, std::string> metadata;

  /// Elements in row-major order of that shape. A temporary is refused by the compiler (it would not live until
  /// write()).
  template <std::ranges::contiguous_range Values>
  requires std::ranges::borrowed_range<Values>
  void add(std::string name, Values&& elements, std::vector<Index> shape) {
    using Element = std::ranges::range_value_t<Values>;
    const std::span<const Element> view(std::ranges::data(elements), std::ranges::size(elements));
    add({std::move(name), dtype_of<Element>, std::move(shape), std::as_bytes(view)});
  }

  /// Throws Error for a name given twice or reserved, and where the shape does not fit the number of bytes.
  void add(TensorInfo tensor) {
    const std::string what = "writing tensor " + in_quotes(tensor.name);
    if (tensor.name == "__metadata__") throw error(what, ": this name is reserved");
    for (const TensorInfo& earlier : tensors_)
      if (earlier.name == tensor.name) throw error(what, ": the name is given twice");
    Index needed = static_cast<Index>(info(tensor.dtype).bytes);
    for (const Index extent : tensor.shape)
      if (extent < 0 || __builtin_mul_overflow(needed, extent, &needed))
        throw error(what, ": the shape ", shape_text(tensor.shape), " is impossible");
    if (static_cast<std::size_t>(needed) != tensor.bytes.size())
      throw error(what, ": the shape ", shape_text(tensor.shape), " needs ", needed, " bytes, ", tensor.bytes.size(),
                  " given");
    tensors_.push_back(std::move(tensor));
  }

  /// The file's bytes before the data: the length and the JSON, padded so that the data starts at a multiple of 64
  /// bytes. Throws Error where a name or the metadata are not valid UTF-8, and beyond the 100 MB that readers accept.
  std::string header() const {
    nlohmann::ordered_json object = nlohmann::ordered_json::object();
    if (!metadata.empty()) object["__metadata__"] = metadata;
    std::size_t offset = 0;
    for (const TensorInfo* tensor : widest_first()) {
      const std::size_t end = offset + tensor->bytes.size();
      object[tensor->name] = {
          {"dtype", info(tensor->dtype).name}, {"shape", tensor->shape}, {"data_offsets", {offset, end}}};
      offset = end;
    }
    std::string json;
    try {
      json = object.dump();
    } catch (const nlohmann::json::exception& failure) {
      throw error("writing a safetensors header: ", detail::json_reason(failure));
    }
    json.append((64 - (sizeof(std::uint64_t) + json.size()) % 64) % 64, ' ');
    const std::uint64_t length = json.size();
    if (length > detail::longest_safetensors_header)
      throw error("writing a safetensors header: it would be ", length, " bytes long, readers accept ",
                  detail::longest_safetensors_header, ": fewer tensors or metadata");
    std::string bytes(sizeof length, '\0');
    std::memcpy(bytes.data(), &length, sizeof length);
    return bytes + json;
  }

  /// Writes the file, whole or not at all (AtomicFile); throws Error naming the path and the reason.
  void write(const std::filesystem::path& path) const {
    const std::string head = header();
    AtomicFile file(path);
    file.write(head);
    for (const TensorInfo* tensor : widest_first()) file.write(tensor->bytes);
    file.commit();
  }

 private:
  // Data may have no holes, so this order is what keeps every tensor on a multiple of its element size, as PyTorch
  // requires.
  std::vector<const TensorInfo*> widest_first() const {
    std::vector<const TensorInfo*> order;
    for (const TensorInfo& tensor : tensors_) order.push_back(&tensor);
    std::stable_sort(order.begin(), order.end(), [](const TensorInfo* a, const TensorInfo* b) {
      return info(a->dtype).bytes > info(b->dtype).bytes;
    });
    return order;
  }

  std::vector<TensorInfo> tensors_;
};

}  // namespace neuroglot

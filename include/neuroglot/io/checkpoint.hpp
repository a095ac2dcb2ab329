/// The weights of a Hugging Face model folder: one safetensors file, or the shards that an index names.
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/io/hash.hpp"
#include "neuroglot/io/json.hpp"
#include "neuroglot/io/safetensors.hpp"
#include "neuroglot/io/tensor_info.hpp"

namespace neuroglot {

namespace detail {

/// Names of the regular files directly in a folder that end in `suffix`, sorted.
inline std::vector<std::string> files_ending_in(const std::filesystem::path& folder, std::string_view suffix) {
  std::vector<std::string> names;
  std::error_code failure;
  for (std::filesystem::directory_iterator it(folder, failure), end; !failure && it != end; it.increment(failure)) {
    std::error_code ignored;  // a link to nowhere is no file
    const std::string name = it->path().filename().string();
    if (name.ends_with(suffix) && it->is_regular_file(ignored)) names.push_back(name);
  }
  if (failure) throw error(folder.string(), ": the folder could not be read (", failure.message(), ")");
  std::sort(names.begin(), names.end());
  return names;
}

/// Tensor name -> shard name, out of model.safetensors.index.json.
inline std::map<std::string, std::string> read_weight_map(const std::filesystem::path& index) {
  const nlohmann::json object = read_json(index);
  if (!object.is_object() || !object.contains("weight_map") || !object["weight_map"].is_object())
    throw error(index.string(), ": holds no weight_map object");
  std::map<std::string, std::string> shards;
  for (const auto& [tensor, shard] : object["weight_map"].items()) {
    if (!shard.is_string())
      throw error(index.string(), ": the shard of tensor ", in_quotes(tensor), " is not a string");
    const std::string name = shard.get<std::string>();
    if (name.find_first_of(std::string_view("/\\\0", 3)) != std::string::npos || !name.ends_with(".safetensors"))
      throw error(index.string(), ": tensor ", in_quotes(tensor), " is said to lie in ", in_quotes(name),
                  ", which is not the name of a .safetensors file in this folder");
    shards.emplace(tensor, name);
  }
  if (shards.empty()) throw error(index.string(), ": the weight_map names no tensor");
  return shards;
}

}  // namespace detail

/// Opens and checks every weight file of a model folder: model.safetensors; or else model.safetensors.index.json and
/// its shards; or else the only *.safetensors there is. Nothing is read but headers. Throws Error where that can not
/// be, where a shard or a named tensor is missing, and where two shards hold the same tensor. Tensors are views: keep
/// the checkpoint while they are used.
class Checkpoint {
 public:
  explicit Checkpoint(std::filesystem::path folder) : folder_(std::move(folder)) {
    std::error_code failure;
    if (!std::filesystem::is_directory(folder_, failure))
      throw error(folder_.string(),
                  ": is not a folder; a model is a Hugging Face folder (config.json, *.safetensors, ...)");
    if (std::filesystem::exists(folder_ / "model.safetensors", failure))
      open({"model.safetensors"});
    else if (std::filesystem::exists(index(), failure))
      open_shards();
    else
      open({only_file()});
  }

  const std::filesystem::path& folder() const { return folder_; }

  /// The weight files, sorted by name.
  std::vector<std::filesystem::path> files() const {
    std::vector<std::filesystem::path> paths;
    for (const SafetensorsFile& shard : shards_) paths.push_back(shard.path());
    return paths;
  }

  /// The files themselves, with their tensors in the order of their data, and their metadata.
  const std::vector<SafetensorsFile>& shards() const { return shards_; }

  /// All tensors' names, sorted; those whose element type can not be read are among them.
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& [name, shard] : shard_of_) names.push_back(name);
    return names;
  }

  /// The tensor of that name, nullptr where there is none. Throws Error where its element type can not be read
  /// (F8_E4M3, ...).
  const TensorInfo* find(std::string_view name) const {
    const auto found = shard_of_.find(name);
    return found == shard_of_.end() ? nullptr : shards_[found->second].find(name);
  }

  /// The tensor of that name; throws Error where there is none.
  const TensorInfo& at(std::string_view name) const {
    if (const TensorInfo* tensor = find(name)) return *tensor;
    throw error(folder_.string(), ": the checkpoint holds no tensor ", in_quotes(name));
  }

  /// Gives back the memory of a tensor of this checkpoint that has been copied or packed elsewhere. It can still be
  /// read.
  void release(const TensorInfo& tensor) const {
    const auto found = shard_of_.find(tensor.name);
    if (found == shard_of_.end())
      throw error(folder_.string(), ": the checkpoint holds no tensor ", in_quotes(tensor.name));
    shards_[found->second].release(tensor.bytes);
  }

  /// XXH3-128 of all files' bytes, one after the other in the order of files(); reads all of them, in little memory.
  std::string hash() const {
    constexpr std::size_t step = std::size_t{16} << 20;
    ContentHash hash;
    for (const SafetensorsFile& shard : shards_)
      for (std::span<const std::byte> rest = shard.bytes(); !rest.empty();
           rest = rest.subspan(std::min(step, rest.size()))) {
        const std::span<const std::byte> part = rest.first(std::min(step, rest.size()));
        hash.add(part);
        shard.release(part);
      }
    return hash.text();
  }

 private:
  std::filesystem::path index() const { return folder_ / "model.safetensors.index.json"; }

  void open(const std::set<std::string>& files) {
    for (const std::string& file : files) {
      shards_.emplace_back(folder_ / file);
      for (const TensorInfo& tensor : shards_.back().tensors()) place(tensor.name);
      for (const UnsupportedTensor& tensor : shards_.back().unsupported()) place(tensor.name);
    }
  }

  // Notes that the last shard holds the tensor.
  void place(const std::string& tensor) {
    const auto [earlier, added] = shard_of_.emplace(tensor, shards_.size() - 1);
    if (!added)
      throw error(shards_.back().path().string(), ": tensor ", in_quotes(tensor), " lies in ",
                  shards_[earlier->second].path().filename().string(), " too: shards of different checkpoints?");
  }

  void open_shards() {
    const std::map<std::string, std::string> weight_map = detail::read_weight_map(index());
    std::set<std::string> files;
    for (const auto& [tensor, file] : weight_map) files.insert(file);
    for (const std::string& file : files)
      if (std::error_code failure; !std::filesystem::exists(folder_ / file, failure))
        throw error(index().string(), ": the shard ", in_quotes(file), " is missing; fetch it into this folder");
    open(files);
    for (const auto& [tensor, file] : weight_map) {
      const auto found = shard_of_.find(tensor);
      if (found == shard_of_.end() || shards_[found->second].path().filename() != file)
        throw error(index().string(), ": tensor ", in_quotes(tensor), " is said to lie in ", in_quotes(file),
                    ", which does not hold it");
    }
  }

  std::string only_file() const {
    const std::vector<std::string> candidates = detail::files_ending_in(folder_, ".safetensors");
    if (candidates.size() == 1) return candidates.front();
    if (!candidates.empty())
      throw error(folder_.string(), ": ", candidates.size(), " .safetensors files but neither model.safetensors nor ",
                  "model.safetensors.index.json: which ones are the weights?");
    if (!detail::files_ending_in(folder_, ".bin").empty())
      throw error(folder_.string(),
                  ": holds PyTorch weights (.bin) only; convert them once with: python3 -c \"from transformers ",
                  "import AutoModelForCausalLM as M; d = '", folder_.string(),
                  "'; M.from_pretrained(d).save_pretrained(d)\" ", "(AutoModelForMaskedLM for BERT and its kin)");
    throw error(folder_.string(),
                ": holds no weights (model.safetensors, or model.safetensors.index.json and its shards)");
  }

  std::filesystem::path folder_;
  std::vector<SafetensorsFile> shards_;
  std::map<std::string, std::size_t, std::less<>> shard_of_;
};

}  // namespace neuroglot

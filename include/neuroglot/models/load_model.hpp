/// From a Hugging Face folder to a model: the tree of parts is walked once, each weight found under its published name,
/// checked, and put into the backend's layout straight from the mapped file.
#pragma once

#include <algorithm>
#include <filesystem>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/threads.hpp"
#include "neuroglot/io/checkpoint.hpp"
#include "neuroglot/io/weight_report.hpp"
#include "neuroglot/models/config_reader.hpp"
#include "neuroglot/nn/config.hpp"
#include "neuroglot/ops/backend.hpp"

namespace neuroglot {

/// Walks a tree of parts and calls leaf(path, weight) for each Weight and Vector: visit(self, visitor) of a part names
/// its members.
template <class Leaf>
class TreeWalk {
 public:
  explicit TreeWalk(Leaf leaf) : leaf_(std::move(leaf)) {}

  template <class Part>
  void operator()(std::string_view name, Part& part) {
    const std::size_t length = path_.size();
    path_ += (path_.empty() ? "" : ".") + std::string(name);
    if constexpr (requires { std::remove_cvref_t<Part>::visit(part, *this); })
      std::remove_cvref_t<Part>::visit(part, *this);
    else
      leaf_(path_, part);
    path_.resize(length);
  }

 private:
  Leaf leaf_;
  std::string path_;
};

template <class Model, class Leaf>
void for_each_weight(Model& model, Leaf leaf) {
  TreeWalk<Leaf> walk(std::move(leaf));
  std::remove_cvref_t<Model>::visit(model, walk);
}

namespace detail {

inline void require_shape(const Checkpoint& checkpoint, const TensorInfo& tensor, std::vector<Index> expected) {
  if (tensor.shape != expected)
    throw error(checkpoint.folder().string(), ": tensor \"", tensor.name, "\" has shape ", shape_text(tensor.shape),
                ", by config.json it should be ", shape_text(expected),
                ": the files are not from the same checkpoint?");
}

/// (out_features, in_features) as published into a backend's layout, sixteen rows at a time on all threads.
template <class Scalar, BackendWeight<Scalar> Weight>
void load_weight(Threads& threads, const Checkpoint& checkpoint, const TensorInfo& tensor, Weight& weight) {
  require_shape(checkpoint, tensor, {weight.out_features(), weight.in_features()});
  threads.for_ranges(weight.out_features(), 16, [&](Index first, Index count, int) {
    std::vector<Scalar> row(static_cast<std::size_t>(weight.in_features()));
    for (Index n = first; n < first + count; ++n) {
      convert_row<Scalar>(tensor, n, row);
      weight.set_row(n, row.data());
    }
  });
}

template <class Scalar>
void load_weight(Threads&, const Checkpoint& checkpoint, const TensorInfo& tensor, std::vector<Scalar>& vector) {
  require_shape(checkpoint, tensor, {static_cast<Index>(vector.size())});
  convert<Scalar>(tensor.bytes, tensor.dtype, vector);
}

/// A linear layer without bias has an empty vector there: nothing to look for.
template <class Leaf>
bool is_absent(const Leaf& leaf) {
  if constexpr (requires { leaf.empty(); })
    return leaf.empty();
  else
    return false;
}

/// The tensor of that name, or without the "model." in front of it, as checkpoints of bare decoders have it.
inline const TensorInfo* find_tensor(const Checkpoint& checkpoint, const std::string& name) {
  if (const TensorInfo* tensor = checkpoint.find(name)) return tensor;
  constexpr std::string_view prefix = "model.";
  return name.starts_with(prefix) ? checkpoint.find(name.substr(prefix.size())) : nullptr;
}

}  // namespace detail

/// Fills a model's weights. Throws Error listing tensors that are missing, and for a wrong shape or element type;
/// `report` tells what the checkpoint holds beyond that. The mapped source of each tensor is given back once it is
/// packed.
template <class Model>
WeightReport load_weights(Model& model, const Checkpoint& checkpoint) {
  WeightReport report;
  std::set<std::string> used;
  for_each_weight(model, [&](const std::string& path, auto& weight) {
    if (detail::is_absent(weight)) return;
    const std::string name = Model::tensor_name(path);
    const TensorInfo* const tensor = detail::find_tensor(checkpoint, name);
    if (tensor == nullptr) return report.missing.push_back(name);
    if (info(tensor->dtype).name.find('F') == std::string_view::npos)
      throw error(checkpoint.folder().string(), ": tensor \"", name, "\" holds ", info(tensor->dtype).name,
                  ": quantised checkpoints are not supported, fetch the original in F32, BF16 or F16");
    used.insert(tensor->name);
    detail::load_weight<typename Model::Scalar>(model.backend().threads(), checkpoint, *tensor, weight);
    checkpoint.release(*tensor);
  });
  for (const std::string& name : checkpoint.names())
    if (!used.contains(name)) report.unused.push_back(name);
  if (!report.missing.empty())
    throw error(checkpoint.folder().string(), ": ", report.missing.size(),
                " tensors that config.json asks for are missing from the weights, first \"", report.missing.front(),
                "\"", report.unused.empty() ? "" : "; not used is \"" + report.unused.front() + "\"");
  return report;
}

/// Usage: `Cpu cpu; auto model = load_model<Llama<>>("SmolLM2-135M", cpu);` Throws Error where the folder holds another
/// family, a field of config.json that is not supported, or weights that do not fit.
template <class Model>
Model load_model(const std::filesystem::path& folder, typename Model::Backend& backend,
                 WeightReport* report = nullptr) {
  const Checkpoint checkpoint(folder);
  ConfigReader json(folder);
  const auto type = json.required<std::string>("model_type");
  if (std::find(Model::model_types.begin(), Model::model_types.end(), type) == Model::model_types.end())
    throw error(json.where(), ": model_type \"", type, "\" is not of this family");
  const Config config = Model::read_config(json);
  json.refuse_unread();
  Model model(config, backend);
  WeightReport found = load_weights(model, checkpoint);
  if (report != nullptr) *report = std::move(found);
  return model;
}

}  // namespace neuroglot

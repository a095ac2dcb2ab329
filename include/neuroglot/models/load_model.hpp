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
#include "neuroglot/hooks/site.hpp"
#include "neuroglot/io/checkpoint.hpp"
#include "neuroglot/io/weight_report.hpp"
#include "neuroglot/models/config_reader.hpp"
#include "neuroglot/models/load_weight.hpp"
#include "neuroglot/models/tensor_source.hpp"
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

/// Fills a model's weights. Throws Error listing tensors that are missing, and for a wrong shape or element type; the
/// report tells what the checkpoint holds beyond that and beyond what is `used` already. The mapped source of each
/// tensor is given back once it is packed.
template <class Model>
WeightReport load_weights(Model& model, const Checkpoint& checkpoint, std::set<std::string> used = {},
                          WeightReport report = {}) {
  const TensorInfo* open = nullptr;  // the parts of a fused tensor follow each other: it is given back after the last
  for_each_weight(model, [&](const std::string& path, auto& weight) {
    if (detail::is_absent(weight)) return;
    const TensorSource source = detail::source_of<Model>(model.config(), path);
    const TensorInfo* const tensor = detail::find_tensor(checkpoint, source.name);
    if (tensor == nullptr) return report.missing.push_back(source.name);
    detail::require_floats(checkpoint, *tensor);
    if (open != nullptr && open != tensor) checkpoint.release(*open);
    open = tensor;
    if constexpr (requires { model.backend().prepare(weight); }) model.backend().prepare(weight);
    used.insert(tensor->name);
    detail::load_weight<typename Model::Scalar>(model.backend().threads(), checkpoint, *tensor, source, weight);
  });
  if (open != nullptr) checkpoint.release(*open);
  detail::complete(report, checkpoint, used);
  return report;
}

/// Whether a family reads a config.json: by its model_type, and by what else the family asks for.
template <class Model>
bool is_of_family(ConfigReader& json) {
  const auto type = json.required<std::string>("model_type");
  if (std::find(Model::model_types.begin(), Model::model_types.end(), type) == Model::model_types.end()) return false;
  if constexpr (requires { Model::accepts(json); })
    return Model::accepts(json);
  else
    return true;
}

/// The config of a family, with the sites that it lacks. An encoder has a head where the checkpoint has the weights of
/// one. Throws Error naming a field that the family does not know.
template <class Model>
Config read_config_of(ConfigReader& json, const Checkpoint& checkpoint) {
  Config config = Model::read_config(json);
  json.refuse_unread();
  if constexpr (requires { Model::head_tensor; })
    config.has_lm_head = detail::find_tensor(checkpoint, std::string(Model::head_tensor)) != nullptr;
  site::All::for_each([&](auto at) {
    if (Model::lacks(at)) config.lacking_sites.emplace_back(at.name);
  });
  return config;
}

namespace detail {
template <class Model>
Config config_in(const Checkpoint& checkpoint) {
  ConfigReader json(checkpoint.folder());
  if (!is_of_family<Model>(json))
    throw error(json.where(), ": model_type \"", json.required<std::string>("model_type"), "\" is not of this family");
  return read_config_of<Model>(json, checkpoint);
}
}  // namespace detail

/// Usage: `Cpu cpu; auto model = load_model<Llama<>>("SmolLM2-135M", cpu);` Throws Error where the folder holds another
/// family, a field of config.json that is not supported, or weights that do not fit.
template <class Model>
Model load_model(const std::filesystem::path& folder, typename Model::Backend& backend,
                 WeightReport* report = nullptr) {
  const Checkpoint checkpoint(folder);
  Model model(detail::config_in<Model>(checkpoint), backend);
  WeightReport found = load_weights(model, checkpoint);
  if (report != nullptr) *report = std::move(found);
  return model;
}

}  // namespace neuroglot

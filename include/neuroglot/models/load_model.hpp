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

namespace detail {

inline void require_shape(const Checkpoint& checkpoint, const TensorInfo& tensor, std::vector<Index> expected) {
  if (tensor.shape != expected)
    throw error(checkpoint.folder().string(), ": tensor \"", tensor.name, "\" has shape ", shape_text(tensor.shape),
                ", by config.json it should be ", shape_text(expected),
                ": the files are not from the same checkpoint?");
}

/// The shape that a matrix or a vector has in the checkpoint.
template <class Weight>
std::vector<Index> published_shape(const Weight& weight, const TensorSource& source) {
  if constexpr (requires { weight.in_features(); }) {
    const Index inputs = weight.in_features(), rows = source.rows > 0 ? source.rows : weight.out_features();
    return source.transposed ? std::vector<Index>{inputs, rows} : std::vector<Index>{rows, inputs};
  } else {
    return {source.rows > 0 ? source.rows : static_cast<Index>(weight.size())};
  }
}

/// The published matrix in a backend's layout, sixteen rows at a time on all threads.
template <class Scalar, BackendWeight<Scalar> Weight>
void load_weight(Threads& threads, const Checkpoint& checkpoint, const TensorInfo& tensor, const TensorSource& source,
                 Weight& weight) {
  const Index inputs = weight.in_features(), rows = source.rows > 0 ? source.rows : weight.out_features();
  require_shape(checkpoint, tensor, published_shape(weight, source));
  const std::vector<Scalar> columns = source.transposed ? values<Scalar>(tensor) : std::vector<Scalar>{};
  threads.for_ranges(weight.out_features(), 16, [&](Index first, Index count, int) {
    std::vector<Scalar> row(static_cast<std::size_t>(inputs));
    for (Index n = first; n < first + count; ++n) {
      const Index published = source.row(n);
      if (source.transposed)
        for (Index k = 0; k < inputs; ++k)
          row[static_cast<std::size_t>(k)] = columns[static_cast<std::size_t>(k * rows + published)];
      else
        convert_row<Scalar>(tensor, published, row);
      weight.set_row(n, row.data());
    }
  });
}

template <class Scalar>
void load_weight(Threads&, const Checkpoint& checkpoint, const TensorInfo& tensor, const TensorSource& source,
                 std::vector<Scalar>& vector) {
  require_shape(checkpoint, tensor, published_shape(vector, source));
  const std::vector<Scalar> published = values<Scalar>(tensor);
  for (Index n = 0; n < static_cast<Index>(vector.size()); ++n)
    vector[static_cast<std::size_t>(n)] = published[static_cast<std::size_t>(source.row(n))];
}

/// A linear layer without bias has an empty vector there: nothing to look for.
template <class Leaf>
bool is_absent(const Leaf& leaf) {
  if constexpr (requires { leaf.empty(); })
    return leaf.empty();
  else
    return false;
}

/// The tensor of that name; or without the first part of its name, as checkpoints of bare decoders and encoders have
/// it; or with the names that norms had in the first BERT checkpoints.
inline const TensorInfo* find_tensor(const Checkpoint& checkpoint, const std::string& name) {
  const std::string older =
      renamed(name, {{"LayerNorm.weight", "LayerNorm.gamma"}, {"LayerNorm.bias", "LayerNorm.beta"}});
  for (const std::string& known : {name, older}) {
    if (const TensorInfo* tensor = checkpoint.find(known)) return tensor;
    const std::size_t dot = known.find('.');
    if (dot == std::string::npos) continue;
    if (const TensorInfo* tensor = checkpoint.find(known.substr(dot + 1))) return tensor;
  }
  return nullptr;
}

/// Where a weight of a model lies: the family's own word, or its tensor_name alone.
template <class Model>
TensorSource source_of(const Config& config, const std::string& path) {
  if constexpr (requires { Model::tensor_source(config, path); })
    return Model::tensor_source(config, path);
  else
    return {Model::tensor_name(path)};
}

inline void require_floats(const Checkpoint& checkpoint, const TensorInfo& tensor) {
  if (info(tensor.dtype).name.find('F') == std::string_view::npos)
    throw error(checkpoint.folder().string(), ": tensor \"", tensor.name, "\" holds ", info(tensor.dtype).name,
                ": quantised checkpoints are not supported, fetch the original in F32, BF16 or F16");
}

/// Throws Error where tensors are missing; lists those that nobody has used.
inline void complete(WeightReport& report, const Checkpoint& checkpoint, const std::set<std::string>& used) {
  for (const std::string& name : checkpoint.names())
    if (!used.contains(name)) report.unused.push_back(name);
  if (!report.missing.empty())
    throw error(checkpoint.folder().string(), ": ", report.missing.size(),
                " tensors that config.json asks for are missing from the weights, first \"", report.missing.front(),
                "\"", report.unused.empty() ? "" : "; not used is \"" + report.unused.front() + "\"");
}

}  // namespace detail

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

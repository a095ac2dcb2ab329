/// One weight of a model out of its checkpoint: under which name it lies there, with which shape, and how it comes into
/// a backend's layout.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/threads.hpp"
#include "neuroglot/io/checkpoint.hpp"
#include "neuroglot/io/weight_report.hpp"
#include "neuroglot/models/tensor_source.hpp"
#include "neuroglot/nn/config.hpp"
#include "neuroglot/ops/backend.hpp"

namespace neuroglot {

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

}  // namespace neuroglot

/// How much tuning on a language changed each neuron's weights, from K + 1 checkpoints: what the policy
/// ParameterVariation compares.
#pragma once

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/analysis/activation_statistics.hpp"
#include "neuroglot/core/error.hpp"
#include "neuroglot/io/checkpoint.hpp"
#include "neuroglot/models/load_model.hpp"
#include "neuroglot/models/registry.hpp"

namespace neuroglot {

namespace detail {

/// A checkpoint of any family, with the way to its weights.
struct FamilyCheckpoint {
  Checkpoint files;
  Config config;
  std::function<TensorSource(const std::string&)> source;  ///< of a path in the tree of parts

  explicit FamilyCheckpoint(const std::filesystem::path& folder) : files(folder) {
    ConfigReader json(folder);
    with_family(AllFamilies<Cpu>{}, json, [&]<class Model>() {
      config = read_config_of<Model>(json, files);
      source = [this](const std::string& path) -> TensorSource {
        if constexpr (requires { Model::tensor_source(config, path); })
          return Model::tensor_source(config, path);
        else
          return {Model::tensor_name(path)};
      };
    });
  }
  FamilyCheckpoint(const FamilyCheckpoint&) = delete;
  FamilyCheckpoint& operator=(const FamilyCheckpoint&) = delete;
};

/// Sums over the weights of each neuron of a layer.
struct WeightChange {
  std::vector<double> moved, size;

  explicit WeightChange(Index neurons)
      : moved(static_cast<std::size_t>(neurons), 0), size(static_cast<std::size_t>(neurons), 0) {}

  void add(Index neuron, float before, float after) {
    const auto n = static_cast<std::size_t>(neuron);
    moved[n] += std::abs(static_cast<double>(after) - static_cast<double>(before));
    size[n] += std::abs(static_cast<double>(before));
  }

  /// moved / size; 0 for a neuron without weights that stays so, 1e300 for one that got some.
  double rate(Index neuron) const {
    const auto n = static_cast<std::size_t>(neuron);
    return moved[n] == 0 ? 0 : std::min(moved[n] / size[n], 1e300);
  }
};

/// Adds one matrix, a published row at a time. A neuron is a row of the gate and up projections and a column of the
/// down projection, the other way round where they are published transposed.
inline void add_change(const TensorInfo& before, const TensorInfo& after, const TensorSource& source, bool is_down,
                       Index first_neuron, Index neurons, WeightChange& change) {
  const auto published = [&](Index n) { return is_down ? n : source.row(n); };
  const bool neuron_is_row = is_down == source.transposed;
  if (before.shape.size() != 2 || before.shape != after.shape ||
      published(neurons - 1) >= before.shape[neuron_is_row ? 0 : 1])
    throw error("tensor \"", before.name, "\" has shape ", shape_text(before.shape), " in the base and ",
                shape_text(after.shape), " in the tuned model, for ", neurons, " neurons: not of one architecture?");
  std::vector<float> row_before(static_cast<std::size_t>(before.shape[1])), row_after(row_before.size());
  for (Index i = 0; i < (neuron_is_row ? neurons : before.shape[0]); ++i) {
    const Index row = neuron_is_row ? published(i) : i;
    convert_row<float>(before, row, row_before);
    convert_row<float>(after, row, row_after);
    if (neuron_is_row)
      for (std::size_t c = 0; c < row_before.size(); ++c) change.add(first_neuron + i, row_before[c], row_after[c]);
    else
      for (Index n = 0; n < neurons; ++n)
        change.add(first_neuron + n, row_before[static_cast<std::size_t>(published(n))],
                   row_after[static_cast<std::size_t>(published(n))]);
  }
}

/// The projections of an MLP (of an expert), whose neurons begin at first_neuron. Plain MLPs have no gate.
inline void add_mlp_change(const FamilyCheckpoint& base, const FamilyCheckpoint& tuned, const std::string& mlp,
                           Index first_neuron, WeightChange& change) {
  for (const std::string_view projection : {"gate_proj", "up_proj", "down_proj"}) {
    const TensorSource source = base.source(mlp + "." + std::string(projection) + ".weight");
    const TensorInfo* const before = find_tensor(base.files, source.name);
    if (before == nullptr && projection == "gate_proj") continue;
    if (before == nullptr) base.files.at(source.name);  // says what is missing
    const TensorInfo* const after = find_tensor(tuned.files, source.name);
    if (after == nullptr) tuned.files.at(source.name);
    add_change(*before, *after, source, projection == "down_proj", first_neuron, base.config.intermediate_size, change);
    base.files.release(*before);
    tuned.files.release(*after);
  }
}

inline WeightChange layer_change(const FamilyCheckpoint& base, const FamilyCheckpoint& tuned, Index layer) {
  WeightChange change(base.config.neurons());
  const std::string mlp = "model.layers." + std::to_string(layer) + ".mlp";
  if (base.config.num_experts == 0) add_mlp_change(base, tuned, mlp, 0, change);
  for (Index expert = 0; expert < base.config.num_experts; ++expert)
    add_mlp_change(base, tuned, mlp + ".experts." + std::to_string(expert), expert * base.config.intermediate_size,
                   change);
  return change;
}

}  // namespace detail

/// rates[k, layer, neuron] = sum |w of tuned[k] - w of base| / sum |w of base|, over the weights w of the neuron: its
/// row of the gate and of the up projection, its column of the down projection; biases are left out. A quotient of
/// sums, as the mean of single quotients would be ruled by the weights nearest 0. Sums are doubles in the order of the
/// files; one pass over each tuned checkpoint, a matrix at a time in memory. Throws Error for models of different
/// shapes.
inline LanguagesByLayersByNeurons read_rates_of_change(const std::filesystem::path& base_folder,
                                                       std::span<const std::filesystem::path> tuned_folders) {
  const detail::FamilyCheckpoint base(base_folder);
  const Index layers = base.config.num_hidden_layers, neurons = base.config.neurons();
  LanguagesByLayersByNeurons rates(std::array<std::size_t, 3>{tuned_folders.size(), static_cast<std::size_t>(layers),
                                                              static_cast<std::size_t>(neurons)});
  for (std::size_t k = 0; k < tuned_folders.size(); ++k) {
    const detail::FamilyCheckpoint tuned(tuned_folders[k]);
    if (tuned.config.model_type != base.config.model_type || tuned.config.num_hidden_layers != layers ||
        tuned.config.neurons() != neurons)
      throw error(tuned_folders[k].string(), ": is not of the same architecture as ", base_folder.string());
    for (Index layer = 0; layer < layers; ++layer) {
      const detail::WeightChange change = detail::layer_change(base, tuned, layer);
      for (Index n = 0; n < neurons; ++n) rates(k, layer, n) = change.rate(n);
    }
  }
  return rates;
}

}  // namespace neuroglot

/// samples.safetensors, as a probe reads it: one of its two features.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "neuroglot/analysis/activation_samples.hpp"
#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/statistics_file.hpp"

namespace neuroglot {

struct SamplesFile {
  ActivationSamples samples;
  Provenance provenance;
};

/// `feature` is "mean" or "active". Throws Error where the file is not one of ng-record --samples.
inline SamplesFile read_samples(const std::filesystem::path& path, const std::string& feature) {
  const SafetensorsFile file(path);
  const nlohmann::json languages = parse_json(detail::metadata_of(file, "languages"), path.string() + ": languages");
  const TensorInfo* const tensor = file.find(feature);
  if (tensor == nullptr || tensor->shape.size() != 3)
    throw error(path.string(), ": holds no tensor \"", feature,
                "\" of shape (samples, layers, neurons): not written by ng-record --samples?");
  SamplesFile result;
  result.samples.languages = languages.get<std::vector<std::string>>();
  result.samples.language.resize(static_cast<std::size_t>(tensor->shape[0]));
  result.samples.values.resize({static_cast<std::size_t>(tensor->shape[0]), static_cast<std::size_t>(tensor->shape[1]),
                                static_cast<std::size_t>(tensor->shape[2])});
  detail::read_array(file, "language", {tensor->shape[0]}, result.samples.language);
  detail::read_array(file, feature, tensor->shape, result.samples.values);
  result.provenance = Provenance::parse(detail::metadata_of(file, "provenance"));
  check(result.samples);
  return result;
}

}  // namespace neuroglot

/// The scores of all neurons for the facts of one relation in one language, as LANG.RELATION.safetensors in a folder.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "neuroglot/core/matrix.hpp"
#include "neuroglot/experiment/facts/predicted_facts.hpp"
#include "neuroglot/experiment/facts/relation_neurons_file.hpp"
#include "neuroglot/experiment/provenance.hpp"
#include "neuroglot/io/safetensors_writer.hpp"

namespace neuroglot {

/// "scores" F32 (facts, layers, neurons); "uuids" in the metadata is a JSON list, in the order of the facts.
inline void write_fact_scores(const std::filesystem::path& folder, const Matrix<float>& scores,
                              const PredictedRelation& of, const NeuronShape& shape, const Provenance& provenance) {
  nlohmann::json uuids = nlohmann::json::array();
  for (const PredictedFact& predicted : of.facts) uuids.push_back(predicted.fact->uuid);
  SafetensorsWriter writer;
  writer.metadata = {{"language", of.language},
                     {"relation", of.relation->relation},
                     {"uuids", uuids.dump()},
                     {"provenance", provenance.dump()}};
  const std::span<const float> values(scores.view().data, static_cast<std::size_t>(scores.rows() * scores.cols()));
  writer.add("scores", values, {scores.rows(), shape.layers, shape.neurons_per_layer});
  writer.write(folder / (of.language + "." + of.relation->relation + ".safetensors"));
}

}  // namespace neuroglot

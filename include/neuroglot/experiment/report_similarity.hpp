/// similarity.json as a report reads it: how alike languages are at each layer.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/language_similarity.hpp"
#include "neuroglot/experiment/report_json.hpp"

namespace neuroglot::report {

struct Similarity {
  LanguageSimilarity measured;
  NeuronsOfBlocks neurons;
  std::string pooling;
  std::string protocol;
  Json provenance;

  std::size_t blocks() const { return measured.layers.size() - 1; }
};

namespace detail {

/// A row a language of `columns` finite numbers.
inline LanguagePairs number_rows(const Field& field, std::size_t languages, std::size_t columns) {
  LanguagePairs rows;
  array(field, languages, "language");
  for (std::size_t k = 0; k < languages; ++k) {
    const Field row = element(field, k);
    array(row, columns, columns == languages ? "language" : "axis");
    rows.emplace_back();
    for (std::size_t c = 0; c < columns; ++c) rows.back().push_back(number(element(row, c)));
  }
  return rows;
}

inline LanguagePairs cosines(const Field& field, std::size_t languages) {
  LanguagePairs rows = number_rows(field, languages, languages);
  for (std::size_t k = 0; k < languages; ++k)
    for (std::size_t c = 0; c < languages; ++c)
      if (std::abs(rows[k][c]) > 1 + 1e-9)
        throw error(field.name, "[", k, "][", c, "]: is ", rows[k][c], ", a cosine is between -1 and 1");
  return rows;
}

inline LayerSimilarity layer_similarity(const Field& field, std::size_t languages, Index layer) {
  const Field stated = member(field, "layer");
  if (stated.value != Json(layer)) throw stated.is_not(std::to_string(layer) + ", the next layer");
  LayerSimilarity at{
      layer, cosines(member(field, "ses"), languages), cosines(member(field, "alignment"), languages), {}};
  for (const std::vector<double>& point : number_rows(member(field, "map"), languages, 2))
    at.map.points.push_back({point[0], point[1]});
  at.map.share = number(member(field, "map_share"));
  return at;
}

}  // namespace detail

/// The block after which languages are most alike.
inline const LayerSimilarity& most_alike_layer(const Similarity& similarity) {
  const auto& layers = similarity.measured.layers;
  return *std::max_element(layers.begin() + 1, layers.end(),
                           [](const auto& a, const auto& b) { return a.mean_ses() < b.mean_ses(); });
}

/// Throws Error naming the file and the field that is missing or can not be meant.
inline Similarity read_similarity(const std::filesystem::path& path) {
  const Json file = read_ordered(path);
  const Field all{file, path.string()};
  Similarity result;
  LanguageSimilarity& measured = result.measured;
  const Field languages = member(all, "languages");
  measured.languages = names(languages);
  if (measured.languages.size() < 2) throw languages.is_not("two languages or more");
  measured.sentences = whole_number(member(all, "sentences"));
  const Field layers = member(all, "layers");
  if (!layers.value.is_array() || layers.value.size() < 2) throw layers.is_not("an array of layers");
  for (std::size_t i = 0; i < layers.value.size(); ++i)
    measured.layers.push_back(
        detail::layer_similarity(element(layers, i), measured.languages.size(), static_cast<Index>(i) - 1));
  if (has(all, "neurons")) result.neurons = whole_numbers(member(all, "neurons"), result.blocks(), "block");
  result.pooling = text(member(all, "pooling"));
  result.protocol = text(member(all, "protocol"));
  result.provenance = optional_object(all, "provenance");
  return result;
}

}  // namespace neuroglot::report

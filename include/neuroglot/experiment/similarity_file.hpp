/// similarity.json and .tsv: similarity and dominance of languages on disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/language_similarity.hpp"
#include "neuroglot/experiment/neuron_counts.hpp"
#include "neuroglot/experiment/provenance.hpp"
#include "neuroglot/io/table.hpp"

namespace neuroglot {

/// The words that stand beside the numbers.
inline std::string similarity_protocol(std::string_view site, std::string_view pooling) {
  const std::string vector = pooling == "mean"  ? "the mean over all its tokens"
                             : pooling == "cls" ? "its first token"
                                                : "its last token";
  return text_of(
      "a sentence's embedding is ", vector, " at ", site,
      ", as layer -1 at the input of block 0; ses: mean over sentences of the cosine of the embeddings of the "
      "same sentence in two languages; alignment of a target and a language: the same after the language's "
      "mean embedding was taken off its embeddings and the target's put on; dominance of a target: mean of "
      "its alignments over the other languages; map: the languages' mean embeddings on their first two "
      "principal components");
}

/// What ng-similarity writes.
inline Provenance similarity_json(const LanguageSimilarity& similarity, const NeuronsOfBlocks& neurons,
                                  std::string_view site, std::string_view pooling, const Provenance& provenance) {
  Provenance layers = Provenance::array();
  for (const LayerSimilarity& at : similarity.layers) {
    layers.push_back({{"layer", at.layer},
                      {"mean_ses", at.mean_ses()},
                      {"ses", at.ses},
                      {"dominance", at.dominance()},
                      {"alignment", at.aligned},
                      {"map", at.map.points},
                      {"map_share", at.map.share}});
  }
  Provenance file = {{"languages", similarity.languages},
                     {"sentences", similarity.sentences},
                     {"site", site},
                     {"pooling", pooling},
                     {"layers", std::move(layers)}};
  if (neurons) file["neurons"] = *neurons;
  file["protocol"] = similarity_protocol(site, pooling);
  file["provenance"] = provenance;
  return file;
}

/// A row a layer: mean SES, neurons where they are known, dominance of each language.
inline Table similarity_table(const LanguageSimilarity& similarity, const NeuronsOfBlocks& neurons) {
  std::vector<std::string> columns = {"layer", "ses"};
  if (neurons) columns.push_back("neurons");
  for (const std::string& language : similarity.languages) columns.push_back("dominance:" + language);
  Table table(columns);
  for (const LayerSimilarity& at : similarity.layers) {
    std::vector<Cell> row;
    row.emplace_back(std::int64_t{at.layer});
    row.emplace_back(at.mean_ses());
    if (neurons && at.layer >= 0) row.emplace_back(std::int64_t{(*neurons)[static_cast<std::size_t>(at.layer)]});
    if (neurons && at.layer < 0) row.emplace_back(std::string());
    for (const double score : at.dominance()) row.emplace_back(score);
    table.add_row(std::move(row));
  }
  return table;
}

}  // namespace neuroglot

/// The numbers behind the figures of similarity and dominance.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/experiment/report_html.hpp"
#include "neuroglot/experiment/report_similarity.hpp"
#include "neuroglot/experiment/report_words.hpp"
#include "neuroglot/io/table.hpp"

namespace neuroglot::report {

/// Long form: a row a layer and ordered pair of languages, every digit.
inline Table similarity_rows(const Similarity& similarity) {
  Table table({"layer", "language", "other", "ses", "alignment_of_other_onto_language"});
  const LanguageSimilarity& measured = similarity.measured;
  for (const LayerSimilarity& at : measured.layers)
    for (std::size_t c = 0; c < measured.languages.size(); ++c)
      for (std::size_t k = 0; k < measured.languages.size(); ++k)
        if (k != c) table.add(at.layer, measured.languages[c], measured.languages[k], at.ses[c][k], at.aligned[c][k]);
  return table;
}

/// Pair by pair, at that layer.
inline HtmlTable pairs_table(const Similarity& similarity) {
  const LayerSimilarity& at = most_alike_layer(similarity);
  HtmlTable table{"<b>SES</b> of each pair at layer " + std::to_string(at.layer), {""}, {}};
  const std::vector<std::string>& languages = similarity.measured.languages;
  for (const std::string& language : languages) table.head.push_back(html(language));
  for (std::size_t k = 0; k < languages.size(); ++k) {
    std::vector<HtmlCell> cells = {html(languages[k])};
    for (std::size_t c = 0; c < languages.size(); ++c) cells.emplace_back(c == k ? "" : fixed(at.ses[k][c], 3), c == k);
    table.rows.push_back(std::move(cells));
  }
  return table;
}

}  // namespace neuroglot::report

/// perplexity.json and .tsv: the matrix on disk, half-filled while a run is under way.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/perplexity.hpp"
#include "neuroglot/experiment/provenance.hpp"
#include "neuroglot/io/atomic_file.hpp"
#include "neuroglot/io/json.hpp"
#include "neuroglot/io/table.hpp"

namespace neuroglot {

/// The words that stand beside the numbers.
inline std::string perplexity_protocol(const PerplexityOptions& options) {
  return text_of("blocks of ", options.blocks.block,
                 " tokens; in each the mean negative log-likelihood (nats) of tokens 2 to ", options.blocks.block,
                 "; then the mean over blocks; perplexity is exp of it; switched-off neurons are 0 at ",
                 site::full_name(site::mlp_act{}, 0).substr(9), " at all positions");
}

/// Cells that were not measured yet are null.
inline Provenance perplexity_json(const PerplexityMatrix& matrix, const PerplexityOptions& options,
                                  const Provenance& provenance) {
  Provenance nll = Provenance::array(), ppl = Provenance::array();
  for (const auto& row : matrix.nll) {
    Provenance nats = Provenance::array(), perplexities = Provenance::array();
    for (const std::optional<double>& cell : row) {
      nats.push_back(cell ? Provenance(*cell) : Provenance());
      perplexities.push_back(cell ? Provenance(std::exp(*cell)) : Provenance());
    }
    nll.push_back(std::move(nats));
    ppl.push_back(std::move(perplexities));
  }
  std::vector<Index> tokens;
  for (const Index blocks : matrix.blocks) tokens.push_back(blocks * options.blocks.block);
  return {{"rows", matrix.rows},
          {"columns", matrix.columns},
          {"nll", nll},
          {"ppl", ppl},
          {"blocks", matrix.blocks},
          {"block", options.blocks.block},
          {"tokens", tokens},
          {"protocol", perplexity_protocol(options)},
          {"provenance", provenance}};
}

/// A row a cell: language off, language measured, nats, perplexity, and their change against all neurons on.
inline Table perplexity_table(const PerplexityMatrix& matrix) {
  Table table({"off", "language", "nll", "ppl", "nll_change", "ppl_change", "blocks"});
  for (std::size_t row = 0; row < matrix.rows.size(); ++row)
    for (std::size_t column = 0; column < matrix.columns.size(); ++column) {
      const double nll = matrix.nll[row][column].value(), before = matrix.nll[0][column].value();
      table.add(matrix.rows[row], matrix.columns[column], nll, std::exp(nll), nll - before,
                std::exp(nll) - std::exp(before), matrix.blocks[column]);
    }
  return table;
}

/// Takes the measured cells over from a file that the same run left. Throws Error where it was left by another run.
inline void resume_perplexity(const std::filesystem::path& path, const Provenance& provenance,
                              PerplexityMatrix& matrix) {
  const nlohmann::json file = read_json(path);
  const auto same = [&](const char* field, const Provenance& own) {
    if (!file.is_object() || !file.contains(field) || file[field] != nlohmann::json(own))
      throw error(path.string(), ": \"", field,
                  "\" differs: it was left by another run; measure without --resume to start anew");
  };
  same("provenance", provenance);
  same("rows", matrix.rows);
  same("columns", matrix.columns);
  for (std::size_t row = 0; row < matrix.rows.size(); ++row)
    for (std::size_t column = 0; column < matrix.columns.size(); ++column) {
      const nlohmann::json& cell = file.at("nll").at(row).at(column);
      if (cell.is_number()) matrix.nll[row][column] = cell.get<double>();
    }
}

}  // namespace neuroglot

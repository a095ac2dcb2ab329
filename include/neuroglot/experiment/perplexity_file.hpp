/// perplexity.json: the matrix on disk with the loss of every block, half-filled while a run is under way.
#pragma once

#include <cmath>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/neuron_counts.hpp"
#include "neuroglot/experiment/neuron_file.hpp"
#include "neuroglot/experiment/perplexity.hpp"
#include "neuroglot/experiment/perplexity_statistics.hpp"
#include "neuroglot/experiment/provenance.hpp"
#include "neuroglot/io/json.hpp"

namespace neuroglot {

/// The words that stand beside the numbers.
inline std::string perplexity_protocol(const PerplexityOptions& options) {
  return text_of("blocks of ", options.blocks.block,
                 " tokens; in each the mean negative log-likelihood (nats) of tokens 2 to ", options.blocks.block,
                 "; then the mean over blocks; perplexity is exp of it; switched-off neurons are 0 at ",
                 site::full_name(site::mlp_act{}, 0).substr(9), " at all positions");
}

namespace detail {

/// [row][column] -> what `cell` makes of them.
template <class MakeCell>
Provenance json_matrix(const PerplexityMatrix& matrix, MakeCell cell) {
  Provenance rows = Provenance::array();
  for (std::size_t row = 0; row < matrix.rows.size(); ++row) {
    Provenance cells = Provenance::array();
    for (std::size_t column = 0; column < matrix.columns.size(); ++column) cells.push_back(cell(row, column));
    rows.push_back(std::move(cells));
  }
  return rows;
}

inline Provenance json_interval(const Interval& interval) {
  return Provenance::array({interval.low, interval.high});
}

template <class Value>
Provenance or_null(const std::optional<Value>& value) {
  return value ? Provenance(*value) : Provenance();
}

/// What was switched off: how each set was chosen, and how many neurons it has (Table 4, Fig. 4).
inline Provenance json_sets(const std::vector<LabelledSet>& sets) {
  Provenance all = Provenance::array();
  for (const auto& [label, set] : sets) {
    const NeuronCounts counts = counts_of(set);
    Provenance neurons = Provenance::object(), alone = Provenance::object();
    for (std::size_t k = 0; k < counts.languages.size(); ++k) {
      neurons[counts.languages[k]] = counts.by_layer[k];
      alone[counts.languages[k]] = counts.alone[k];
    }
    all.push_back({{"label", label},
                   {"method", set.method},
                   {"options", options_json(set)},
                   {"neurons_per_layer", set.neurons_per_layer},
                   {"neurons", std::move(neurons)},
                   {"this_language_alone", std::move(alone)},
                   {"unique", counts.unique}});
  }
  return all;
}

/// What the random rows of each set change, over their seeds.
inline Provenance json_controls(const PerplexityMatrix& matrix, const std::vector<LabelledSet>& sets) {
  Provenance all = Provenance::array();
  for (const LabelledSet& set : sets) {
    const std::vector<std::size_t> rows = random_rows(matrix, set.label);
    Provenance control = {{"set", set.label}, {"seeds", Provenance::array()}};
    for (const std::size_t row : rows) control["seeds"].push_back(*matrix.rows[row].seed);
    for (std::size_t column = 0; !rows.empty() && column < matrix.columns.size(); ++column) {
      const ControlStatistics of = control_statistics(matrix, rows, column);
      control["nll_change_mean"].push_back(of.mean);
      control["nll_change_sd"].push_back(or_null(of.sd));
      control["nll_change_lowest"].push_back(of.lowest);
      control["nll_change_highest"].push_back(of.highest);
    }
    all.push_back(std::move(control));
  }
  return all;
}

}  // namespace detail

/// Cells that were not measured yet are null.
inline Provenance perplexity_json(const PerplexityMatrix& matrix, const std::vector<LabelledSet>& sets,
                                  const PerplexityOptions& options, const Provenance& provenance) {
  std::vector<Index> tokens;
  for (const Index blocks : matrix.blocks) tokens.push_back(blocks * options.blocks.block);
  Provenance names = Provenance::array(), set = Provenance::array(), off = Provenance::array(),
             seed = Provenance::array();
  for (const MatrixRow& row : matrix.rows) {
    names.push_back(row.name);
    set.push_back(row.set);
    off.push_back(row.off);
    seed.push_back(detail::or_null(row.seed));
  }
  const auto nll = [&](std::size_t r, std::size_t c) { return detail::or_null(matrix.nll[r][c]); };
  const auto ppl = [&](std::size_t r, std::size_t c) {
    return matrix.nll[r][c] ? Provenance(std::exp(*matrix.nll[r][c])) : Provenance();
  };
  const auto of_blocks = [&](std::size_t r, std::size_t c) { return Provenance(matrix.block_nll[r][c]); };
  return {{"rows", names},
          {"columns", matrix.columns},
          {"nll", detail::json_matrix(matrix, nll)},
          {"ppl", detail::json_matrix(matrix, ppl)},
          {"blocks", matrix.blocks},
          {"block", options.blocks.block},
          {"tokens", tokens},
          {"protocol", perplexity_protocol(options)},
          {"row_set", set},
          {"row_off", off},
          {"row_seed", seed},
          {"neurons_off", matrix.neurons_off},
          {"sets", detail::json_sets(sets)},
          {"block_nll", detail::json_matrix(matrix, of_blocks)},
          {"provenance", provenance}};
}

/// Adds to the file of a full matrix how sure its cells are.
inline void add_statistics(Provenance& file, const PerplexityMatrix& matrix, const std::vector<LabelledSet>& sets,
                           const BootstrapOptions& options = {}) {
  const auto statistics = statistics_of(matrix, options);
  const auto intervals = [&](auto interval) {
    return detail::json_matrix(matrix, [&](std::size_t r, std::size_t c) -> Provenance {
      const std::optional<CellStatistics>& cell = statistics[r][c];
      return cell ? interval(*cell) : Provenance();
    });
  };
  file["bootstrap"] = {
      {"of", "blocks"}, {"samples", options.samples}, {"level", options.level}, {"seed", options.seed}};
  file["nll_interval"] = intervals([](const CellStatistics& cell) { return detail::json_interval(cell.nll); });
  file["nll_change_interval"] =
      intervals([](const CellStatistics& cell) { return detail::json_interval(cell.nll_change); });
  file["ppl_change_interval"] =
      intervals([](const CellStatistics& cell) { return detail::json_interval(cell.ppl_change); });
  file["beyond_random"] = intervals([](const CellStatistics& cell) { return detail::or_null(cell.beyond_random); });
  file["beyond_random_interval"] = intervals([](const CellStatistics& cell) {
    return cell.beyond_random_interval ? detail::json_interval(*cell.beyond_random_interval) : Provenance();
  });
  file["random_control"] = detail::json_controls(matrix, sets);
}

/// Takes the measured cells over from a file that the same run left; cells without the losses of their blocks (written
/// by an earlier version) are measured again. Throws Error where it was left by another run.
inline void resume_perplexity(const std::filesystem::path& path, const Provenance& provenance,
                              PerplexityMatrix& matrix) {
  const nlohmann::json file = read_json(path);
  const auto same = [&](const char* field, const nlohmann::json& own) {
    if (!file.is_object() || !file.contains(field) || file[field] != own)
      throw error(path.string(), ": \"", field,
                  "\" differs: it was left by another run; measure without --resume to start anew");
  };
  nlohmann::json rows = nlohmann::json::array();
  for (const MatrixRow& row : matrix.rows) rows.push_back(row.name);
  same("provenance", provenance);
  same("rows", rows);
  same("columns", matrix.columns);
  if (!file.contains("block_nll")) return;
  for (std::size_t row = 0; row < matrix.rows.size(); ++row)
    for (std::size_t column = 0; column < matrix.columns.size(); ++column) {
      const nlohmann::json& losses = file["block_nll"].at(row).at(column);
      if (!losses.empty() && losses.size() == static_cast<std::size_t>(matrix.blocks[column]))
        matrix.fill(row, column, losses.get<std::vector<double>>());
    }
}

}  // namespace neuroglot

/// From a run folder to report.html, its figures and its tables.
#pragma once

#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/report_page.hpp"
#include "neuroglot/experiment/report_run.hpp"
#include "neuroglot/experiment/report_tables.hpp"
#include "neuroglot/io/atomic_file.hpp"
#include "neuroglot/io/table.hpp"

namespace neuroglot::report {

namespace detail {

inline void make_folder(const std::filesystem::path& folder) {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure) throw error(folder.string(), ": the folder could not be made (", failure.message(), ")");
}

}  // namespace detail

/// Reads stats.safetensors, neurons.json, perplexity.json, perplexity_rates.json, similarity.json, judgement.json,
/// probe.json, factors.json, sharing.json and fact_neurons.json in `folder`, as many of them as there are, and writes
/// folder/figures/*.svg and *.png, folder/tables/*.tsv and the page `out`, each whole or not at all, the page last.
/// Everything is read and drawn before anything is written, so that a bad file leaves an earlier report as it was.
/// Returns the paths written. Throws Error naming the file and the field.
inline std::vector<std::filesystem::path> write_report(const std::filesystem::path& folder,
                                                       const std::filesystem::path& out) {
  const Run run = read_run(folder);
  const Report report = make_report(run);
  const std::vector<NamedTable> all_tables = tables(run);
  std::vector<std::filesystem::path> written;
  const auto write = [&](const std::filesystem::path& path, const std::string& content) {
    write_file(path, content);
    written.push_back(path);
  };
  detail::make_folder(folder / "figures");
  detail::make_folder(folder / "tables");
  for (const DrawnFigure& drawn : report.figures) {
    write(folder / "figures" / (drawn.figure.name + ".svg"), drawn.svg);
    write(folder / "figures" / (drawn.figure.name + ".png"), drawn.png);
  }
  for (const auto& [name, table] : all_tables) write(folder / "tables" / (name + ".tsv"), to_tsv(table));
  write(out, report.html);
  return written;
}

}  // namespace neuroglot::report

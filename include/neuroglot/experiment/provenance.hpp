/// Where a result comes from: what every output file says of the model, the texts and the options behind it.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/experiment/token_blocks.hpp"
#include "neuroglot/io/checkpoint.hpp"
#include "neuroglot/io/corpus.hpp"
#include "neuroglot/io/hash.hpp"
#include "neuroglot/io/mapped_file.hpp"
#include "neuroglot/nn/config.hpp"
#include "neuroglot/text/tokenizer.hpp"
#include "neuroglot/version.hpp"

namespace neuroglot {

using Provenance = nlohmann::ordered_json;

inline Provenance program_provenance(std::string_view program) {
  return {{"program", program}, {"neuroglot", version}};
}

/// Reads the weight files once for their hash.
inline Provenance model_provenance(const std::filesystem::path& folder, const Config& config,
                                   const Tokenizer& tokenizer) {
  return {{"folder", std::filesystem::weakly_canonical(folder).string()},
          {"model_type", config.model_type},
          {"weights", Checkpoint(folder).hash()},
          {"tokenizer", tokenizer.description()}};
}

/// Of the bytes of a file.
inline std::string file_hash(const std::filesystem::path& path) {
  ContentHash hash;
  hash.add(MappedFile(path).bytes());
  return hash.text();
}

/// A file that the results depend on.
inline Provenance file_provenance(const std::filesystem::path& path) {
  return {{"file", path.string()}, {"hash", file_hash(path)}};
}

/// The same with what the file itself says of where it comes from.
inline Provenance file_provenance(const std::filesystem::path& path, Provenance of_file) {
  Provenance provenance = file_provenance(path);
  provenance["provenance"] = std::move(of_file);
  return provenance;
}

/// The first line of files that hold a line a record: {"provenance": ...}.
inline std::string provenance_line(const Provenance& provenance) {
  return Provenance{{"provenance", provenance}}.dump();
}

inline Provenance corpora_provenance(std::span<const CorpusSource> sources, std::span<const CorpusSize> sizes,
                                     Index block) {
  Provenance corpora = Provenance::array();
  for (std::size_t k = 0; k < sources.size(); ++k)
    corpora.push_back({{"language", sources[k].language},
                       {"path", sources[k].path.string()},
                       {"documents", sizes[k].documents},
                       {"documents_hash", sizes[k].hash},
                       {"blocks", sizes[k].blocks},
                       {"tokens", sizes[k].blocks * block}});
  return corpora;
}

}  // namespace neuroglot

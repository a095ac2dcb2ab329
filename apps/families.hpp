/// The model that a program was given, whatever its family and backend; all of them are compiled once, in families.cpp.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "command_line.hpp"
#include "neuroglot/models/any_model.hpp"
#include "neuroglot/text/tokenizer.hpp"

namespace ng {

/// --threads, --dtype, --backend, --device, --timing: the options of programs that run a model.
void add_model_options(CommandLine& line);

/// What a program decides about the loading of a model that is not an option of all programs.
struct Loading {
  bool stream = false;  ///< two layers in memory at a time (models/layer_stream.hpp)
  int process = 0;      ///< of those on this machine: `--device cuda` is then the device of that number, in turns
};

/// Loads MODEL as those options say and tells on stderr what it left unused. Throws UsageError for a --dtype,
/// --backend or --device that there is not, Error for a device that this machine or this build does not have.
std::unique_ptr<neuroglot::AnyModel> load_model(const CommandLine& line, const std::filesystem::path& folder,
                                                const Loading& loading = {});

}  // namespace ng

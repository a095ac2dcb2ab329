/// The model that a program was given, whatever its family and backend; all of them are compiled once, in families.cpp.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "command_line.hpp"
#include "neuroglot/models/any_model.hpp"
#include "neuroglot/text/tokenizer.hpp"

namespace ng {

/// --threads, --dtype, --backend: the options of programs that run a model.
void add_model_options(CommandLine& line);

/// Loads MODEL as those options say and tells on stderr what it left unused; with `stream`, two of its layers at a time
/// (models/layer_stream.hpp). Throws UsageError for a --dtype or --backend that there is not.
std::unique_ptr<neuroglot::AnyModel> load_model(const CommandLine& line, const std::filesystem::path& folder,
                                                bool stream = false);

}  // namespace ng

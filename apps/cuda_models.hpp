/// The models that run on a CUDA device: the linker decides whether a program has them.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "neuroglot/models/any_model.hpp"

namespace ng {

/// Loads MODEL on device options.device. Defined in cuda_models.cpp; in no_cuda.cpp, for programs that are built
/// without CUDA, it throws Error and says how they are built with it.
std::unique_ptr<neuroglot::AnyModel> load_on_cuda(const std::filesystem::path& folder,
                                                  const neuroglot::BackendOptions& options,
                                                  neuroglot::WeightReport* report);

/// Why products on a device are slower than they could be; empty where they are not.
std::string slow_products();

/// How many devices there are; 0 in programs that are built without CUDA.
int cuda_devices();

}  // namespace ng

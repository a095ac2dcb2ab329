// Models on a CUDA device, of programs that are built with CUDA.
#include "cuda_models.hpp"

#include "neuroglot/models/registry.hpp"
#include "neuroglot/ops/cuda/backend.hpp"

namespace ng {

std::unique_ptr<neuroglot::AnyModel> load_on_cuda(const std::filesystem::path& folder,
                                                  const neuroglot::BackendOptions& options,
                                                  neuroglot::WeightReport* report) {
  return neuroglot::load_any_model<neuroglot::Cuda>(folder, options, report);
}

std::string slow_products() {
  const std::string& missing = neuroglot::cuda::CublasLt::missing();
  return missing.empty() ? missing
                         : "without cuBLASLt the project's own kernels multiply, which are slower: " + missing;
}

int cuda_devices() {
  return neuroglot::cuda::device_count();
}

}  // namespace ng

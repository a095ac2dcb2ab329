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

int cuda_devices() {
  return neuroglot::cuda::device_count();
}

}  // namespace ng

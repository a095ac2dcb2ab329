// What programs that are built without CUDA say when they are asked for it.
#include "cuda_models.hpp"
#include "neuroglot/core/error.hpp"

namespace ng {

std::unique_ptr<neuroglot::AnyModel> load_on_cuda(const std::filesystem::path&, const neuroglot::BackendOptions&,
                                                  neuroglot::WeightReport*) {
  throw neuroglot::error(
      "--device cuda: this program was built without CUDA. Install its compiler (setup/cuda.sh), configure with "
      "NEUROGLOT_CUDA=ON and build again; or run it with --device cpu");
}

std::string slow_products() {
  return {};
}

int cuda_devices() {
  return 0;
}

}  // namespace ng

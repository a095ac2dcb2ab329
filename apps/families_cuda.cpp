// Every family on the CUDA backend, compiled here and nowhere else in the programs; for a GPU and for the emulation
// alike, the linker decides.
#include "family_instances.hpp"
#include "neuroglot/ops/cuda/backend.hpp"

template struct ng::Instances<neuroglot::AllFamilies<neuroglot::Cuda>>;

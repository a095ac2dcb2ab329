/// The choice of a device, and what is said where there is none.
#pragma once

#include <string>

#include "kernels/runtime.hpp"
#include "neuroglot/core/error.hpp"

namespace neuroglot::cuda {

/// Makes a device the calling thread's, and gives its number back. Throws Error where there is no such device.
inline int chosen_device(int device) {
  const int count = device_count();
  if (count == 0)
    throw error(
        "no CUDA device can be used: ", why_no_device(),
        ". Is there a GPU (nvidia-smi lists them), a driver at least as new as the toolkit that built this, and "
        "does CUDA_VISIBLE_DEVICES name one? --device cpu needs none");
  if (device < 0 || device >= count)
    throw error("there is no CUDA device ", device, ": the ", count, " devices here have the numbers 0 to ", count - 1);
  use_device(device);
  return device;
}

}  // namespace neuroglot::cuda

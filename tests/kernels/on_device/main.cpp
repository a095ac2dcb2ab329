// Catch2's main for the tests of kernels on a GPU: without one they say so.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#include <iostream>

#include "kernels/runtime.hpp"

int main(int argc, char** argv) {
  namespace cuda = neuroglot::cuda;
  if (cuda::device_count() == 0) {
    std::cerr << "test_kernels_device: there is no CUDA device to test kernels on (" << cuda::why_no_device()
              << "); test_kernels runs them in the emulation\n";
    return 1;
  }
  std::cout << "on " << cuda::properties(0).name << std::endl;
  return Catch::Session().run(argc, argv);
}

/// What a kernel has done wrong.
#pragma once

#include <stdexcept>

namespace neuroglot::emulation {

/// Says which thread of which block did what, and where the kernel was launched or the barrier stands.
class KernelError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace neuroglot::emulation

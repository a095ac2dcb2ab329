#include "kernels/emulation/wmma.hpp"

#include "kernels/emulation/block.hpp"

namespace nvcuda::wmma::emulated {

unsigned place(unsigned lane, unsigned element) {
  return (lane * 8 + element) * 77 % 256;  // 77 is odd: each place once
}

}  // namespace nvcuda::wmma::emulated

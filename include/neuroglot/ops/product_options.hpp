/// How a backend with a device multiplies, where it has the choice.
#pragma once

namespace neuroglot {

struct ProductOptions {
  bool library = true;            ///< through the vendor's library, where the program has it; else by own kernels
  bool tf32 = false;              ///< with weights in float: operands may be rounded to 10 bits of mantissa
  bool round_activations = true;  ///< with weights in bf16: activations are rounded to bf16 where they are multiplied
                                  ///< (products, attention), for tensor cores; else they stay float
};

}  // namespace neuroglot

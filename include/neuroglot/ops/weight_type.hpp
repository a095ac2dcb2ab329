/// How a backend keeps weights, where it has the choice.
#pragma once

namespace neuroglot {

/// bf16 takes half of the memory; products widen it to float before they multiply, so that weights published in bf16
/// lose nothing, and others are rounded once.
enum class WeightType { fp32, bf16 };

}  // namespace neuroglot

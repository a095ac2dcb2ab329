// A backend of a user's own, outside the library: the CPU's arithmetic, and a note of every expensive call.
#pragma once

#include <span>
#include <vector>

#include "neuroglot/ops/backend.hpp"
#include "neuroglot/ops/cpu/backend.hpp"

class CountingBackend : public neuroglot::Cpu {
 public:
  /// A product of (rows, in) with an (out, in) weight.
  struct Product {
    neuroglot::Index rows, in, out;
    bool operator==(const Product&) const = default;
  };

  using Cpu::Cpu;

  std::vector<Product> products;
  int attentions = 0;      ///< all heads at once
  int score_matrices = 0;  ///< of one head of one sequence
  std::vector<Product> losses;

  void matmul(ConstView x, const Weight& w, const Vector& bias, View y) {
    products.push_back({x.rows, w.in_features(), w.out_features()});
    Cpu::matmul(x, w, bias, y);
  }
  template <class Mask>
  void attention(const neuroglot::AttentionShape& shape, const Mask& mask,
                 std::span<const neuroglot::AttentionSequence<float>> sequences) {
    ++attentions;
    Cpu::attention(shape, mask, sequences);
  }
  template <class Mask>
  void attention_scores(const neuroglot::AttentionShape& shape, const Mask& mask,
                        const neuroglot::AttentionSequence<float>& sequence, neuroglot::Index head, View scores) {
    ++score_matrices;
    Cpu::attention_scores(shape, mask, sequence, head, scores);
  }
  void next_token_loss(ConstView x, const Weight& w, std::span<const std::int32_t> targets, std::span<double> loss,
                       const neuroglot::LogitShape& shape = {}) {
    losses.push_back({x.rows, w.in_features(), w.out_features()});
    Cpu::next_token_loss(x, w, targets, loss, shape);
  }

  /// Products with a weight of that many outputs.
  int products_of(neuroglot::Index out) const {
    int found = 0;
    for (const Product& product : products) found += product.out == out ? 1 : 0;
    return found;
  }
};

static_assert(neuroglot::Backend<CountingBackend>);

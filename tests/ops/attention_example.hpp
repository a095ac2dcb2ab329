// What the tests of attention share: examples, and their results by the plain loops in fp64 and by the vector code.
#pragma once

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <vector>

#include "neuroglot/core/workspace.hpp"
#include "neuroglot/ops/attention.hpp"
#include "neuroglot/ops/cpu/attention.hpp"
#include "ops/compare.hpp"

namespace attention_example {

using namespace neuroglot;

/// A mask that hides early keys too: a token sees itself and the four before it.
struct LastFive {
  KeyRange visible(Index query, Index) const { return {std::max<Index>(0, query - 4), query + 1}; }
};

/// Queries, keys and values of one sequence, and room for the result; each with a stride of its own.
struct Example {
  Strided q, k, v, z;

  Example(const AttentionShape& shape, Index queries, Index keys, unsigned seed, float scale = 1)
      : q(random_matrix(queries, shape.heads * shape.head_dim, seed, scale)),
        k(random_matrix(keys, shape.kv_heads * shape.head_dim, seed + 1, scale)),
        v(random_matrix(keys, shape.kv_heads * shape.head_dim, seed + 2, scale)),
        z(queries, shape.heads * shape.head_dim, 3) {}

  AttentionSequence<float> sequence() { return {q.view(), k.view(), v.view(), z.view()}; }
};

inline AttentionShape shape_of(Index heads, Index kv_heads, Index head_dim) {
  return {heads, kv_heads, head_dim, 1 / std::sqrt(static_cast<double>(head_dim))};
}

template <class Mask>
Matrix<double> expected_z(const AttentionShape& shape, const Mask& mask, const Example& example) {
  const Matrix<double> q = in_double(example.q.view()), k = in_double(example.k.view()),
                       v = in_double(example.v.view());
  Matrix<double> z(q.rows(), q.cols()), pattern(q.rows(), k.rows());
  const AttentionSequence<double> sequence{q.view(), k.view(), v.view(), z.view()};
  for (Index head = 0; head < shape.heads; ++head) {
    reference::attention_scores(shape, mask, sequence, head, pattern.view());
    reference::softmax(pattern.view());
    reference::attention_mix<double>(shape, sequence, head, pattern.view());
  }
  return z;
}

template <class Mask>
void attend(const AttentionShape& shape, const Mask& mask, std::vector<Example>& examples, int team = 1) {
  Threads threads(team);
  Workspace workspace;
  std::vector<AttentionSequence<float>> sequences;
  for (Example& example : examples) sequences.push_back(example.sequence());
  cpu::attention(threads, workspace, shape, mask, sequences);
}

/// All at once against fp64.
template <class Mask>
void check_attention(const AttentionShape& shape, const Mask& mask, std::vector<Example> examples,
                     Tolerance tolerance) {
  attend(shape, mask, examples);
  for (const Example& example : examples) {
    INFO(shape.heads << "/" << shape.kv_heads << " heads of " << shape.head_dim << ", " << example.q.view().rows
                     << " queries, " << example.k.view().rows << " keys");
    check_close(example.z.view(), expected_z(shape, mask, example).view(), tolerance);
    CHECK(example.z.gaps_untouched());
  }
}

/// Step by step against all at once.
template <class Mask>
void check_steps(const AttentionShape& shape, const Mask& mask, std::vector<Example> examples) {
  attend(shape, mask, examples);
  Workspace workspace;
  for (Example& example : examples) {
    Strided z(example.z.view().rows, example.z.view().cols);
    AttentionSequence<float> sequence = example.sequence();
    sequence.z = z.view();
    for (Index head = 0; head < shape.heads; ++head) {
      Strided scores(sequence.queries(), sequence.keys());
      cpu::attention_scores(workspace, shape, mask, sequence, head, scores.view());
      cpu::softmax(scores.view());
      cpu::attention_mix(workspace, shape, sequence, head, scores.view());
    }
    CHECK(same_bits(z.view(), example.z.view()));
  }
}

/// Sequences of different lengths, as a packed batch has them.
inline std::vector<Example> packed(const AttentionShape& shape, std::initializer_list<Index> lengths) {
  std::vector<Example> examples;
  for (const Index length : lengths) examples.emplace_back(shape, length, length, static_cast<unsigned>(length));
  return examples;
}

inline const AttentionShape shapes[] = {shape_of(1, 1, 1), shape_of(2, 2, 5), shape_of(4, 2, 12), shape_of(6, 2, 17),
                                        shape_of(3, 1, 64)};
inline constexpr Tolerance tolerance{2e-6, 2e-6};

}  // namespace attention_example

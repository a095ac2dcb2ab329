// Attention over packed sequences: the vector code against the plain loops in fp64, step by step and all at once.
#include "neuroglot/ops/attention.hpp"

#include "neuroglot/core/workspace.hpp"
#include "neuroglot/ops/cpu/attention.hpp"
#include "ops/compare.hpp"

using namespace neuroglot;

namespace {

/// A mask that hides early keys too: a token sees itself and the four before it.
struct Window {
  KeyRange visible(Index query, Index) const { return {std::max<Index>(0, query - 4), query + 1}; }
};

/// Queries, keys and values of one sequence, and room for the result; each with a stride of its own.
struct Example {
  Strided q, k, v, z;

  Example(const AttentionShape& shape, Index queries, Index keys, unsigned seed, float scale = 1)
      : q(random_matrix(queries, shape.heads * shape.head_dim, seed, scale)),
        k(random_matrix(keys, shape.kv_heads * shape.head_dim, seed + 1, scale)),
        v(random_matrix(keys, shape.kv_heads * shape.head_dim, seed + 2, scale)), z(queries, shape.heads * shape.head_dim, 3) {}

  AttentionSequence<float> sequence() { return {q.view(), k.view(), v.view(), z.view()}; }
};

AttentionShape shape_of(Index heads, Index kv_heads, Index head_dim) {
  return {heads, kv_heads, head_dim, 1 / std::sqrt(static_cast<double>(head_dim))};
}

template <class Mask>
Matrix<double> expected_z(const AttentionShape& shape, const Mask& mask, const Example& example) {
  const Matrix<double> q = in_double(example.q.view()), k = in_double(example.k.view()), v = in_double(example.v.view());
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
void check_attention(const AttentionShape& shape, const Mask& mask, std::vector<Example> examples, Tolerance tolerance) {
  attend(shape, mask, examples);
  for (const Example& example : examples) {
    INFO(shape.heads << "/" << shape.kv_heads << " heads of " << shape.head_dim << ", " << example.q.view().rows << " queries, "
                     << example.k.view().rows << " keys");
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
std::vector<Example> packed(const AttentionShape& shape, std::initializer_list<Index> lengths) {
  std::vector<Example> examples;
  for (const Index length : lengths) examples.emplace_back(shape, length, length, static_cast<unsigned>(length));
  return examples;
}

const AttentionShape shapes[] = {shape_of(1, 1, 1), shape_of(2, 2, 5), shape_of(4, 2, 12), shape_of(6, 2, 17), shape_of(3, 1, 64)};
constexpr Tolerance tolerance{2e-6, 2e-6};

}  // namespace

TEST_CASE("two keys with scores 0 and ln 3 mix their values 1 to 3") {
  const AttentionShape shape{1, 1, 1, 1.0};
  Matrix<double> q(1, 1), k(2, 1), v(2, 1), z(1, 1), pattern(1, 2);
  q(0, 0) = 1;
  k(1, 0) = std::log(3.0);
  v(0, 0) = 4;
  v(1, 0) = 8;
  const AttentionSequence<double> sequence{q.view(), k.view(), v.view(), z.view()};
  reference::attention_scores(shape, Bidirectional{}, sequence, 0, pattern.view());
  reference::softmax(pattern.view());
  reference::attention_mix<double>(shape, sequence, 0, pattern.view());
  CHECK(z(0, 0) == Approx(7).epsilon(1e-15));
}

TEST_CASE("causal: a token sees itself and what is before it; bidirectional: everything") {
  CHECK((Causal{}.visible(3, 10).first == 0 && Causal{}.visible(3, 10).last == 4));
  CHECK((Bidirectional{}.visible(3, 10).first == 0 && Bidirectional{}.visible(3, 10).last == 10));
}

TEST_CASE("query heads share key/value heads in groups, neighbours first") {
  const AttentionShape shape = shape_of(6, 2, 4);
  for (Index head = 0; head < 6; ++head) CHECK(shape.kv_head(head) == (head < 3 ? 0 : 1));
}

TEST_CASE("attention of packed sequences of different lengths agrees with fp64") {
  with_each_instruction_set([] {
    for (const AttentionShape& shape : shapes) {
      check_attention(shape, Causal{}, packed(shape, {1, 2, 15, 17, 48, 49, 100}), tolerance);
      check_attention(shape, Bidirectional{}, packed(shape, {1, 2, 15, 17, 48, 49, 100}), tolerance);
    }
  });
}

TEST_CASE("attention agrees with fp64 for heads of 1 to 40") {
  with_each_instruction_set([] {
    for (Index head_dim = 1; head_dim <= 40; ++head_dim) {
      const AttentionShape shape = shape_of(2, 1, head_dim);
      check_attention(shape, Causal{}, packed(shape, {19}), tolerance);
    }
  });
}

TEST_CASE("fewer queries than keys, as with a cache, agree with fp64: the queries are the last tokens") {
  with_each_instruction_set([] {
    for (const AttentionShape& shape : shapes) {
      std::vector<Example> examples;
      examples.emplace_back(shape, 1, 33, 1u);
      examples.emplace_back(shape, 5, 64, 2u);
      examples.emplace_back(shape, 50, 99, 3u);
      check_attention(shape, Causal{}, examples, tolerance);
      check_attention(shape, Bidirectional{}, examples, tolerance);
      check_steps(shape, Causal{}, examples);
    }
  });
}

TEST_CASE("a mask that hides early keys is a type with a visible() and nothing else") {
  with_each_instruction_set([] {
    const AttentionShape shape = shape_of(4, 2, 12);
    check_attention(shape, Window{}, packed(shape, {1, 4, 5, 6, 49, 100}), tolerance);
    check_steps(shape, Window{}, packed(shape, {1, 6, 100}));
  });
}

TEST_CASE("scores, softmax and mix one after the other give the bits of attention at once") {
  with_each_instruction_set([] {
    for (const AttentionShape& shape : shapes) {
      check_steps(shape, Causal{}, packed(shape, {1, 2, 17, 48, 49, 100}));
      check_steps(shape, Bidirectional{}, packed(shape, {1, 2, 17, 48, 49, 100}));
    }
  });
}

TEST_CASE("attention gives the same bits for any number of threads, and alone as in a packed batch") {
  with_each_instruction_set([] {
    const AttentionShape shape = shape_of(4, 2, 12);
    std::vector<Example> first = packed(shape, {3, 100, 49});
    attend(shape, Causal{}, first);
    for (const int size : team_sizes) {
      std::vector<Example> again = packed(shape, {3, 100, 49});
      attend(shape, Causal{}, again, size);
      for (std::size_t i = 0; i < again.size(); ++i) CHECK(same_bits(again[i].z.view(), first[i].z.view()));
      std::vector<Example> alone = packed(shape, {100});
      attend(shape, Causal{}, alone, size);
      CHECK(same_bits(alone[0].z.view(), first[1].z.view()));
    }
  });
}

TEST_CASE("scores of every head agree with fp64 and are -inf exactly where the mask hides the key") {
  with_each_instruction_set([] {
    const AttentionShape shape = shape_of(4, 2, 12);
    Example example(shape, 7, 20, 4);
    Workspace workspace;
    const Matrix<double> q = in_double(example.q.view()), k = in_double(example.k.view()), v = in_double(example.v.view());
    Matrix<double> z(7, 48), expected(7, 20);
    for (Index head = 0; head < shape.heads; ++head) {
      Strided scores(7, 20);
      cpu::attention_scores(workspace, shape, Causal{}, example.sequence(), head, scores.view());
      reference::attention_scores(shape, Causal{}, AttentionSequence<double>{q.view(), k.view(), v.view(), z.view()}, head,
                                  expected.view());
      check_close(scores.view(), expected.view(), {1e-6, 1e-6});
      CHECK(scores.gaps_untouched());
      for (Index query = 0; query < 7; ++query)
        for (Index key = 0; key < 20; ++key) CHECK(std::isinf(scores(query, key)) == (key > 13 + query));
    }
  });
}

TEST_CASE("attention of very small and very large values agrees with fp64") {
  with_each_instruction_set([] {
    const AttentionShape shape = shape_of(2, 1, 9);
    std::vector<Example> small, large;
    small.emplace_back(shape, 20, 20, 5u, 1e-39f);
    large.emplace_back(shape, 20, 20, 5u, 1e4f);
    check_attention(shape, Causal{}, small, {1e-5, 1e-43});
    check_attention(shape, Causal{}, large, {1e-5, 1e-1});  // scores near 1e8: one key takes all of a row
  });
}

TEST_CASE("a NaN in a query reaches that query's head and nothing else") {
  with_each_instruction_set([] {
    const AttentionShape shape = shape_of(2, 1, 9);
    std::vector<Example> examples = packed(shape, {60, 5});
    examples[0].q(30, 9 + 4) = std::numeric_limits<float>::quiet_NaN();
    attend(shape, Causal{}, examples);
    for (Index row = 0; row < 60; ++row)
      for (Index col = 0; col < 18; ++col) CHECK(std::isnan(examples[0].z(row, col)) == (row == 30 && col >= 9));
    for (Index row = 0; row < 5; ++row) CHECK_FALSE(std::isnan(examples[1].z(row, 0)));
  });
}

TEST_CASE("a NaN in a key makes every query NaN that sees it") {
  with_each_instruction_set([] {
    const AttentionShape shape = shape_of(2, 1, 9);
    std::vector<Example> examples = packed(shape, {60});
    examples[0].k(30, 2) = std::numeric_limits<float>::quiet_NaN();
    attend(shape, Causal{}, examples);
    for (Index row = 30; row < 60; ++row) CHECK(std::isnan(examples[0].z(row, 0)));
    for (Index row = 0; row < 30; ++row) CHECK_FALSE(std::isnan(examples[0].z(row, 0)));
  });
}

// Attention over packed sequences: the vector code against the plain loops in fp64.
#include "neuroglot/ops/attention.hpp"

#include "neuroglot/ops/cpu/attention.hpp"
#include "ops/attention_example.hpp"

using namespace neuroglot;
using namespace attention_example;

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

TEST_CASE("scores of every head agree with fp64 and are -inf exactly where the mask hides the key") {
  with_each_instruction_set([] {
    const AttentionShape shape = shape_of(4, 2, 12);
    Example example(shape, 7, 20, 4);
    Workspace workspace;
    const Matrix<double> q = in_double(example.q.view()), k = in_double(example.k.view()),
                         v = in_double(example.v.view());
    Matrix<double> z(7, 48), expected(7, 20);
    for (Index head = 0; head < shape.heads; ++head) {
      Strided scores(7, 20);
      cpu::attention_scores(workspace, shape, Causal{}, example.sequence(), head, scores.view());
      reference::attention_scores(shape, Causal{}, AttentionSequence<double>{q.view(), k.view(), v.view(), z.view()},
                                  head, expected.view());
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

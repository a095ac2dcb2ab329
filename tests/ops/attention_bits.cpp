// Attention step by step and all at once, with a cache, with any number of threads: the same bits; and where a NaN
// goes.
#include "neuroglot/ops/cpu/attention.hpp"

#include "ops/attention_example.hpp"

using namespace neuroglot;
using namespace attention_example;

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
    check_attention(shape, LastFive{}, packed(shape, {1, 4, 5, 6, 49, 100}), tolerance);
    check_steps(shape, LastFive{}, packed(shape, {1, 6, 100}));
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

// Attention kernels over packed sequences against the plain loops of ops/: masks, heads, caps, tails, caches.
#include "neuroglot/ops/attention.hpp"

#include "device_matrix.hpp"
#include "kernels/attention.cuh"
#include "kernels/attention_wmma.cuh"
#include "kernels/decode_attention.cuh"

using namespace neuroglot;
using device::Bf16;
using device::DeviceMatrix;
using emulation::in_every_order;

namespace {

struct Length {
  Index queries, keys;
};

/// One test: the shape, the mask as ops/ has it, and sequences of their own lengths, packed.
struct Example {
  AttentionShape shape;
  Window mask;
  std::vector<Length> lengths;
  Index gap = 4;

  Index queries() const { return sum(&Length::queries); }
  Index keys() const { return sum(&Length::keys); }
  Index sum(Index Length::*which) const {
    Index total = 0;
    for (const Length& length : lengths) total += length.*which;
    return total;
  }
  int longest(Index Length::*which) const {
    Index most = 0;
    for (const Length& length : lengths) most = std::max(most, length.*which);
    return static_cast<int>(most);
  }
};

template <class T>
class Attention {
 public:
  explicit Attention(const Example& example)
      : of_(example),
        q_(random_matrix(of_.queries(), of_.shape.heads * of_.shape.head_dim, 1, 2)),
        k_(random_matrix(of_.keys(), of_.shape.kv_heads * of_.shape.head_dim, 2, 2)),
        v_(random_matrix(of_.keys(), of_.shape.kv_heads * of_.shape.head_dim, 3)),
        on_q_(q_.view(), of_.gap),
        on_k_(k_.view(), of_.gap),
        on_v_(v_.view(), of_.gap),
        slopes_(of_.shape.alibi_slopes.empty() ? std::vector<float>{0} : of_.shape.alibi_slopes) {}

  cuda::Heads heads() const {
    const AttentionShape& shape = of_.shape;
    const auto limit = [](Index n) { return n >= Window::unlimited ? cuda::Heads::unlimited : static_cast<int>(n); };
    return {static_cast<int>(shape.heads),
            static_cast<int>(shape.kv_heads),
            static_cast<int>(shape.head_dim),
            static_cast<float>(shape.scale),
            static_cast<float>(shape.softcap),
            shape.alibi_slopes.empty() ? nullptr : slopes_.data(),
            limit(of_.mask.before),
            limit(of_.mask.after)};
  }
  int count() const { return static_cast<int>(of_.lengths.size()); }

  /// z by kernel(heads, sequences on the device, whether they can be read in fours).
  template <class Kernel>
  std::vector<float> run(Kernel kernel, int random_orders = 1) const {
    return in_every_order(
        [&] {
          const DeviceMatrix<T> z(q_.view().rows, q_.view().cols, of_.gap);
          std::vector<cuda::Sequence<T>> sequences;
          Index query = 0, key = 0;
          for (const Length& length : of_.lengths) {
            sequences.push_back({part(on_q_, query, length.queries), part(on_k_, key, length.keys),
                                 part(on_v_, key, length.keys), part(z, query, length.queries)});
            query += length.queries;
            key += length.keys;
          }
          const device::Array<cuda::Sequence<T>> there(sequences);
          kernel(heads(), there.data(), cuda::in_fours(sequences[0], heads().head_dim));
          return z.values();
        },
        random_orders);
  }

  /// Held: what a kernel makes of its operands before it multiplies.
  template <class Held = T>
  Matrix<double> expected() const {
    const auto q = device::held_by<Held>(q_.view()), k = device::held_by<Held>(k_.view()),
               v = device::held_by<Held>(v_.view());
    Matrix<double> z(q.rows(), q.cols());
    Index query = 0, key = 0;
    for (const Length& length : of_.lengths) {
      const AttentionSequence<double> sequence{
          q.view().row_range(query, length.queries), k.view().row_range(key, length.keys),
          v.view().row_range(key, length.keys), z.view().row_range(query, length.queries)};
      Matrix<double> pattern(length.queries, length.keys);
      for (Index head = 0; head < of_.shape.heads; ++head) {
        reference::attention_scores(of_.shape, of_.mask, sequence, head, pattern.view());
        reference::softmax(pattern.view());
        reference::attention_mix<double>(of_.shape, sequence, head, pattern.view());
      }
      query += length.queries;
      key += length.keys;
    }
    return z;
  }

 private:
  static cuda::Rows<T> part(const DeviceMatrix<T>& of, Index first, Index count) {
    const cuda::Rows<T> all = of.rows();
    return {all.row(first), static_cast<int>(count), all.cols, all.stride};
  }

  Example of_;
  Strided q_, k_, v_;
  DeviceMatrix<T> on_q_, on_k_, on_v_;
  device::Array<float> slopes_;
};

constexpr Window causal{}, bidirectional{Window::unlimited, Window::unlimited};
const std::vector<Length> several = {{1, 1}, {33, 33}, {5, 70}, {64, 64}};

AttentionShape plain(Index heads, Index kv_heads, Index head_dim) {
  return {heads, kv_heads, head_dim, 1 / std::sqrt(static_cast<double>(head_dim))};
}
AttentionShape capped(AttentionShape shape) {
  shape.softcap = 2;
  return shape;
}
AttentionShape sloped(AttentionShape shape) {
  for (Index head = 0; head < shape.heads; ++head) shape.alibi_slopes.push_back(1 / static_cast<float>(2 + head));
  return shape;
}

const std::vector<Example> examples = {
    {plain(2, 2, 16), causal, several},         {plain(4, 2, 16), causal, several},
    {plain(2, 1, 16), bidirectional, several},  {plain(2, 1, 16), Window{6, 0}, several},
    {plain(2, 1, 16), Window{40, 3}, several},  {capped(plain(1, 1, 16)), causal, several},
    {sloped(plain(2, 2, 16)), causal, several}, {plain(1, 1, 80), causal, {{40, 40}, {2, 3}}},
    {plain(1, 1, 144), causal, {{33, 35}}},
};

template <class T>
Tolerance allowed() {
  // z is a mean of values below 1; of bf16 the rounding of z, and for tensor cores of the weights, comes on top
  return {std::is_same_v<T, float> ? 1e-5 : 0x1p-8, std::is_same_v<T, float> ? 2e-6 : 0x1p-8};
}

}  // namespace

TEMPLATE_TEST_CASE("attention by queries and by tiles agrees with the plain loop", "", float, Bf16) {
  using T = TestType;
  for (std::size_t i = 0; i < examples.size(); ++i) {
    INFO("example " << i);
    const Example& example = examples[i];
    const Attention<T> attention(example);
    const auto expected = attention.expected();
    const auto grid = dim3(static_cast<unsigned>(cuda::pieces(example.longest(&Length::queries), 4)),
                           static_cast<unsigned>(example.shape.heads), static_cast<unsigned>(attention.count()));
    if (example.shape.head_dim <= 128)
      device::check_values(attention.run([&](auto heads, const auto* sequences, bool) {
        cuda::launch(cuda::attention_by_query<T, 4>, {grid, dim3(128)}, heads, sequences);
      }),
                           expected.view(), allowed<T>());
    device::check_values(attention.run([&](auto heads, const auto* sequences, bool fours) {
      cuda::attention<T>(nullptr, heads, sequences, attention.count(), example.longest(&Length::queries), fours);
    }),
                         expected.view(), allowed<T>());
  }
}

TEST_CASE("attention takes heads of odd sizes in rows that can not be read in fours") {
  const Example example{plain(3, 1, 7), causal, {{9, 9}, {1, 34}}, 1};
  const Attention<float> attention(example);
  const auto found = attention.run([&](auto heads, const auto* sequences, bool fours) {
    CHECK_FALSE(fours);
    cuda::attention<float>(nullptr, heads, sequences, attention.count(), 9, fours);
  });
  device::check_values(found, attention.expected().view(), allowed<float>());
}

TEMPLATE_TEST_CASE("attention with tensor cores agrees with the plain loop within the rounding of bf16", "", float,
                   Bf16) {
  using T = TestType;
  for (std::size_t i = 0; i < examples.size(); ++i) {
    const Example& example = examples[i];
    if (example.shape.head_dim > 128) continue;
    INFO("example " << i);
    const Attention<T> attention(example);
    const auto found = attention.run([&](auto heads, const auto* sequences, bool fours) {
      cuda::attention_with_tensor_cores<T>(nullptr, heads, sequences, attention.count(),
                                           example.longest(&Length::queries), fours);
    });
    device::check_values(found, attention.template expected<Bf16>().view(), allowed<Bf16>());
  }
}

TEST_CASE("attention with tensor cores takes heads of odd sizes in rows that can not be read in fours") {
  const Example example{plain(3, 1, 7), causal, {{9, 9}, {1, 34}}, 1};
  const Attention<float> attention(example);
  const auto found = attention.run([&](auto heads, const auto* sequences, bool fours) {
    CHECK_FALSE(fours);
    cuda::attention_with_tensor_cores<float>(nullptr, heads, sequences, attention.count(), 9, fours);
  });
  device::check_values(found, attention.expected<Bf16>().view(), allowed<Bf16>());
}

TEST_CASE("the bits of a query's attention do not depend on what else is in the batch") {
  const Example together{plain(2, 1, 16), Window{40, 0}, several};
  const auto run = [](const Example& example) {
    const Attention<float> attention(example);
    return attention.run([&](auto heads, const auto* sequences, bool fours) {
      cuda::attention<float>(nullptr, heads, sequences, attention.count(), example.longest(&Length::queries), fours);
    });
  };
  const auto of_all = run(together);
  Example first = together;  // the random numbers of the first sequences are the same
  first.lengths.resize(2);
  const auto of_two = run(first);
  CHECK(std::equal(of_two.begin(), of_two.end(), of_all.begin()));
}

namespace {

template <class T>
std::vector<float> decode(const Attention<T>& attention, const Example& example, int random_orders) {
  const int keys = example.longest(&Length::keys), splits = cuda::pieces(keys, cuda::decode_split);
  const auto parts = static_cast<std::size_t>(attention.count() * example.shape.heads * splits);
  return attention.run(
      [&](auto heads, const auto* sequences, bool fours) {
        REQUIRE(fours);
        const device::Array<float> largest(parts), sum(parts),
            z(parts * static_cast<std::size_t>(example.shape.head_dim));
        cuda::decode_attention<T>(nullptr, heads, sequences, attention.count(), keys,
                                  {largest.data(), sum.data(), z.data()});
      },
      random_orders);
}

}  // namespace

TEMPLATE_TEST_CASE("decoding a token a sequence over a cache agrees with the plain loop", "", float, Bf16) {
  using T = TestType;
  const std::vector<Length> caches = {{1, 1}, {1, 300}, {1, 17}, {1, 256}};
  for (const Example& example :
       {Example{plain(2, 2, 16), causal, caches}, Example{plain(6, 1, 16), causal, caches},
        Example{capped(sloped(plain(4, 2, 16))), causal, caches}, Example{plain(2, 1, 16), Window{40, 0}, caches},
        Example{plain(1, 1, 80), causal, {{1, 20}}}, Example{plain(3, 1, 132), causal, {{1, 20}}}}) {
    INFO(example.shape.heads << " heads of " << example.shape.head_dim);
    const Attention<T> attention(example);
    device::check_values(decode(attention, example, 0), attention.expected().view(), allowed<T>());
  }
}

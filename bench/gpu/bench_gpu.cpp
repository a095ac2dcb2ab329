// The CUDA backend at LLaMA-2-7B's shapes, weights made on the spot. One JSON line a measurement; figures.py sets them
// beside those of bench/peers/gpu_transformers.py.
//
//     bench_gpu [--model llama-2-7b|tiny] [--length 2048] [--sequences 8] [--rounds 5] [NAME ...]
//     bench_gpu --cuda-version
//
// NAMEs: product, bandwidth, attention, record, perplexity, decode, bits; all if none is given. A time is the median of
// the rounds, after one round that is not counted.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "gpu/model.hpp"
#include "neuroglot/hooks/count.hpp"
#include "neuroglot/models/forward.hpp"
#include "neuroglot/ops/cuda/backend.hpp"

#if !defined(NEUROGLOT_CUDA_VERSION)
#define NEUROGLOT_CUDA_VERSION "emulated"
#endif

namespace {

using namespace neuroglot;

struct Options {
  std::string model = "llama-2-7b";
  Index length = 2048;
  Index sequences = 8;
  int rounds = 5;
  std::vector<std::string> names;
};

const std::vector<std::string> all_names = {"product", "bandwidth",  "attention", "record",
                                            "bits",    "perplexity", "decode"};

Options options_of(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--model" && i + 1 < argc)
      options.model = argv[++i];
    else if (word == "--length" && i + 1 < argc)
      options.length = std::atoi(argv[++i]);
    else if (word == "--sequences" && i + 1 < argc)
      options.sequences = std::atoi(argv[++i]);
    else if (word == "--rounds" && i + 1 < argc)
      options.rounds = std::atoi(argv[++i]);
    else if (std::ranges::find(all_names, word) != all_names.end())
      options.names.push_back(word);
    else
      throw usage_error(word, ": is no measurement and no option; see the head of bench/gpu/bench_gpu.cpp");
  }
  if (options.length < 2 || options.sequences < 1 || options.rounds < 1)
    throw usage_error("--length must be at least 2, --sequences and --rounds at least 1");
  if (options.names.empty()) options.names = all_names;
  return options;
}

void report(const std::string& name, double value, const std::string& unit) {
  std::printf("{\"name\": \"%s\", \"value\": %.9g, \"unit\": \"%s\"}\n", name.c_str(), value, unit.c_str());
  std::fflush(stdout);
}

class Bench {
 public:
  explicit Bench(const Options& options) : options_(options), config_(bench::config_named(options.model)) {
    if (options.length > config_.max_position_embeddings)
      throw usage_error("--length ", options.length, ": the model has ", config_.max_position_embeddings, " positions");
  }

  void run(const std::string& name) {
    if (name == "product") product();
    if (name == "bandwidth") bandwidth();
    if (name == "attention") attention();
    if (name == "record") record();
    if (name == "bits") bits();
    if (name == "perplexity") perplexity();
    if (name == "decode") decode();
  }

 private:
  /// The median of the rounds, in seconds; the device has nothing left to do at either end of a round.
  double seconds(const std::function<void()>& work) {
    std::vector<double> times;
    for (int round = 0; round <= options_.rounds; ++round) {
      device_.synchronise();
      const auto begin = std::chrono::steady_clock::now();
      work();
      device_.synchronise();
      const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
      if (round > 0) times.push_back(time.count());
    }
    std::ranges::nth_element(times, times.begin() + options_.rounds / 2);
    return times[static_cast<std::size_t>(options_.rounds / 2)];
  }

  /// Made for the first measurement that wants it.
  const Llama<Cuda>& model() {
    if (!model_) {
      model_ = std::make_unique<Llama<Cuda>>(config_, device_);
      bench::fill_with_noise(*model_);
    }
    return *model_;
  }
  PackedBatch batch(Index sequences) const { return bench::random_batch(config_, sequences, options_.length); }
  double tokens() const { return static_cast<double>(options_.sequences * options_.length); }

  /// The product of bf16 weights that a pass spends its time on, square: 8192, or hidden_size of the tiny model.
  void product() {
    const Index n = options_.model == "tiny" ? config_.hidden_size : 8192;
    cuda::DeviceWeight weight(n, n);
    device_.prepare(weight);
    const std::vector<float> row(static_cast<std::size_t>(n), 0.5f);
    for (Index i = 0; i < n; ++i) weight.set_row(i, row.data());
    const cuda::DeviceMatrix x(n, n);
    cuda::DeviceMatrix y(n, n);
    const double time = seconds([&] { device_.matmul(x.view(), weight, {}, y.view()); });
    const auto size = static_cast<double>(n);
    report("ours.product", 2 * size * size * size / time / 1e12, "TFLOP/s");
  }

  /// A copy on the device: each byte is read once and written once.
  void bandwidth() {
    const Index rows = options_.model == "tiny" ? 64 : 1 << 18;
    const cuda::DeviceMatrix from(rows, 4096);
    cuda::DeviceMatrix to(rows, 4096);
    const double time = seconds([&] { device_.copy(from.view(), to.view()); });
    report("ours.bandwidth", 2.0 * 4096 * 4 * static_cast<double>(rows) / time / 1e9, "GB/s");
  }

  void attention() {
    const Index rows = options_.sequences * options_.length, width = config_.q_width();
    cuda::DeviceMatrix q(rows, width), k(rows, width), v(rows, width), z(rows, width);
    std::vector<AttentionSequence<float>> sequences;
    const auto part = [&](cuda::DeviceMatrix& of, Index s) {
      return of.view().row_range(s * options_.length, options_.length);
    };
    for (Index s = 0; s < options_.sequences; ++s)
      sequences.push_back({part(q, s), part(k, s), part(v, s), part(z, s)});
    AttentionShape shape;
    shape.heads = shape.kv_heads = config_.num_attention_heads;
    shape.head_dim = config_.head_dim;
    shape.scale = config_.attention_scale();
    const double time = seconds([&] {
      const Workspace::Scope scope(device_.workspace());
      device_.attention(shape, Causal{}, std::span<const AttentionSequence<float>>(sequences));
    });
    const auto layers = static_cast<double>(config_.num_hidden_layers);
    report("ours.attention",
           bench::attention_flop_per_token(config_, options_.length) / layers * tokens() / time / 1e12, "TFLOP/s");
  }

  /// Recording, and the same whole pass with and without the hook that counts.
  void record() {
    const PackedBatch all = batch(options_.sequences);
    Count<> count(config_.num_hidden_layers, config_.neurons());
    const double recording = seconds([&] { forward<output::None>(model(), all, hooks(count)); });
    const double counted = seconds([&] { forward<output::Hidden>(model(), all, hooks(count)); });
    const double plain = seconds([&] { forward<output::Hidden>(model(), all); });
    const double flop =
        bench::linear_flop_per_token(config_) + bench::attention_flop_per_token(config_, options_.length);
    report("ours.record", tokens() / recording, "tokens/s");
    report("ours.record_flop", flop * tokens() / recording / 1e12, "TFLOP/s");
    report("ours.hook_cost", counted / plain - 1, "of the pass without hooks");
  }

  /// Whether all sequences in one pass and each in a pass of its own give the same statistics, bit for bit.
  void bits() {
    const PackedBatch all = batch(options_.sequences);
    Count<> together(config_.num_hidden_layers, config_.neurons()), apart(config_.num_hidden_layers, config_.neurons());
    forward<output::None>(model(), all, hooks(together));
    for (Index s = 0; s < all.sequences(); ++s) {
      PackedBatch one;
      one.add(all.ids().subspan(static_cast<std::size_t>(all.begin(s)), static_cast<std::size_t>(all.length(s))));
      forward<output::None>(model(), one, hooks(apart));
    }
    const bool same = together.positive() == apart.positive() && together.sum() == apart.sum() &&
                      together.sum_of_squares() == apart.sum_of_squares();
    report("ours.bits", same ? 1 : 0, "1: the same bits for any batch");
  }

  void perplexity() {
    const PackedBatch all = batch(options_.sequences);
    report("ours.perplexity", tokens() / seconds([&] { forward<output::NextTokenLoss>(model(), all); }), "tokens/s");
  }

  /// One sequence, token by token, behind a prompt of half the length: every weight is read once a token.
  void decode() {
    std::size_t bytes = 0;
    for_each_weight(model(), [&](const std::string& path, const auto& weight) {
      if constexpr (requires { weight.in_features(); })
        if (path.find("embed_tokens") == std::string::npos) bytes += weight.bytes();
    });
    const Index prompt = options_.length / 2, steps = std::min<Index>(32, options_.length - prompt);
    const double time = seconds_of_steps(prompt, steps) / static_cast<double>(steps);
    report("ours.decode", 1 / time, "tokens/s");
    report("ours.decode_bytes", static_cast<double>(bytes) / time / 1e9, "GB/s");
  }
  double seconds_of_steps(Index prompt, Index steps) {
    const PackedBatch one = batch(1);
    std::vector<double> times;
    for (int round = 0; round <= options_.rounds; ++round) {
      auto cache = model().make_cache(1, prompt + steps);
      PackedBatch first;
      first.add(one.ids().first(static_cast<std::size_t>(prompt)));
      forward<output::LastLogits>(model(), first, hooks(), &cache);
      device_.synchronise();
      const auto begin = std::chrono::steady_clock::now();
      for (Index i = 0; i < steps; ++i) {
        PackedBatch step;
        step.add(one.ids().subspan(static_cast<std::size_t>(prompt + i), 1), prompt + i);
        forward<output::LastLogits>(model(), step, hooks(), &cache);
      }
      device_.synchronise();
      const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
      if (round > 0) times.push_back(time.count());
    }
    std::ranges::nth_element(times, times.begin() + options_.rounds / 2);
    return times[static_cast<std::size_t>(options_.rounds / 2)];
  }

  Options options_;
  Config config_;
  Cuda device_{0, WeightType::bf16};
  std::unique_ptr<Llama<Cuda>> model_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string(argv[1]) == "--cuda-version") return std::puts(NEUROGLOT_CUDA_VERSION) < 0;
  try {
    const Options options = options_of(argc, argv);
    Bench bench(options);
    for (const std::string& name : options.names) bench.run(name);
  } catch (const UsageError& failure) {
    std::cerr << "bench_gpu: " << failure.what() << '\n';
    return 2;
  } catch (const std::exception& failure) {
    std::cerr << "bench_gpu: " << failure.what() << '\n';
    return 1;
  }
}

// Matrix products of transformer shapes, against Eigen, OpenBLAS and oneDNN and against the machine's FMA peak.
//
//     bench_matmul [--threads 2] [--rounds 9] [--slice 30] [M,K,N ...]
//
// Everybody takes a turn of `slice` milliseconds in every round, so that a disturbance by other programs hits all
// alike; where they are many, short slices and many rounds find undisturbed moments for the best. One TSV line a shape:
// the median of the rounds and the best, in GFLOP/s, and the medians of the rounds' ratios to that round's peak, in
// percent.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "fma_peak.hpp"
#include "matmul_peers.hpp"
#include "neuroglot/ops/cpu/matmul.hpp"

namespace {

using namespace neuroglot;

struct Shape {
  Index m, k, n;
};

struct Options {
  int threads = 2;
  int rounds = 9;
  double slice = 0.03;  // seconds
  std::vector<Shape> shapes;
};

Options options_of(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    Shape shape{};
    if (word == "--threads" && i + 1 < argc)
      options.threads = std::atoi(argv[++i]);
    else if (word == "--rounds" && i + 1 < argc)
      options.rounds = std::atoi(argv[++i]);
    else if (word == "--slice" && i + 1 < argc)
      options.slice = std::atof(argv[++i]) / 1000;
    else if (std::sscanf(word.c_str(), "%td,%td,%td", &shape.m, &shape.k, &shape.n) == 3)
      options.shapes.push_back(shape);
    else
      throw usage_error("bench_matmul: ", word, " is neither --threads N, --rounds N, --slice MS nor a shape M,K,N");
  }
  if (options.shapes.empty())
    options.shapes = {{512, 576, 192},   {512, 576, 576},   {512, 576, 1536}, {512, 1536, 576}, {512, 2048, 5632},
                      {512, 5632, 2048}, {512, 576, 49152}, {1, 576, 49152},  {1, 2048, 5632},  {4, 2048, 5632}};
  return options;
}

MatrixView<float> random_matrix(Workspace& workspace, Index rows, Index cols) {
  std::mt19937 generator(1);
  std::normal_distribution<float> normal;
  const MatrixView<float> matrix = workspace.matrix<float>(rows, cols);
  std::generate_n(matrix.data, rows * cols, [&] { return normal(generator); });
  return matrix;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// GFLOP/s over about a slice, after one call to warm up and a pause in which other libraries' threads go to sleep.
double speed(const std::function<void()>& product, double operations, double slice) {
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  product();
  const double begin = bench::seconds_now();
  int calls = 0;
  do product(), ++calls;
  while (bench::seconds_now() - begin < slice);
  return operations * calls / (bench::seconds_now() - begin) * 1e-9;
}

struct Contender {
  const char* name;
  std::function<void()> product;
  std::vector<double> speeds, percent;
};

void measure(Threads& threads, Workspace& workspace, const Shape& shape, int rounds, double slice) {
  const Workspace::Scope scope(workspace);  // everybody's operands lie in huge pages, as in a forward pass
  const MatrixView<float> x = random_matrix(workspace, shape.m, shape.k),
                          w = random_matrix(workspace, shape.n, shape.k);
  const MatrixView<float> y = workspace.matrix<float>(shape.m, shape.n);
  PackedWeight packed(shape.k, shape.n);
  for (Index n = 0; n < shape.n; ++n) packed.set_row(n, w.row(n).data());
  const peers::Product same{shape.m, shape.k, shape.n, x.data, w.data, y.data, threads.size()};
  Contender contenders[] = {{"neuroglot", [&] { cpu::matmul(threads, workspace, x, packed, nullptr, y); }, {}, {}},
                            {"eigen", peers::eigen(same), {}, {}},
                            {"openblas", peers::openblas(same), {}, {}},
                            {"onednn", peers::onednn(same), {}, {}}};
  const double operations = 2.0 * static_cast<double>(shape.m * shape.k * shape.n);
  std::vector<double> peaks;
  for (int round = 0; round < rounds; ++round)
    for (Contender& contender : contenders) {
      if (!contender.product) continue;
      const double before = bench::fma_peak(threads);
      contender.speeds.push_back(speed(contender.product, operations, slice));
      peaks.push_back(std::max(before, bench::fma_peak(threads)));
      contender.percent.push_back(100 * contender.speeds.back() / peaks.back());
    }
  std::printf("%td\t%td\t%td\t%.0f\t%.0f", shape.m, shape.k, shape.n, median(peaks),
              *std::max_element(peaks.begin(), peaks.end()));
  for (const Contender& contender : contenders) {
    if (contender.speeds.empty())
      std::printf("\t-\t-\t-");
    else
      std::printf("\t%.1f\t%.1f\t%.1f", median(contender.speeds),
                  *std::max_element(contender.speeds.begin(), contender.speeds.end()), median(contender.percent));
  }
  std::printf("\n");
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) try {
  const Options options = options_of(argc, argv);
  Threads threads(options.threads);
  Workspace workspace;
  {
    const Workspace::Scope scope(workspace);
    workspace.matrix<float>(1, 80'000'000);  // the largest default shape and what packing it takes
  }
  std::printf("M\tK\tN\tpeak\tpeak_best");
  for (const char* name : {"neuroglot", "eigen", "openblas", "onednn"})
    std::printf("\t%s\t%s_best\t%s_%%", name, name, name);
  std::printf("\n");
  for (const Shape& shape : options.shapes) measure(threads, workspace, shape, options.rounds, options.slice);
} catch (const neuroglot::UsageError& failure) {
  std::fprintf(stderr, "%s\n", failure.what());
  return 2;
}

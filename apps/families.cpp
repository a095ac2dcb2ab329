// The choice of device, backend and family; the families themselves are compiled in families_cpu.cpp,
// families_reference.cpp and families_cuda.cpp.
#include "families.hpp"

#include <algorithm>
#include <charconv>
#include <iostream>
#include <optional>

#include "cuda_models.hpp"
#include "neuroglot/core/profile.hpp"
#include "neuroglot/models/registry.hpp"
#include "neuroglot/ops/reference/backend.hpp"

namespace ng {

using namespace neuroglot;

void add_model_options(CommandLine& line) {
  line.add()("threads", po::value<int>()->default_value(0), "threads to use; 0: as many as there are processors");
  line.add()(
      "dtype", po::value<std::string>()->default_value("fp32"),
      "fp32; bf16: weights are kept in half of the memory, and on a GPU what they are multiplied with is rounded to "
      "bf16 too; bf16-weights: it is not; tf32, on a GPU: fp32, but products may round to 10 bits of mantissa");
  line.add()("backend", po::value<std::string>()->default_value("cpu"),
             "cpu, or reference: plain loops in double precision, slow, to check a result");
  line.add()("device", po::value<std::string>()->default_value("cpu"),
             "cpu, or cuda: a GPU, cuda:1 the second one; --threads then fill its memory. Of several processes on a "
             "machine (ng-record) each takes the next with cuda");
  line.add()("timing", po::bool_switch(), "say on stderr, at the end, what the passes' time went into");
}

namespace {

/// N of "cuda:N"; of "cuda" the device whose turn it is; nothing of "cpu". Throws UsageError for anything else.
std::optional<int> cuda_device(const std::string& device, int process) {
  if (device == "cpu") return std::nullopt;
  if (device == "cuda") return process % std::max(1, cuda_devices());
  int number = -1;
  if (device.starts_with("cuda:")) {
    const char* const end = device.data() + device.size();
    if (const auto read = std::from_chars(device.data() + 5, end, number); read.ec != std::errc() || read.ptr != end)
      number = -1;
  }
  if (number < 0) throw usage_error("--device ", device, ": is cpu, cuda, or cuda:N with the number of a device");
  return number;
}

/// Printed when the program ends, after its models have gone.
Profile* profile_of_this_run() {
  struct Printed : Profile {
    ~Printed() { print(std::cerr, *this); }
  };
  static Printed profile;
  return &profile;
}

/// What --dtype says.
void choose_numbers(const CommandLine& line, BackendOptions& options) {
  const std::string dtype = line.text("dtype");
  if (dtype != "fp32" && dtype != "tf32" && dtype != "bf16" && dtype != "bf16-weights")
    throw usage_error("--dtype ", dtype, ": is fp32 or bf16, bf16-weights or tf32");
  if (dtype == "tf32" && line.text("device") == "cpu")
    throw usage_error("--dtype tf32: only a GPU has it (--device cuda)");
  if (dtype != "fp32" && line.text("backend") != "cpu")
    throw usage_error("--dtype ", dtype, ": the reference backend computes in double");
  options.weights = dtype.starts_with("bf16") ? WeightType::bf16 : WeightType::fp32;
  options.products.tf32 = dtype == "tf32";
  options.products.round_activations = dtype == "bf16";
}

BackendOptions backend_options(const CommandLine& line, const Loading& loading) {
  BackendOptions options;
  options.threads = line.get<int>("threads");
  if (options.threads < 0 || options.threads > 1024)
    throw usage_error("--threads ", options.threads, ": not a number of threads");
  const std::string backend = line.text("backend");
  if (backend != "cpu" && backend != "reference") throw usage_error("--backend ", backend, ": is cpu or reference");
  choose_numbers(line, options);
  const std::optional<int> device = cuda_device(line.text("device"), loading.process);
  if (device && backend != "cpu")
    throw usage_error("--device ", line.text("device"), ": the reference backend computes on the CPU");
  options.device = device.value_or(0);
  options.stream = loading.stream;
  if (line.flag("timing")) options.profile = profile_of_this_run();
  return options;
}

}  // namespace

std::unique_ptr<AnyModel> load_model(const CommandLine& line, const std::filesystem::path& folder,
                                     const Loading& loading) {
  const BackendOptions options = backend_options(line, loading);
  const bool on_cuda = line.text("device") != "cpu";
  WeightReport report;
  auto model = on_cuda                               ? load_on_cuda(folder, options, &report)
               : line.text("backend") == "reference" ? load_any_model<Reference>(folder, options, &report)
                                                     : load_any_model<Cpu>(folder, options, &report);
  if (!line.flag("quiet") && !report.empty()) std::cerr << folder.string() << ": " << report;
  if (on_cuda && !line.flag("quiet"))
    if (const std::string why = slow_products(); !why.empty()) std::cerr << "note: " << why << '\n';
  return model;
}

}  // namespace ng

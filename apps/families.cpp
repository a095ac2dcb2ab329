// The choice of backend and family; the families themselves are compiled in families_cpu.cpp and
// families_reference.cpp.
#include "families.hpp"

#include <iostream>

#include "neuroglot/models/registry.hpp"
#include "neuroglot/ops/reference/backend.hpp"

namespace ng {

using namespace neuroglot;

void add_model_options(CommandLine& line) {
  line.add()("threads", po::value<int>()->default_value(0), "threads to use; 0: as many as there are processors");
  line.add()("dtype", po::value<std::string>()->default_value("fp32"),
             "fp32, or bf16: weights are kept in half of the memory and widened for the products");
  line.add()("backend", po::value<std::string>()->default_value("cpu"),
             "cpu, or reference: plain loops in double precision, slow, to check a result");
}

std::unique_ptr<AnyModel> load_model(const CommandLine& line, const std::filesystem::path& folder, bool stream) {
  const int threads = line.get<int>("threads");
  if (threads < 0 || threads > 1024) throw usage_error("--threads ", threads, ": not a number of threads");
  const std::string dtype = line.text("dtype");
  if (dtype != "fp32" && dtype != "bf16") throw usage_error("--dtype ", dtype, ": is fp32 or bf16");
  const std::string backend = line.text("backend");
  if (backend != "cpu" && backend != "reference") throw usage_error("--backend ", backend, ": is cpu or reference");
  if (dtype == "bf16" && backend != "cpu") throw usage_error("--dtype bf16: the reference backend computes in double");
  BackendOptions options{threads, dtype == "bf16" ? WeightType::bf16 : WeightType::fp32};
  options.stream = stream;
  WeightReport report;
  auto model = backend == "cpu" ? load_any_model<Cpu>(folder, options, &report)
                                : load_any_model<Reference>(folder, options, &report);
  if (!line.flag("quiet") && !report.empty()) std::cerr << folder.string() << ": " << report;
  return model;
}

}  // namespace ng

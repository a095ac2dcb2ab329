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
  line.add()("dtype", po::value<std::string>()->default_value("fp32"), "fp32; weights of any precision are loaded");
  line.add()("backend", po::value<std::string>()->default_value("cpu"),
             "cpu, or reference: plain loops in double precision, slow, to check a result");
}

std::unique_ptr<AnyModel> load_model(const CommandLine& line, const std::filesystem::path& folder) {
  const int threads = line.get<int>("threads");
  if (threads < 0 || threads > 1024) throw usage_error("--threads ", threads, ": not a number of threads");
  if (line.text("dtype") != "fp32")
    throw usage_error("--dtype ", line.text("dtype"), ": only fp32 is supported so far");
  const std::string backend = line.text("backend");
  if (backend != "cpu" && backend != "reference") throw usage_error("--backend ", backend, ": is cpu or reference");
  WeightReport report;
  auto model = backend == "cpu" ? load_any_model<Cpu>(folder, threads, &report)
                                : load_any_model<Reference>(folder, threads, &report);
  if (!line.flag("quiet") && !report.empty()) std::cerr << folder.string() << ": " << report;
  return model;
}

}  // namespace ng

// ng-report: what a run folder holds as one page with its figures. (Tang et al. 2024, Figs. 2 to 7, Table 4; Zhao et
// al. 2024, Figs. 9 to 18)
#include "command_line.hpp"
#include "neuroglot/experiment/report.hpp"

namespace {

int run(int argc, char** argv) {
  ng::CommandLine line(
      "ng-report", "RUN_FOLDER [options]",
      "Gathers stats.safetensors (ng-record), neurons.json (ng-select), perplexity.json and perplexity_rates.json\n"
      "(ng-perplexity, the latter with --rates), similarity.json (ng-similarity) and judgement.json (ng-judge),\n"
      "and of facts probe.json and probe_*.json (ng-probe, a file a model), factors.json (ng-factors),\n"
      "sharing.json (ng-sharing), fact_neurons.json (ng-fact-neurons) and roots.json (ng-roots), as many as the\n"
      "folder holds, into one page that needs no other file: RUN_FOLDER/report.html. Figures go to\n"
      "RUN_FOLDER/figures as SVG and PNG, tables to RUN_FOLDER/tables as TSV. Figures are drawn by gnuplot\n"
      "(apt-get install gnuplot-nox).",
      "  ng-report run\n"
      "  ng-report run --out french.html\n");
  line.positional("folder", "RUN_FOLDER: where the other programs put their results");
  line.add()("out", ng::po::value<std::string>(), "the page (default: RUN_FOLDER/report.html)");
  if (!line.parse(argc, argv)) return 0;

  const std::filesystem::path folder = line.text("folder");
  const std::filesystem::path out = line.has("out") ? std::filesystem::path(line.text("out")) : folder / "report.html";
  const std::vector<std::filesystem::path> written = neuroglot::report::write_report(folder, out);
  if (!line.flag("quiet"))
    std::cerr << out.string() << ": written, with " << written.size() - 1 << " figures and tables in "
              << folder.string() << '\n';
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return ng::guarded("ng-report", [&] { return run(argc, argv); });
}

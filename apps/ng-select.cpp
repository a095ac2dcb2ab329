// ng-select: from activation statistics to the neurons of each language. (Tang et al. 2024, sections 2 and 3)
#include <iomanip>

#include "command_line.hpp"
#include "neuroglot/analysis/lape.hpp"
#include "neuroglot/analysis/select.hpp"
#include "neuroglot/experiment/neuron_file.hpp"
#include "neuroglot/experiment/statistics_file.hpp"
#include "neuroglot/io/atomic_file.hpp"
#include "neuroglot/io/table.hpp"

namespace {

using namespace neuroglot;

NeuronSet select_by(const std::string& method, const ActivationStatistics& statistics,
                    const SelectionOptions& options) {
  if (method == Lape::name) return select<Lape>(statistics, options);
  throw usage_error("--method ", method, ": is not known (known: ", Lape::name, ")");
}

/// A row a language and layer: how many neurons.
Table counts(const NeuronSet& set) {
  Table table({"language", "layer", "neurons"});
  for (std::size_t k = 0; k < set.languages.size(); ++k)
    for (std::size_t layer = 0; layer < set.neurons[k].size(); ++layer)
      table.add(set.languages[k], layer, set.neurons[k][layer].size());
  return table;
}

void summarise(const NeuronSet& set) {
  std::cerr << set.unique() << " of " << set.layers * set.neurons_per_layer << " neurons, bar " << std::setprecision(4)
            << set.bar << ";";
  for (std::size_t k = 0; k < set.languages.size(); ++k)
    std::cerr << ' ' << set.languages[k] << ' ' << count(set.neurons[k]);
  std::cerr << '\n';
}

int run(int argc, char** argv) {
  ng::CommandLine line(
      "ng-select", "STATS --out neurons.json [options]",
      "Scores every neuron and selects the most language-specific ones over all layers; a selected neuron belongs to "
      "every\n"
      "language in which its activity is above the bar. Counts per language and layer go to stdout as TSV.",
      "  ng-select run/stats.safetensors --out run/neurons.json\n"
      "  ng-select run/stats.safetensors --rate 0.05 --out run/neurons5.json --json > counts.json\n");
  line.positional("stats", "STATS: stats.safetensors of ng-record");
  line.add()("method", ng::po::value<std::string>()->default_value("lape"), "lape");
  line.add()("rate", ng::po::value<double>()->default_value(0.01), "share of all neurons that is selected");
  line.add()("bar-quantile", ng::po::value<double>()->default_value(0.95),
             "of all activities over languages and neurons: the bar");
  line.add()("out", ng::po::value<std::string>(), "the file that is written");
  line.add()("json", ng::po::bool_switch(), "counts as JSON instead of TSV");
  if (!line.parse(argc, argv)) return 0;

  const auto out = line.required_path("out");
  require_writable(out);
  const SelectionOptions options{line.get<double>("rate"), line.get<double>("bar-quantile")};
  const StatisticsFile file = read_statistics(line.text("stats"));
  const NeuronSet set = select_by(line.text("method"), file.statistics, options);
  Provenance provenance = program_provenance("ng-select");
  provenance["recording"] = file.provenance;
  write_neurons(out, set, options, provenance);
  const Table table = counts(set);
  std::cout << (line.flag("json") ? to_json(table) : to_tsv(table));
  if (!line.flag("quiet")) summarise(set);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return ng::guarded("ng-select", [&] { return run(argc, argv); });
}

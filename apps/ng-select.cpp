// ng-select: from activation statistics to the neurons of each language. (Tang et al. 2024, sections 2 and 3)
#include <iomanip>

#include "command_line.hpp"
#include "neuroglot/analysis/neuron_set.hpp"
#include "neuroglot/experiment/neuron_file.hpp"
#include "neuroglot/experiment/statistics_file.hpp"
#include "neuroglot/io/atomic_file.hpp"
#include "neuroglot/io/table.hpp"
#include "selection_options.hpp"

namespace {

using namespace neuroglot;

void add_options(ng::CommandLine& line) {
  line.positional("stats", "STATS: stats.safetensors of ng-record");
  ng::add_method_options(line);
  line.add()("rate", ng::po::value<double>()->default_value(0.01), "share of all neurons that is selected");
  line.add()("seed", ng::po::value<std::uint64_t>()->default_value(1), "random: of the generator");
  line.add()("like", ng::po::value<std::string>(),
             "random: neurons.json whose counts per language are matched; without it, what lape selects");
  line.add()("out", ng::po::value<std::string>(), "the file that is written");
  line.add()("json", ng::po::bool_switch(), "counts as JSON instead of TSV");
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
  std::cerr << set.unique() << " of " << set.layers * set.neurons_per_layer << " neurons";
  if (set.bar) std::cerr << ", bar " << std::setprecision(4) << *set.bar;
  std::cerr << ";";
  for (std::size_t k = 0; k < set.languages.size(); ++k)
    std::cerr << ' ' << set.languages[k] << ' ' << count(set.neurons[k]);
  std::cerr << '\n';
}

int run(int argc, char** argv) {
  ng::CommandLine line(
      "ng-select", "STATS --out neurons.json [options]",
      "Finds the neurons that are specific to each language by a method of choice. With those that score neurons, the "
      "most\n"
      "specific over all layers are selected, and each belongs to every language in which its activity is above the "
      "bar.\n"
      "Counts per language and layer go to stdout as TSV.",
      "  ng-select run/stats.safetensors --out run/neurons.json\n"
      "  ng-select run/stats.safetensors --rate 0.05 --out run/neurons5.json --json > counts.json\n"
      "  ng-select run/stats.safetensors --method random --like run/neurons.json --seed 7 --out run/random.json\n"
      "  ng-select run/stats.safetensors --method pv --base MODEL --tuned en=MODEL-en fr=MODEL-fr --out run/pv.json\n");
  add_options(line);
  if (!line.parse(argc, argv)) return 0;

  const auto out = line.required_path("out");
  require_writable(out);
  const StatisticsFile file = read_statistics(line.text("stats"));
  Provenance provenance = program_provenance("ng-select");
  provenance["recording"] = file.provenance;
  const NeuronSet set = ng::select_neurons(line, file.statistics, line.get<double>("rate"), provenance);
  write_neurons(out, set, provenance);
  const Table table = counts(set);
  std::cout << (line.flag("json") ? to_json(table) : to_tsv(table));
  if (!line.flag("quiet")) summarise(set);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return ng::guarded("ng-select", [&] { return run(argc, argv); });
}

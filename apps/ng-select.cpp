// ng-select: from activation statistics to the neurons of each language. (Tang et al. 2024, sections 2 and 3)
#include <iomanip>

#include "command_line.hpp"
#include "neuroglot/analysis/neuron_set.hpp"
#include "neuroglot/analysis/overlap.hpp"
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
  line.add()("without", ng::po::value<std::string>(),
             "neurons.json: leaves out what that has for any language, after selecting");
  line.add()("compare", ng::po::value<std::string>(),
             "neurons.json: what is printed is how many neurons of each language the two share");
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

/// A row a language, and one for the neurons of all languages counted once.
Table overlaps(const NeuronSet& set, const NeuronSet& other) {
  Table table({"language", "neurons", "other", "both", "jaccard"});
  const auto add = [&](const std::string& name, const Overlap& of) {
    table.add(name, of.first, of.second, of.both, of.jaccard());
  };
  for (std::size_t k = 0; k < set.languages.size(); ++k)
    add(set.languages[k], overlap(set.neurons[k], other.of(set.languages[k])));
  add("all", overlap(union_of(set), union_of(other)));
  return table;
}

void summarise(const NeuronSet& set) {
  std::cerr << set.unique() << " of " << set.layers * set.neurons_per_layer << " neurons";
  if (set.bar) std::cerr << ", bar " << std::setprecision(4) << *set.bar;
  std::cerr << ";";
  for (std::size_t k = 0; k < set.languages.size(); ++k)
    std::cerr << ' ' << set.languages[k] << ' ' << count(set.neurons[k]);
  for (const Parameter& parameter : set.parameters)
    if (const double* accuracy = std::get_if<double>(&parameter.value); parameter.name == "held_out_accuracy")
      std::cerr << "; accuracy on held-out samples " << std::setprecision(4) << *accuracy;
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
      "  ng-select run/stats.safetensors --method pv --base MODEL --tuned en=MODEL-en fr=MODEL-fr --out run/pv.json\n"
      "  ng-select run/stats.safetensors --method probe --samples run/samples.safetensors --compare run/neurons.json "
      "\\\n"
      "            --out run/probe.json\n");
  add_options(line);
  if (!line.parse(argc, argv)) return 0;

  const auto out = line.required_path("out");
  require_writable(out);
  const StatisticsFile file = read_statistics(line.text("stats"));
  Provenance provenance = program_provenance("ng-select");
  provenance["recording"] = file.provenance;
  NeuronSet set = ng::select_neurons(line, file.statistics, line.get<double>("rate"), provenance);
  const auto other = [&](const char* option) {
    NeuronFile read = read_neurons(line.text(option), set.layers, set.neurons_per_layer);
    provenance[option] = {{"file", line.text(option)}, {"provenance", read.provenance}};
    return read.set;
  };
  if (line.has("without")) set = without(std::move(set), other("without"));
  const Table table = line.has("compare") ? overlaps(set, other("compare")) : counts(set);
  write_neurons(out, set, provenance);
  std::cout << (line.flag("json") ? to_json(table) : to_tsv(table));
  if (!line.flag("quiet")) summarise(set);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return ng::guarded("ng-select", [&] { return run(argc, argv); });
}

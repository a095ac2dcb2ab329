// ng-select: from activation statistics to the neurons of each language. (Tang et al. 2024, sections 2 and 3)
#include <algorithm>
#include <iomanip>
#include <map>
#include <tuple>

#include "command_line.hpp"
#include "neuroglot/analysis/average_precision.hpp"
#include "neuroglot/analysis/difference_of_means.hpp"
#include "neuroglot/analysis/entropy_max.hpp"
#include "neuroglot/analysis/lap.hpp"
#include "neuroglot/analysis/lape.hpp"
#include "neuroglot/analysis/lave.hpp"
#include "neuroglot/analysis/parameter_variation.hpp"
#include "neuroglot/analysis/random_selection.hpp"
#include "neuroglot/analysis/select.hpp"
#include "neuroglot/experiment/neuron_file.hpp"
#include "neuroglot/experiment/rates_of_change.hpp"
#include "neuroglot/experiment/statistics_file.hpp"
#include "neuroglot/io/atomic_file.hpp"
#include "neuroglot/io/table.hpp"

// A policy of your own, with nothing in this file changed: compile it with -DNEUROGLOT_OWN_POLICY='"my_policy.hpp"', a
// header that defines `struct OwnPolicy`. (docs/metric.md)
#ifdef NEUROGLOT_OWN_POLICY
#include NEUROGLOT_OWN_POLICY
using OwnPolicies = std::tuple<OwnPolicy>;
#else
using OwnPolicies = std::tuple<>;
#endif

namespace {

using namespace neuroglot;

void add_options(ng::CommandLine& line) {
  line.positional("stats", "STATS: stats.safetensors of ng-record");
  line.add()("method", ng::po::value<std::string>()->default_value("lape"),
             "lape: entropy of activation probabilities; lap: probability above --threshold; lap-percentile: above the "
             "bar; lave, lave-absolute: entropy of mean activations, negative ones as 0 or by their size; pv, pv-high: "
             "entropy of how little or how much tuning on each language changes a neuron's weights (--base, --tuned); "
             "random: as many as --like; ap, ap-both: average precision, highest or both ends; diffmean: difference of "
             "means; entropy-max: entropy minus --lambda times the largest probability");
  line.add()("rate", ng::po::value<double>()->default_value(0.01), "share of all neurons that is selected");
  line.add()("bar-quantile", ng::po::value<double>()->default_value(0.95),
             "of all activities over languages and neurons: the bar");
  line.add()("threshold", ng::po::value<double>()->default_value(Lap{}.threshold), "lap: a probability");
  line.add()("lambda", ng::po::value<double>()->default_value(EntropyMax{}.lambda), "entropy-max: a weight");
  line.add()(
      "per-language", ng::po::value<Index>()->default_value(0),
      "ap, ap-both, diffmean: neurons of each language; 0: the rate's share, divided evenly among the languages");
  line.add()("seed", ng::po::value<std::uint64_t>()->default_value(1), "random: of the generator");
  line.add()("like", ng::po::value<std::string>(),
             "random: neurons.json whose counts per language are matched; without it, what lape selects");
  line.add()("base", ng::po::value<std::string>(), "pv, pv-high: the MODEL before tuning");
  line.add()("tuned", ng::po::value<std::vector<std::string>>()->multitoken(),
             "pv, pv-high: LANG=MODEL for each language of STATS, tuned on that language alone");
  line.add()("out", ng::po::value<std::string>(), "the file that is written");
  line.add()("json", ng::po::bool_switch(), "counts as JSON instead of TSV");
}

/// The folders of --tuned in the order of the languages. Throws UsageError where one is missing, unknown or given
/// twice.
std::vector<std::filesystem::path> tuned_folders(const ng::CommandLine& line,
                                                 const std::vector<std::string>& languages) {
  if (!line.has("base") || !line.has("tuned"))
    throw usage_error("--method ", line.text("method"), ": --base MODEL and --tuned LANG=MODEL ... are needed");
  std::map<std::string, std::filesystem::path> folders;
  for (const std::string& argument : line.get<std::vector<std::string>>("tuned")) {
    const std::size_t equals = argument.find('=');
    const std::string language = argument.substr(0, equals);
    if (equals == std::string::npos || std::find(languages.begin(), languages.end(), language) == languages.end())
      throw usage_error("--tuned ", argument, ": is not LANG=MODEL with a language of the statistics");
    if (!folders.emplace(language, model_folder(argument.substr(equals + 1))).second)
      throw usage_error("--tuned ", argument, ": ", language, " is given twice");
  }
  std::vector<std::filesystem::path> ordered;
  for (const std::string& language : languages) {
    if (!folders.contains(language)) throw usage_error("--tuned ", language, "=MODEL is missing");
    ordered.push_back(folders[language]);
  }
  return ordered;
}

/// What the pv methods compare; nothing is read for the others.
LanguagesByLayersByNeurons rates_of_change(const ng::CommandLine& line, const std::vector<std::string>& languages,
                                           Provenance& provenance) {
  if (line.text("method") != ParameterVariation::name && line.text("method") != ParameterVariationHigh::name) return {};
  const auto source = [](const std::filesystem::path& folder) -> Provenance {
    return {{"folder", std::filesystem::weakly_canonical(folder).string()}, {"weights", Checkpoint(folder).hash()}};
  };
  const std::vector<std::filesystem::path> tuned = tuned_folders(line, languages);
  const std::filesystem::path base = model_folder(line.text("base"));
  LanguagesByLayersByNeurons rates = read_rates_of_change(base, tuned);
  provenance["base"] = source(base);
  for (std::size_t k = 0; k < tuned.size(); ++k) provenance["tuned"][languages[k]] = source(tuned[k]);
  return rates;
}

RandomSelection random_selection(const ng::CommandLine& line, const ActivationStatistics& statistics,
                                 Provenance& provenance) {
  RandomSelection random{line.get<std::uint64_t>("seed"), {}};
  if (line.text("method") != RandomSelection::name || !line.has("like")) return random;
  const NeuronFile like = read_neurons(line.text("like"), statistics.layers(), statistics.neurons());
  random.like = like.set;
  provenance["like"] = {{"file", line.text("like")}, {"provenance", like.provenance}};
  return random;
}

/// The table of methods: a policy a name.
NeuronSet select_neurons(const ng::CommandLine& line, const ActivationStatistics& statistics, Provenance& provenance) {
  const std::string method = line.text("method");
  const SelectionOptions options{line.get<double>("rate"), line.get<double>("bar-quantile"),
                                 line.get<Index>("per-language")};
  const LanguagesByLayersByNeurons rates = rates_of_change(line, statistics.languages, provenance);
  const RandomSelection random = random_selection(line, statistics, provenance);
  const auto select = [&](const auto&... own) {
    return select_by(method, statistics, options, Lape{}, Lap{line.get<double>("threshold")}, LapPercentile{}, Lave{},
                     LaveAbsolute{}, ParameterVariation{rates}, ParameterVariationHigh{rates}, random,
                     AveragePrecision{}, AveragePrecisionBothEnds{}, DifferenceOfMeans{},
                     EntropyMax{line.get<double>("lambda")}, own...);
  };
  return std::apply(select, OwnPolicies{});
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
  const NeuronSet set = select_neurons(line, file.statistics, provenance);
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

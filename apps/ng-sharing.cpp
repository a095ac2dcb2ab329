// ng-sharing: which languages predict the same facts, as a matrix, as clusters and as a dendrogram. (Zhao et al. 2024,
// Fig. 13)
#include "command_line.hpp"
#include "neuroglot/experiment/facts/hit_match.hpp"
#include "neuroglot/experiment/facts/sharing_file.hpp"
#include "neuroglot/io/atomic_file.hpp"

namespace {

using namespace neuroglot;

void add_options(ng::CommandLine& line) {
  using ng::po::value;
  line.positional("hits", "HITS: hits.jsonl of ng-probe");
  line.add()("match", value<std::string>()->default_value("full"), "what counts as a hit: full, partial, exact");
  line.add()("similarity", value<std::string>()->default_value("jaccard"),
             "of the hits of two languages: jaccard, dice, overlap");
  line.add()("order", value<std::vector<std::string>>()->multitoken(),
             "LANG ...: the heat map's languages (default: the paper's fourteen, those that are there)");
  line.add()("like", value<std::string>(), "LANG: all languages are sorted by similarity to this one (default: en)");
  line.add()("clusters", value<Index>()->default_value(0),
             "how many; 0: as many as the mean silhouette is highest for");
  line.add()("max-clusters", value<Index>()->default_value(10), "of which that is chosen, from 2");
  line.add()("samples", value<Index>()->default_value(1000), "of the bootstrap over facts; 0: no intervals");
  line.add()("seed", value<std::uint64_t>()->default_value(1), "of the bootstrap");
  line.add()("threads", value<int>()->default_value(0),
             "threads to use; 0: as many as there are processors. No result depends on it");
  line.add()("out", value<std::string>(), "the file that is written: sharing.json");
  line.add()("json", ng::po::bool_switch(), "the table on stdout as JSON instead of TSV");
}

std::size_t not_negative(const ng::CommandLine& line, const std::string& option) {
  const auto given = line.get<Index>(option);
  if (given < 0) throw usage_error("--", option, " ", given, ": is below 0");
  return static_cast<std::size_t>(given);
}

GroupOptions group_options(const ng::CommandLine& line) {
  GroupOptions options;
  options.order = line.words("order");
  if (line.has("like")) options.like = line.text("like");
  options.clusters = not_negative(line, "clusters");
  options.most_clusters = not_negative(line, "max-clusters");
  return options;
}

FactSharing measure(const ng::CommandLine& line, const HitSets& sets, const BootstrapOptions& bootstrap,
                    Threads& threads) {
  FactSharing sharing;
  with_set_similarity(
      line.text("similarity"), [&](const auto& policy) { sharing = measure_sharing(sets, bootstrap, threads, policy); },
      Jaccard{}, Dice{}, OverlapCoefficient{});
  return sharing;
}

Provenance provenance_of(const ng::CommandLine& line, const Hits& hits) {
  Provenance provenance = program_provenance("ng-sharing");
  provenance["hits"] = file_provenance(line.text("hits"), hits.provenance);
  provenance["match"] = line.text("match");
  provenance["similarity"] = line.text("similarity");
  return provenance;
}

/// Languages that can not share anything.
void remark(const FactSharing& sharing) {
  for (std::size_t i = 0; i < sharing.languages.size(); ++i)
    if (sharing.hits[i] == 0)
      std::cerr << sharing.languages[i] << ": none of its " << sharing.present[i]
                << " facts is a hit: its similarity to every other language is 0\n";
  if (sharing.pairs.empty()) std::cerr << "one language alone: there is no pair\n";
}

int run(int argc, char** argv) {
  ng::CommandLine line(
      "ng-sharing", "HITS --out sharing.json [options]",
      "Compares the sets of facts that a model predicts in two languages, over the facts that both have: the "
      "similarity\n"
      "of each pair with a 95% interval, their mean, clusters of languages by k-medoids, and a dendrogram by average\n"
      "linkage. All of it goes to OUT, a row a pair to stdout.",
      "  ng-sharing run/hits.jsonl --out run/sharing.json > run/sharing.tsv\n"
      "  ng-sharing run/hits.jsonl --match partial --order en de fr ja --clusters 5 --out run/sharing.json\n");
  add_options(line);
  if (!line.parse(argc, argv)) return 0;

  const auto out = line.required_path("out");
  require_writable(out);
  const Match match = match_named(line.text("match"));
  const GroupOptions options = group_options(line);
  BootstrapOptions bootstrap;
  bootstrap.samples = not_negative(line, "samples");
  bootstrap.seed = line.get<std::uint64_t>("seed");
  if (line.get<int>("threads") < 0) throw usage_error("--threads ", line.get<int>("threads"), ": is below 0");
  Threads threads(line.get<int>("threads"));
  const Hits hits = read_hits(line.text("hits"));
  const FactSharing sharing = measure(line, hit_sets(hits, match), bootstrap, threads);
  const LanguageGroups groups = group_languages(sharing.similarities(), sharing.languages, options);
  const Provenance file = sharing_json(sharing, groups, {line.text("match"), line.text("similarity")}, bootstrap,
                                       provenance_of(line, hits));
  write_file(out, file.dump(1) + "\n");
  if (!line.flag("quiet")) remark(sharing);
  const Table table = sharing_table(sharing);
  std::cout << (line.flag("json") ? to_json(table) : to_tsv(table));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return ng::guarded("ng-sharing", [&] { return run(argc, argv); });
}

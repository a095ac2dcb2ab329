// ng-factors: does P@1 go with how much text of a language there is, and with how many objects are one token? (Zhao et
// al. 2024, Fig. 12)
#include <algorithm>

#include "command_line.hpp"
#include "neuroglot/experiment/facts/factors_file.hpp"
#include "neuroglot/experiment/facts/read_language_numbers.hpp"
#include "neuroglot/io/atomic_file.hpp"

namespace {

using namespace neuroglot;
using Names = std::vector<std::string>;

void add_options(ng::CommandLine& line) {
  using ng::po::value;
  line.positional("p1", "P1: hits.jsonl of ng-probe, or a table of P@1, a row a language (TSV, CSV, or JSON)");
  line.add()("match", value<Names>()->multitoken(),
             "of hits.jsonl, which matches count as hits, each a P@1: full (default), partial, exact");
  line.add()("column", value<Names>()->multitoken(), "of a table, the columns that are a P@1 (default: its only one)");
  line.add()("sizes", value<Names>()->multitoken(),
             "[NAME=]FILE ...: sizes of the languages' corpora; a JSON object, lines of a language and a number in "
             "either order, or a TSV or CSV with a head");
  line.add()("out", value<std::string>(), "the file that is written: factors.json");
  line.add()("table", value<std::string>(),
             "on stdout: correlations (default with --sizes), a row a P@1 and size; one-token (default without), a row "
             "a language");
  line.add()("json", ng::po::bool_switch(), "the table on stdout as JSON instead of TSV");
}

/// A file of hits opens with its provenance.
bool is_hits(const std::filesystem::path& path) {
  LineReader lines(path);
  std::string first;
  return lines.next(first) && first.starts_with("{\"provenance\"");
}

std::vector<LanguageNumbers> columns_named(std::vector<LanguageNumbers> all, const Names& wanted,
                                           const std::string& file) {
  if (wanted.empty() && all.size() == 1) return all;
  std::string there;
  for (const LanguageNumbers& column : all) there += (there.empty() ? "" : ", ") + column.name;
  if (wanted.empty()) throw usage_error(file, ": has several columns of numbers: --column takes of ", there);
  std::vector<LanguageNumbers> chosen;
  for (const std::string& name : wanted) {
    const auto found = std::ranges::find(all, name, &LanguageNumbers::name);
    if (found == all.end()) throw usage_error("--column ", name, ": ", file, " has ", there);
    if (std::ranges::count(wanted, name) > 1) throw usage_error("--column ", name, " is given twice");
    chosen.push_back(*found);
  }
  return chosen;
}

void read_p1_of_hits(const ng::CommandLine& line, FactorsResult& found, Provenance& provenance) {
  if (line.has("column")) throw usage_error("--column: is of a table; of hits.jsonl --match says what a hit is");
  Names matches = line.words("match");
  if (matches.empty()) matches.emplace_back(name(Match::full));
  const Hits hits = read_hits(line.text("p1"));
  for (const std::string& match : matches) {
    if (std::ranges::count(matches, match) > 1) throw usage_error("--match ", match, " is given twice");
    found.p1.push_back(p1_of(hits, match_named(match), line.text("p1")));
    found.one_token.emplace_back(match, one_token(hits, match_named(match)));
  }
  provenance["hits"] = file_provenance(line.text("p1"), hits.provenance);
}

void read_p1(const ng::CommandLine& line, FactorsResult& found, Provenance& provenance) {
  if (is_hits(line.text("p1"))) return read_p1_of_hits(line, found, provenance);
  if (line.has("match")) throw usage_error("--match: is of hits.jsonl; of a table --column says which P@1");
  found.p1 = columns_named(read_language_numbers(line.text("p1")), line.words("column"), line.text("p1"));
  provenance["p1"] = file_provenance(line.text("p1"));
}

void read_sizes(const ng::CommandLine& line, FactorsResult& found, Provenance& provenance) {
  provenance["sizes"] = Provenance::array();
  for (const std::string& argument : line.words("sizes")) {
    const std::size_t equals = argument.find('=');
    const std::string file = equals == std::string::npos ? argument : argument.substr(equals + 1);
    std::vector<LanguageNumbers> columns = read_language_numbers(file);
    for (LanguageNumbers& column : columns) {
      if (equals != std::string::npos)
        column.name = columns.size() == 1 ? argument.substr(0, equals) : argument.substr(0, equals) + " " + column.name;
      if (std::ranges::find(found.sizes, column.name, &LanguageNumbers::name) != found.sizes.end())
        throw usage_error("--sizes ", argument, ": there is a size called ", column.name, ": NAME=FILE names it");
      found.sizes.push_back(std::move(column));
    }
    provenance["sizes"].push_back(file_provenance(file));
  }
}

/// Who is left out, and where nothing can be said.
void remark(const FactorsResult& found) {
  for (const Factor& of : found.factors) {
    const auto say = [&](const Names& languages, const char* what) {
      if (!languages.empty())
        std::cerr << of.p1 << " and " << of.size << ": left out, without " << what << ": " << detail::joined(languages)
                  << '\n';
    };
    say(of.points.without_size, "a size");
    say(of.points.without_p1, "P@1");
    if (!of.pearson.r)
      std::cerr << of.p1 << " and " << of.size << ": no correlation of " << of.pearson.n
                << " languages (fewer than two, or all alike)\n";
  }
}

Table table_of(const FactorsResult& found, const std::string& wanted) {
  if (wanted == "one-token" && found.one_token.empty())
    throw usage_error("--table one-token: is of hits.jsonl, a table of P@1 does not know its objects");
  return wanted == "one-token" ? one_token_table(found) : factors_table(found.factors);
}

int run(int argc, char** argv) {
  ng::CommandLine line(
      "ng-factors", "P1 [--sizes [NAME=]FILE ...] --out factors.json [options]",
      "Pearson's r (with 95% interval and p-value) and Spearman's between the P@1 of languages and the sizes of their\n"
      "corpora. A language that lacks one of the two is named and left out. From hits.jsonl also the P@1 of objects\n"
      "that are one token, and their number. All of it goes to OUT, a table to stdout.",
      "  ng-factors run/hits.jsonl --sizes pages=title_cnts.txt abstracts=wiki_abstract_sizes.txt --out "
      "run/factors.json\n"
      "  ng-factors p1.csv --column mbert_full xlmr_full --sizes sizes.tsv --out run/factors.json > run/factors.tsv\n"
      "  ng-factors run/hits.jsonl --match full partial --out run/factors.json > run/one_token.tsv\n");
  add_options(line);
  if (!line.parse(argc, argv)) return 0;

  const auto out = line.required_path("out");
  require_writable(out);
  const std::string shown = line.has("table") ? line.text("table") : line.has("sizes") ? "correlations" : "one-token";
  if (shown != "correlations" && shown != "one-token")
    throw usage_error("--table ", shown, ": correlations and one-token are known");
  Provenance provenance = program_provenance("ng-factors");
  FactorsResult found;
  read_sizes(line, found, provenance);
  read_p1(line, found, provenance);
  found.factors = measure_factors(found.p1, found.sizes);
  const Table table = table_of(found, shown);
  write_file(out, factors_json(found, provenance).dump(1) + "\n");
  if (!line.flag("quiet")) remark(found);
  std::cout << (line.flag("json") ? to_json(table) : to_tsv(table));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return ng::guarded("ng-factors", [&] { return run(argc, argv); });
}

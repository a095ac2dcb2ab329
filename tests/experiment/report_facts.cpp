// The parts of a report on facts: which are predicted, what P@1 goes with, which languages share them.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "../io/scratch.hpp"
#include "neuroglot/experiment/facts/factors_file.hpp"
#include "neuroglot/experiment/facts/probe_file.hpp"
#include "neuroglot/experiment/facts/sharing_file.hpp"
#include "neuroglot/experiment/report.hpp"

namespace {

using namespace neuroglot;
using Catch::Contains;
using nlohmann::json;

const std::vector<std::string> tongues = {"en", "fr", "ja", "af"};

/// Fact i of language l: one relation of twelve facts; English predicts 9, French 6, Japanese 3, Afrikaans 6; Japanese
/// misses one more in full, which partial match accepts for a word behind it.
Hit hit_of(std::size_t l, std::size_t i) {
  const std::size_t known = l == 0 ? 9 : l == 2 ? 3 : 6;
  const bool full = i < known, partial = full || (l == 2 && i == 3);
  return {"u" + std::to_string(i),
          "P36",
          "Q" + std::to_string(i),
          1 + static_cast<Index>(i % 2),
          full,
          partial,
          full,
          partial ? 1 : 0,
          "\u6771\u4eac, Japan",
          full ? 1 : 2};
}

QuerySet asked() {
  QuerySet set;
  for (const std::string& language : tongues) {
    RelationQueries relation{"P36", language + "/P36.jsonl", {}};
    for (std::size_t i = 0; i < 12; ++i)
      relation.queries.push_back({"The capital of [X] is [Y] .", {"u", "S", "Q", "Japan", "\u6771\u4eac", i + 1}, {}});
    set.languages.push_back({language, {relation}});
  }
  return set;
}

ProbeResults answered() {
  ProbeResults results;
  for (std::size_t l = 0; l < tongues.size(); ++l) {
    RelationResult relation;
    relation.relation = "P36";
    for (std::size_t i = 0; i < 12; ++i) {
      ProbedFact fact{i, hit_of(l, i), true, {}, {}};
      if (fact.hit.partial && !fact.hit.full) fact.pattern = PartialPattern::related_noun;
      relation.facts.push_back(fact);
    }
    results.push_back({tongues[l], {relation}});
  }
  return results;
}

json probe(const std::string& model = "/models/Tiny-1M") {
  std::vector<Measure> measures(match_measures.begin(), match_measures.end());
  measures.push_back(ranked_measure);
  const Consistency alike{tongues, std::vector(4, std::vector<double>(4, 0.5)),
                          std::vector(4, std::vector<Index>(4, 12))};
  return json::parse(probe_json(summarise(answered(), measures), asked(), answered(), alike,
                                {{"program", "ng-probe"}, {"model", {{"folder", model}}}})
                         .dump());
}

Hits hits() {
  Hits all;
  for (std::size_t l = 0; l < tongues.size(); ++l) {
    all.languages.push_back({tongues[l], {}});
    for (std::size_t i = 0; i < 12; ++i) all.languages.back().hits.push_back(hit_of(l, i));
  }
  return all;
}

json factors(double largest = 1e6) {
  FactorsResult found;
  found.p1 = {p1_of(hits(), Match::full, "hits.jsonl")};
  found.sizes = {{"pages", "pages.tsv", {{"en", largest}, {"fr", 4e4}, {"ja", 2e4}, {"af", 3e4}, {"xx", 5}}},
                 {"bytes", "bytes.tsv", {{"en", 40}, {"fr", 30}, {"ja", 20}}}};
  found.factors = measure_factors(found.p1, found.sizes);
  found.one_token = {{"full", one_token(hits(), Match::full)}};
  return json::parse(factors_json(found, {{"program", "ng-factors"}}).dump());
}

json sharing() {
  Threads threads(1);
  const BootstrapOptions bootstrap{50};
  const FactSharing found = measure_sharing<Jaccard>(hit_sets(hits(), Match::full), bootstrap, threads);
  const LanguageGroups groups = group_languages(found.similarities(), found.languages, {{"en", "ja"}, "", 2});
  return json::parse(sharing_json(found, groups, {"full", "jaccard"}, bootstrap, {{"program", "ng-sharing"}}).dump());
}

std::string report_of(const Scratch& run) {
  report::write_report(run.path("").parent_path(), run.path("report.html"));
  return read_back(run.path("report.html"));
}

}  // namespace

TEST_CASE("probe.json is read with its languages by P@1") {
  const Scratch run;
  const report::ProbeSection found = report::read_probe(run.write("probe.json", probe().dump()));
  CHECK(found.label == "Tiny-1M");
  CHECK(found.measures == std::vector<std::string>{"full", "partial", "exact", "ranked"});
  CHECK(found.languages[0].language == "en");
  CHECK(found.languages[1].language == "fr");  // before af, which is as good, as it came first
  CHECK(found.languages[3].language == "ja");
  CHECK(found.languages[3].p1[1].value == 4.0 / 12);
  CHECK(found.pooled[0].value == 0.5);
  CHECK(found.macro[0].value == 0.5);
  CHECK(found.facts == 48);
  CHECK(found.languages[3].patterns == std::vector<Index>{0, 0, 1, 0, 0});
}

TEST_CASE("a report tells each mean by its own name and shows what partial match adds") {
  const Scratch run;
  run.write("probe.json", probe().dump());
  const std::string page = report_of(run);
  CHECK_THAT(page, Contains("Facts in many languages: Tiny-1M") && Contains("Zhao et al."));
  CHECK_THAT(page, Contains("<b>pooled</b> over all facts of all languages (what the paper&#39;s") ||
                       Contains("<b>pooled</b> over all facts of all languages (what the paper's"));
  CHECK_THAT(page, Contains("<b>true macro</b>") && Contains("mean over relations"));
  CHECK_THAT(page, Contains("<td>75.00<small>[46.8,&nbsp;91.1]</small></td>"));  // English: Wilson's of 9 of 12
  CHECK_THAT(page, Contains("exact is not drawn: it equals another in every language."));
  CHECK_THAT(page, Contains("The capital of Japan is [Y] .") && Contains("\u6771\u4eac, Japan"));
  CHECK_THAT(page, Contains("RankC"));
  CHECK(page.find("is not in the run folder") == std::string::npos);
  CHECK(page.find("tokens recorded") == std::string::npos);
  const std::string table = read_back(run.path("tables/probe.tsv"));
  CHECK_THAT(table, Contains("\nTiny-1M\ten\t12\tfull\t0.75\t") && Contains("\nTiny-1M\tmacro\t48\tranked\t0.5\t"));
  CHECK_THAT(read_back(run.path("tables/partial_patterns.tsv")), Contains("\nTiny-1M\tja\trelated noun\t1\t12\n"));
}

TEST_CASE("the probes of several models stand beside each other, told apart where they are of one model") {
  const Scratch run;
  run.write("probe.json", probe().dump());
  run.write("probe_other.json", probe("/models/Big-2B").dump());
  run.write("probe_third.json", probe("/models/Big-2B").dump());
  const std::string folder = run.path("").parent_path().string();
  const std::vector<report::ProbeSection> found = report::read_probes(folder);
  REQUIRE(found.size() == 3);
  CHECK(found[0].label == "Tiny-1M");
  CHECK(found[1].label == "Big-2B (probe_other)");
  CHECK(found[2].label == "Big-2B (probe_third)");
  CHECK_THAT(svg_file(report::probe_distribution_figure(found)), Contains("Tiny-1M") && Contains("Big-2B (probe_othe"));
  CHECK_THAT(report_of(run), Contains("<h3>Big-2B (probe_third)</h3>"));
  CHECK(std::filesystem::exists(run.path("figures/partial_patterns_3.svg")));
}

TEST_CASE("points of a figure are shown in the page too, their shapes named after it") {
  const Scratch run;
  run.write("probe.json", probe().dump());
  const std::string page = report_of(run);
  CHECK_THAT(page, Contains("id='probe_languages_gpPt") && Contains("href='#probe_languages_gpPt"));
  CHECK(page.find("href='#gpPt") == std::string::npos);
  CHECK(page.find("id='gpPt") == std::string::npos);
}

TEST_CASE("points that would lie over each other are set beside each other") {
  CHECK(report::detail::swarm_shifts(std::vector<double>{1, 1, 1, 9}, 0.5, 0.1) ==
        std::vector<double>{0, 0.1, -0.1, 0});
}

TEST_CASE("factors.json gives a panel a size with its coefficient, and the objects of one token") {
  const Scratch run;
  const report::FactorsSection found = report::read_factors(run.write("factors.json", factors().dump()));
  REQUIRE(found.panels.size() == 2);
  CHECK(found.panels[0].languages == std::vector<std::string>{"af", "en", "fr", "ja"});  // as the file has them
  CHECK(found.panels[0].left_out == std::vector<std::string>{"xx"});
  CHECK(*found.panels[0].pearson.r == *correlate<Pearson>(found.panels[0].sizes, found.panels[0].p1s).r);
  CHECK(found.one_token[0].entities == 6);
  CHECK_THAT(report::factors_caption(found), Contains("Left out for want of a size or a P@1: xx."));
  const std::string page = report_of(run);
  CHECK_THAT(page,
             Contains("Objects of one token") && Contains("one-token entities") && Contains("What P@1 goes with"));
  CHECK_THAT(read_back(run.path("tables/factors.tsv")), Contains("\nfull\tpages\ten\t1e+06\t75\n"));
  CHECK_THAT(read_back(run.path("tables/one_token.tsv")), Contains("\nfull\tja\t25\t"));
}

TEST_CASE("sizes that span more than a factor of 20 are drawn on a logarithmic axis") {
  const Scratch run;
  const auto panel = [&](double largest) {
    const report::FactorsSection found = report::read_factors(run.write("factors.json", factors(largest).dump()));
    return report::detail::scatter_panels(found)[0];
  };
  CHECK(panel(1e6).is_logarithmic);
  CHECK_FALSE(panel(1e5).is_logarithmic);
  CHECK(panel(1e6).title != panel(1e5).title);  // r is that of the sizes as they are
}

TEST_CASE("names in a scatter plot meet neither each other nor a point") {
  report::ScatterPanel panel{"", "", "", {}, {}, {}, 0, 0, false};
  for (int i = 0; i < 60; ++i) {
    panel.names.push_back("l" + std::to_string(i));
    panel.x.push_back(i % 8);
    panel.y.push_back(i % 7 + 0.1 * (i % 3));
  }
  const report::detail::ScatterAxes at = report::detail::scatter_axes(panel, 60, 30, 320, 240);
  const auto placed = report::detail::placed_names(panel, at);
  CHECK(placed.size() > 10);
  CHECK(placed.size() < 60);
  for (std::size_t a = 0; a < placed.size(); ++a)
    for (std::size_t b = 0; b < a; ++b) {
      const auto &one = placed[a].second, &other = placed[b].second;
      const bool beside = one.x + one.width <= other.x || other.x + other.width <= one.x;
      CHECK((beside || std::abs(one.y - other.y) >= 13));
    }
}

TEST_CASE("sharing.json gives heat maps in three orders, framed clusters and a dendrogram") {
  const Scratch run;
  const report::SharingSection found = report::read_sharing(run.write("sharing.json", sharing().dump()));
  CHECK(found.order == std::vector<std::size_t>{0, 2});
  CHECK(*found.similarity[0][1] == 6.0 / 9);
  CHECK_FALSE(found.similarity[1][1].has_value());
  CHECK(found.clusters.size() == 2);
  CHECK(found.merges.size() == 3);
  CHECK_THAT(report::sharing_caption(found), Contains("2 chosen languages") &&
                                                 Contains("Most alike: French and Afrikaans (1.00)") &&
                                                 Contains("least: English and Japanese (0.33)"));
  const std::string page = report_of(run);
  CHECK_THAT(page, Contains("k-medoids, 2 clusters") && Contains("Dendrogram of the languages"));
  for (const char* name : {"sharing", "sharing_by_similarity", "sharing_clusters", "sharing_dendrogram"})
    CHECK(std::filesystem::exists(run.path(std::string("figures/") + name + ".png")));
  CHECK_THAT(read_back(run.path("tables/sharing.tsv")), Contains("\nfr\taf\t1\n"));
}

TEST_CASE("one language alone is reported without pairs, clusters or a dendrogram") {
  json one = sharing();
  one["languages"] = one["order"] = one["by_similarity"] = {"en"};
  one["present"] = one["hits"] = {12};
  one["pairs"] = json::array();
  one["clusters"] = one["dendrogram"] = one["mean"]["similarity"] = one["mean"]["interval"] = nullptr;
  const Scratch run;
  run.write("sharing.json", one.dump());
  CHECK_THAT(report_of(run), Contains("Facts that languages share") && !Contains("<svg"));
}

TEST_CASE("bad files of facts are reported with file and field") {
  struct Case {
    const char* file;
    json content;
    const char* pointer;
    json value;
    const char* message;
  };
  const Scratch run;
  const std::string folder = run.path("").parent_path().string();
  for (const Case& bad :
       {Case{"probe.json", probe(), "/languages/0/full/p1", 1.5, "languages[0]: full: p1: is 1.5, not a share"},
        Case{"probe.json", probe(), "/languages/1/partial/interval", {0.1}, "interval: holds 1 elements, not 2"},
        Case{"probe.json", probe(), "/measures", json::array(), "measures: is [], not an array of names"},
        Case{"probe.json", probe(), "/overall/ranked", nullptr, "the field \"ranked\" is missing"},
        Case{"probe.json", probe(), "/languages", json::array(), "not an array with a language that has facts"},
        Case{"factors.json", factors(), "/correlations/0/size", "words", "\"words\" is not among them"},
        Case{"factors.json", factors(), "/p1/0/values/en", "many", "values: en: is \"many\", not a finite number"},
        Case{"sharing.json", sharing(), "/pairs/0/first", "tlh", "first: is \"tlh\", not one of the languages"},
        Case{"sharing.json", sharing(), "/dendrogram/merges/0/0", 7, "is 7, not a language or an earlier merge"},
        Case{"sharing.json", sharing(), "/hits", {1}, "hits: holds 1 elements, not 4, one for each language"}}) {
    json content = bad.content;
    content[json::json_pointer(bad.pointer)] = bad.value;
    const std::filesystem::path file = run.write(bad.file, content.dump());
    CHECK_THROWS_WITH(report::read_run(folder), Contains(bad.file) && Contains(bad.message));
    std::filesystem::remove(file);
  }
  CHECK_THROWS_WITH(report::read_run(folder), Contains("probe.json (ng-probe)"));
}

TEST_CASE("a fact that many languages predict is drawn for some of them, from the first to the last") {
  report::FactNeuronsSection section;
  for (int i = 0; i < 18; ++i) section.activity.push_back({"l" + std::to_string(i), "", "", {{1.0}}});
  std::vector<std::string> drawn;
  for (const report::FactActivityPanel* panel : report::detail::pictured_activity(section))
    drawn.push_back(panel->language);
  CHECK(drawn == std::vector<std::string>{"l0", "l3", "l6", "l10", "l13", "l17"});
}

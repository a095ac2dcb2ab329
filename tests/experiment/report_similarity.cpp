// The part of a report on the similarity of languages.
#include "neuroglot/experiment/report_similarity.hpp"

#include <catch2/catch.hpp>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "../io/scratch.hpp"
#include "neuroglot/experiment/report.hpp"
#include "neuroglot/experiment/similarity_file.hpp"

namespace {

using namespace neuroglot;
using Catch::Contains;
using nlohmann::json;

/// Three languages and two blocks: most alike after block 0, where French and Spanish lead; English dominates.
LanguageSimilarity measured(const std::vector<std::string>& languages = {"en", "fr", "es"}) {
  LanguageSimilarity made{languages, 12, {}};
  for (const double s : {0.25, 0.75, 0.5}) {
    LayerSimilarity at;
    at.layer = static_cast<Index>(made.layers.size()) - 1;
    at.ses = {{1, s, s}, {s, 1, s + 0.125}, {s, s + 0.125, 1}};
    at.aligned = {{1, 0.9, 0.8}, {0.7, 1, s}, {0.6, 0.5, 1}};
    at.map = {{{2, 0}, {-1, 1}, {-1, -1}}, 0.75};
    made.layers.push_back(at);
  }
  return made;
}

const NeuronsOfBlocks two_blocks = std::vector<Index>{2, 4};

json file(const LanguageSimilarity& similarity, const NeuronsOfBlocks& neurons) {
  return json::parse(similarity_json(similarity, neurons, "blocks.*.hook_resid_post", "mean", {{"seed", 1}}).dump());
}

report::Similarity read(const Scratch& run, const json& content) {
  return report::read_similarity(run.write("similarity.json", content.dump()));
}

}  // namespace

TEST_CASE("similarity.json is read as it was written") {
  const Scratch run;
  const report::Similarity found = read(run, file(measured(), two_blocks));
  CHECK(found.measured.languages == std::vector<std::string>{"en", "fr", "es"});
  CHECK(found.measured.sentences == 12);
  CHECK(found.measured.layers[1].ses == measured().layers[1].ses);
  CHECK(found.measured.layers[2].aligned == measured().layers[2].aligned);
  CHECK(found.measured.layers[0].map.points == measured().layers[0].map.points);
  CHECK(found.neurons == std::vector<Index>{2, 4});
  CHECK(found.pooling == "mean");
}

TEST_CASE("the table has a row a layer, neurons where they are known, and the dominance of each language") {
  const std::string table = to_tsv(similarity_table(measured(), two_blocks));
  CHECK_THAT(table, Catch::StartsWith("layer\tses\tneurons\tdominance:en\tdominance:fr\tdominance:es\n-1\t"));
  CHECK_THAT(table, Contains("\n1\t0.54") && Contains("\t4\t0.85"));
  CHECK_THAT(to_tsv(similarity_table(measured(), {})), Catch::StartsWith("layer\tses\tdominance:en"));
}

TEST_CASE("captions say where languages are alike, which pair, how neurons go with it, and who dominates") {
  const Scratch run;
  const report::Similarity found = read(run, file(measured(), two_blocks));
  CHECK_THAT(report::similarity_caption(found),
             Contains("12 sentences") && Contains("0.292 at the input of layer 0") &&
                 Contains("lowest at layer 1 (0.542)") &&
                 Contains("highest at layer 0 (0.792), there most of all of French and Spanish (0.875).") &&
                 Contains("correlate by \u22121.00"));
  CHECK_THAT(report::dominance_caption(found), Contains("English has the highest score in 3 of 3 layers"));
  CHECK_THAT(report::language_map_caption(found), Contains("75%"));
}

TEST_CASE("a report has three figures of similarity, and takes the neurons of the run") {
  const Scratch run;
  run.write("similarity.json", file(measured(), {}).dump());
  const std::string folder = run.path("").parent_path().string();
  CHECK(report::write_report(folder, run.path("report.html")).size() == 8);
  CHECK_THAT(read_back(run.path("report.html")), Contains("SES") && !Contains("language-specific neurons</text>"));
  CHECK_THAT(read_back(run.path("tables/similarity.tsv")), Contains("\n0\tfr\tes\t0.875\t0.75\n"));
  json neurons = {{"languages", {{"en", {{"0", {1, 2}}}}, {"fr", {{"1", {3}}}}}},
                  {"method", "lape"},
                  {"layers", 2},
                  {"neurons_per_layer", 10}};
  run.write("neurons.json", neurons.dump());
  CHECK(report::read_run(folder).similarity->neurons == std::vector<Index>{2, 1});
  neurons["layers"] = 3;
  run.write("neurons.json", neurons.dump());
  CHECK_THROWS_WITH(report::read_run(folder), Contains("similarity.json of 2: the files are not from one run"));
}

TEST_CASE("more languages than colours are drawn as a heat map and the nine most dominant targets") {
  LanguageSimilarity many{{}, 3, {}};
  LayerSimilarity at;
  for (std::size_t k = 0; k < 11; ++k) {
    many.languages.push_back("l" + std::to_string(k));
    at.ses.emplace_back(11, 0.5);
    at.aligned.emplace_back(11, 0.01 * static_cast<double>(k));
    at.map.points.push_back({static_cast<double>(k), 0});
  }
  for (at.layer = -1; at.layer < 3; ++at.layer) many.layers.push_back(at);
  const Scratch run;
  const report::Similarity found = read(run, file(many, {}));
  CHECK_THAT(svg_file(report::dominance_figure(found)),
             Contains("<text>l10</text>") && Contains("<text>dominance</text>"));
  const std::string map = svg_file(report::language_map_figure(found));
  CHECK_THAT(map, Contains("onto l10") && !Contains("onto l1<"));
  CHECK_THAT(report::language_map_caption(found), Contains("the 9 most dominant"));
}

TEST_CASE("a bad similarity.json is reported with the field") {
  struct Case {
    const char* pointer;
    json value;
    const char* message;
  };
  const Scratch run;
  for (const Case& bad :
       {Case{"/languages", {"en"}, "languages: is [\"en\"], not two languages or more"},
        Case{"/layers", json::array(), "layers: is [], not an array of layers"},
        Case{"/layers/1/layer", 4, "layers[1]: layer: is 4, not 0, the next layer"},
        Case{"/layers/2/ses/0", {1.0}, "layers[2]: ses[0]: holds 1 elements, not 3, one for each language"},
        Case{"/layers/2/alignment/0/1", 1.5, "layers[2]: alignment[0][1]: is 1.5, a cosine is"},
        Case{"/layers/0/map/2", {1, 2, 3}, "layers[0]: map[2]: holds 3 elements, not 2, one for each axis"},
        Case{"/layers/0/map_share", nullptr, "the field \"map_share\" is missing"},
        Case{"/neurons", {1}, "neurons: holds 1 elements, not 2, one for each block"},
        Case{"/sentences", -1, "sentences: is -1, not a whole number"}}) {
    json content = file(measured(), two_blocks);
    content[json::json_pointer(bad.pointer)] = bad.value;
    CHECK_THROWS_WITH(read(run, content),
                      Contains("similarity.json: " + std::string(bad.message)) || Contains(std::string(bad.message)));
  }
}

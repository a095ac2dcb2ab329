#include "neuroglot/experiment/report.hpp"

#include <stdlib.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "../io/scratch.hpp"
#include "neuroglot/io/safetensors_writer.hpp"

namespace {

using namespace neuroglot;
using nlohmann::json;

/// Three languages; French off raises French by 7.7 and Spanish by 3.7.
json perplexity(const std::vector<std::string>& languages = {"en", "fr", "es"}) {
  const std::vector<std::vector<double>> ppl = {
      {12, 11.4, 9.3}, {12.3, 11.5, 9.4}, {12.1, 19.1, 13}, {12.2, 13.4, 15.3}, {12, 11.4, 9.2}};
  std::vector<std::vector<double>> nll = ppl;
  for (std::vector<double>& row : nll)
    for (double& cell : row) cell = std::log(cell);
  return {{"rows", {"none", languages[0], languages[1], languages[2], "random"}},
          {"columns", languages},
          {"nll", nll},
          {"ppl", ppl},
          {"blocks", {2, 2, 2}},
          {"block", 512},
          {"tokens", {1024, 1024, 1024}},
          {"protocol", "blocks of 512 tokens"},
          {"provenance", {{"seed", 7}, {"marks", "none"}, {"block", 512}}}};
}

/// Two layers of ten neurons; neuron 3 of layer 1 belongs to French and to Spanish.
json neurons(const std::vector<std::string>& languages = {"en", "fr", "es"}) {
  return {{"languages",
           {{languages[0], {{"0", {1}}}}, {languages[1], {{"0", {2}}, {"1", {3, 4}}}}, {languages[2], {{"1", {3}}}}}},
          {"method", "lape"},
          {"layers", 2},
          {"neurons_per_layer", 10},
          {"selected", 4},
          {"bar", 0.43},
          {"options", {{"rate", 0.2}, {"bar_quantile", 0.95}}},
          {"provenance", {{"program", "ng-select"}}}};
}

void write_statistics(const Scratch& run, const std::vector<std::string>& languages = {"en", "fr", "es"}) {
  std::vector<std::int64_t> count(languages.size() * 20);
  for (std::size_t i = 0; i < count.size(); ++i) count[i] = static_cast<std::int64_t>(i % 20) * 5;
  const std::vector<std::int64_t> tokens(languages.size(), 100);
  SafetensorsWriter writer;
  writer.add("count", count, {static_cast<Index>(languages.size()), 2, 10});
  writer.add("tokens", tokens, {static_cast<Index>(languages.size())});
  writer.metadata["languages"] = json(languages).dump();
  writer.metadata["provenance"] = R"({"site": "blocks.*.mlp.hook_act", "model": {"folder": "/models/Tiny-1M"}})";
  writer.write(run.path("stats.safetensors"));
}

std::string folder(const Scratch& run) {
  return run.path("").parent_path().string();
}

std::string report_of(const Scratch& run) {
  report::write_report(folder(run), run.path("report.html"));
  return read_back(run.path("report.html"));
}

std::string failure_of(const Scratch& run) {
  return message_of([&] { report::write_report(folder(run), run.path("report.html")); });
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

/// The texts of an SVG, unescaped as far as these tests need it.
std::vector<std::string> texts_of(const std::string& svg) {
  std::vector<std::string> all;
  const std::string open = "<text>";
  for (std::size_t at = svg.find(open); at != std::string::npos; at = svg.find(open, at + 1)) {
    const std::size_t begin = at + open.size();
    all.push_back(replaced(replaced(svg.substr(begin, svg.find('<', begin) - begin), "&lt;", "<"), "&amp;", "&"));
  }
  return all;
}

bool is_among(const std::string& text, const std::vector<std::string>& all) {
  return std::find(all.begin(), all.end(), text) != all.end();
}

const std::vector<std::string> hostile = {"<script>a", "b\"'`id`\n$@x%s", "</svg>{^c}&#"};

}  // namespace

TEST_CASE("a whole run gives one page, four figures in two forms and four tables") {
  const Scratch run;
  run.write("perplexity.json", perplexity().dump());
  run.write("neurons.json", neurons().dump());
  write_statistics(run);
  const auto written = report::write_report(folder(run), run.path("report.html"));
  CHECK(written.size() == 13);
  CHECK(written.back() == run.path("report.html"));
  CHECK(read_back(run.path("figures/perplexity_change.png")).starts_with("\x89PNG"));
  CHECK(read_back(run.path("figures/neurons_per_layer.svg")).starts_with("<?xml"));
  CHECK(has(read_back(run.path("tables/perplexity.tsv")), "off\tmeasured\tnll"));
  CHECK(has(read_back(run.path("report.html")), "Language-specific neurons of Tiny-1M"));
}

TEST_CASE("the page loads nothing and runs nothing") {
  const Scratch run;
  run.write("perplexity.json", perplexity().dump());
  const std::string page = report_of(run);
  CHECK(has(page, "Content-Security-Policy\" content=\"default-src 'none'"));
  CHECK_FALSE(has(page, "<script"));
  CHECK_FALSE(has(page, " src="));
  CHECK_FALSE(has(page, "<link"));
}

TEST_CASE("the caption says by how much a language's own perplexity and the next one rise") {
  const Scratch run;
  run.write("perplexity.json", perplexity().dump());
  const std::string caption = report::perplexity_caption(report::read_perplexities(run.path("perplexity.json")));
  CHECK(has(caption, "Switching French neurons off raises French by 7.70 (+68%) and Spanish by 3.70 (+40%)."));
  CHECK(has(caption, "rises most in 3 of 3 rows"));
  CHECK(has(caption, "As many random neurons change perplexity by \u22121.1% to 0%"));
}

TEST_CASE("the numbers in the heat map are those of the file") {
  const Scratch run;
  run.write("perplexity.json", perplexity().dump());
  const std::string svg = svg_file(report::perplexity_figure(report::read_perplexities(run.path("perplexity.json"))));
  const auto texts = texts_of(svg);
  for (const char* number : {"+7.70", "+3.70", "+6.00", "+0.30", "0.00", "\u22120.10"}) CHECK(is_among(number, texts));
}

TEST_CASE("a neuron of two languages is two assignments and one unique neuron") {
  const Scratch run;
  run.write("neurons.json", neurons().dump());
  const NeuronSet set = report::read_selection(run.path("neurons.json")).neurons;
  CHECK(assignments(set) == 5);
  CHECK(set.unique() == 4);
  CHECK(set.languages[2] == "fr");
  CHECK(exclusive(set, 2) == 2);  // of 3
  CHECK(unique_by_layer(set) == std::vector<Index>{2, 2});
  CHECK(has(report::language_caption(set), "4 unique neurons of 20 belong to some language, 5 assignments in all"));
}

TEST_CASE("languages come in the order in which they were measured, not in that of the alphabet") {
  const Scratch run;
  run.write("perplexity.json", perplexity().dump());
  run.write("neurons.json", neurons().dump());
  CHECK(report::read_run(folder(run)).selection->neurons.languages == std::vector<std::string>{"en", "fr", "es"});
}

TEST_CASE("activation profiles give quantiles and shares") {
  const Scratch run;
  write_statistics(run);  // probabilities 0, 0.05, ..., 0.95
  const report::ActivationProfile profile = report::read_activations(run.path("stats.safetensors")).profiles[1];
  CHECK(profile.quantiles[2] == Approx(0.5));
  CHECK(profile.above_half == Approx(9.0 / 20));
  CHECK(profile.above_95 == 0);
  CHECK(profile.never == Approx(1.0 / 20));
}

TEST_CASE("what is missing is named with the program that makes it") {
  const Scratch run;
  run.write("neurons.json", neurons().dump());
  const std::string page = report_of(run);
  CHECK(has(page, "<code>perplexity.json</code> is not in the run folder: <code>ng-perplexity</code> makes it."));
  CHECK(has(page, "<code>stats.safetensors</code> is not in the run folder: <code>ng-record</code> makes it."));
}

TEST_CASE("a folder that holds nothing to report is an error") {
  const Scratch run;
  CHECK(has(failure_of(run), "holds nothing to report"));
  CHECK(files_in(folder(run)) == 0);
}

TEST_CASE("hostile names stay texts in the page") {
  const Scratch run;
  run.write("perplexity.json", perplexity(hostile).dump());
  run.write("neurons.json", neurons(hostile).dump());
  write_statistics(run, hostile);
  const std::string page = report_of(run);
  CHECK_FALSE(has(page, "<script"));
  CHECK(has(page, "&lt;script&gt;a"));
  std::size_t opened = 0, closed = 0;
  for (std::size_t at = page.find("<svg"); at != std::string::npos; at = page.find("<svg", at + 1)) ++opened;
  for (std::size_t at = page.find("</svg>"); at != std::string::npos; at = page.find("</svg>", at + 1)) ++closed;
  CHECK(opened == 4);
  CHECK(closed == 4);
}

TEST_CASE("hostile names stay texts in gnuplot, as labels, tics and titles") {
  const std::string name = "\"'`id`$@x%s%%{^c}\\101 9\u00e9";
  Figure figure{"test", "test", 400, 300, ""};
  figure.script = text_of("set xtics (", gnuplot_tic(name), " 1)\nset label ", gnuplot_string(name),
                          " at 1,1\nplot [0:2] x title ", gnuplot_string(name), "\n");
  const std::vector<std::string> texts = texts_of(svg_file(figure));
  CHECK(std::count(texts.begin(), texts.end(), name) == 3);
}

TEST_CASE("a line end in a name can not end a command of gnuplot") {
  CHECK(gnuplot_string("a\nquit") == "\"a\\357\\277\\275quit\"");
}

TEST_CASE("html escapes what is special and replaces what is not UTF-8") {
  CHECK(report::html("<a b=\"c\">&'") == "&lt;a b=&quot;c&quot;&gt;&amp;&#39;");
  CHECK(report::html("\xff\x01z") == "\uFFFD\uFFFDz");
  CHECK(report::html("日本") == "日本");
}

TEST_CASE("a bad perplexity.json is reported with the field") {
  struct Case {
    const char* pointer;
    json value;
    const char* message;
  };
  const Scratch run;
  for (const Case& bad : {Case{"/nll/2", {1.0, 2.0}, "nll[2]: holds 2 elements, not 3, one for each column"},
                          Case{"/ppl/1/0", nullptr, "ppl[1][0]: is null, not a finite number"},
                          Case{"/ppl/1/0", "12", "ppl[1][0]: is \"12\", not a finite number"},
                          Case{"/ppl/1/0", 99.0, "ppl[1][0]: is 99, but exp(nll[1][0]) is 12.3"},
                          Case{"/rows/0", "all", "rows: there is no row \"none\""},
                          Case{"/columns/1", "en", "columns: the name \"en\" is given twice"},
                          Case{"/tokens/1", -3, "tokens[1]: is -3, not a whole number"},
                          Case{"/columns", json::array(), "columns: is [], not an array of names"},
                          Case{"/block", nullptr, "the field \"block\" is missing"}}) {
    json file = perplexity();
    file[json::json_pointer(bad.pointer)] = bad.value;
    run.write("perplexity.json", file.dump());
    const std::string message = failure_of(run);
    INFO(message);
    CHECK(has(message, "perplexity.json: " + std::string(bad.message)));
    CHECK_FALSE(has(message, "\n"));
  }
}

TEST_CASE("NaN in a JSON file is reported, as JSON has none") {
  const Scratch run;
  run.write("perplexity.json", "{\"nll\": [[NaN]]}");
  CHECK(has(failure_of(run), "perplexity.json: is not JSON"));
}

TEST_CASE("a bad neurons.json is reported with the field") {
  struct Case {
    const char* pointer;
    json value;
    const char* message;
  };
  const Scratch run;
  for (const Case& bad :
       {Case{"/languages/fr/2", {1}, "languages[\"fr\"]: the layer \"2\" is none of 0 to 1"},
        Case{"/languages/fr/x\n", {1}, "languages[\"fr\"]: the layer \"x\\n\" is none of 0 to 1"},
        Case{"/languages/fr/01", {1}, "languages[\"fr\"]: the layer 1 is given twice"},
        Case{"/languages/fr/1", {3, 10}, "languages[\"fr\"][\"1\"][1]: there is no neuron 10 in a layer of 10"},
        Case{"/languages/fr/1", {3, 3}, "languages[\"fr\"][\"1\"]: the neuron 3 is given twice"},
        Case{"/languages", json::object(), "languages: names no language"},
        Case{"/layers", 0, "layers and neurons_per_layer: no model has 0 layers"},
        Case{"/bar", "high", "bar: is \"high\", not a finite number"},
        Case{"/method", nullptr, "the field \"method\" is missing"}}) {
    json file = neurons();
    file[json::json_pointer(bad.pointer)] = bad.value;
    run.write("neurons.json", file.dump());
    const std::string message = failure_of(run);
    INFO(message);
    CHECK(has(message, "neurons.json: " + std::string(bad.message)));
    CHECK_FALSE(has(message, "\n"));
  }
}

TEST_CASE("files of different models are not mixed") {
  const Scratch run;
  json file = neurons();
  file["layers"] = 3;
  run.write("neurons.json", file.dump());
  write_statistics(run);
  CHECK(has(failure_of(run), "the files are not from one run"));
}

TEST_CASE("a bad file leaves an earlier report as it was") {
  const Scratch run;
  run.write("report.html", "earlier");
  run.write("neurons.json", neurons().dump());
  run.write("perplexity.json", "{}");
  CHECK(has(failure_of(run), "the field \"rows\" is missing"));
  CHECK(read_back(run.path("report.html")) == "earlier");
  CHECK(files_in(folder(run)) == 3);
}

TEST_CASE("without gnuplot the message says what to install, and nothing is written") {
  const Scratch run;
  run.write("neurons.json", neurons().dump());
  const std::string path = ::getenv("PATH");
  ::setenv("PATH", "/nonexistent", 1);
  const std::string message = failure_of(run);
  ::setenv("PATH", path.c_str(), 1);
  CHECK(has(message, "apt-get install gnuplot-nox"));
  CHECK(files_in(folder(run)) == 1);
}

TEST_CASE("a script that gnuplot refuses is an error with its complaint") {
  CHECK(has(message_of([] { run_gnuplot("plot nonsense(\n"); }), "gnuplot drew nothing: "));
}

TEST_CASE("more languages than colours are drawn as a heat map over layers") {
  NeuronSet set;
  set.layers = 2;
  set.neurons_per_layer = 10;
  for (int k = 0; k < 12; ++k) {
    set.languages.push_back("l" + std::to_string(k));
    set.neurons.push_back({{1}, {2, 3}});
  }
  const std::string svg = svg_file(report::layer_figure(set));
  CHECK(is_among("l11", texts_of(svg)));
  CHECK(is_among("neurons", texts_of(svg)));
}

TEST_CASE("numbers are written as one reads them") {
  CHECK(report::signed_change(7.7) == "+7.70");
  CHECK(report::signed_change(-13.94) == "\u221213.9");
  CHECK(report::signed_change(-0.001) == "0.00");
  CHECK(report::signed_change(335.4) == "+335");
  CHECK(report::shortly(-335.4) == "\u2212335");
  CHECK(report::shortly(1913) == "+1.9k");
  CHECK(report::shortly(9970) == "+10k");
  CHECK(report::shortly(2.14e6) == "+2.1M");
  CHECK(report::rounded(9.996) == "10.0");
  CHECK(report::rounded(1e12) == "1.0e+12");
  CHECK(report::grouped(46080) == "46,080");
  CHECK(report::percent(0.01) == "1%");
  CHECK(report::percent(0.004) == "0.4%");
  CHECK(report::signed_percent(0.925) == "+92%");
  CHECK(report::signed_percent(12.04) == "+1,204%");
}

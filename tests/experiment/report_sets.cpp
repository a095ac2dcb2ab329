// A report of several methods beside each other, and of one at several rates.
#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "../io/scratch.hpp"
#include "neuroglot/experiment/report.hpp"

using namespace neuroglot;
using nlohmann::json;

namespace {

json set_json(const std::string& label, const std::string& method, double rate) {
  return {{"label", label},
          {"method", method},
          {"options", {{"rate", rate}}},
          {"neurons_per_layer", 10},
          {"neurons", {{"en", {1, 0}}, {"fr", {2, 3}}}},
          {"this_language_alone", {{"en", 0}, {"fr", 4}}},
          {"unique", {2, 3}}};
}

/// Sets of these labels; in each, rows of the languages in `off` and of `seeds` random controls.
json perplexity(const std::vector<json>& sets, const std::vector<std::string>& off, int seeds = 2) {
  json file = {{"rows", {"none"}},    {"row_set", {""}},
               {"row_off", {"none"}}, {"columns", {"en", "fr"}},
               {"nll", {{1., 2.}}},   {"blocks", {4, 4}},
               {"block", 512},        {"tokens", {2048, 2048}},
               {"sets", sets},        {"provenance", {{"seed", 1}}}};
  double change = 0.1;
  const auto add = [&](const std::string& label, const std::string& name, const std::string& what) {
    file["rows"].push_back(label + ": " + name);
    file["row_set"].push_back(label);
    file["row_off"].push_back(what);
    file["nll"].push_back({1 + change / 2, 2 + change});
    change += 0.1;
  };
  for (const json& set : sets) {
    for (const std::string& language : off) add(set["label"], language, language);
    for (int i = 0; i < seeds; ++i) add(set["label"], "random " + std::to_string(i), "random");
  }
  for (const auto& row : file["nll"]) {
    json ppl, interval;
    for (const double nll : row.get<std::vector<double>>()) {
      ppl.push_back(std::exp(nll));
      interval.push_back({nll - 1.5, nll});
    }
    file["ppl"].push_back(ppl);
    file["nll_change_interval"].push_back(interval);
    file["ppl_change_interval"].push_back(interval);
  }
  return file;
}

json two_methods() {
  return perplexity({set_json("lape 1%", "lape", 0.01), set_json("lave 1%", "lave", 0.01)}, {"en", "fr"});
}

json three_rates() {
  return perplexity(
      {set_json("lape 5%", "lape", 0.05), set_json("lape 1%", "lape", 0.01), set_json("lape 10%", "lape", 0.1)},
      {"fr"});
}

std::string report_of(const Scratch& run) {
  report::write_report(run.path("").parent_path().string(), run.path("report.html"));
  return read_back(run.path("report.html"));
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("each set is a panel with rows called by what is off, the random one the mean over its seeds") {
  const Scratch run;
  const auto ppl = report::read_perplexities(run.write("perplexity.json", two_methods().dump()));
  const std::vector<report::Panel> panels = report::panels(ppl);
  REQUIRE(panels.size() == 2);
  CHECK(panels[1].label == "lave 1%");
  CHECK(panels[1].ppl.rows == std::vector<std::string>{"none", "en", "fr", "random"});
  CHECK(panels[0].ppl.controls == 2);
  CHECK(panels[0].ppl.nll_change(1, 1) == Approx(0.1));
  CHECK(panels[0].ppl.nll_change(3, 1) == Approx(0.35));
  CHECK(panels[0].ppl.nll_change_interval[3][1]->low == Approx(0.3));
  CHECK(panels[0].ppl.nll_change_interval[3][1]->high == Approx(0.4));
  CHECK_FALSE(report::rates_of(ppl));
}

TEST_CASE("several methods give one figure of the matrices, Table 4 and the layers of each") {
  const Scratch run;
  run.write("perplexity.json", two_methods().dump());
  const std::string page = report_of(run);
  CHECK(has(page, "<h3>lave 1%</h3>"));
  CHECK(has(page, "sum of assignments</th><td>6</td><td>6</td>"));
  CHECK(has(page, "<td>5<small>25% of all</small></td>"));
  CHECK(has(page, "95% bootstrap interval over blocks; of random: lowest and highest of 2 seeds"));
  CHECK(has(read_back(run.path("figures/perplexity_change.svg")), "lape"));
  CHECK(has(read_back(run.path("figures/neurons_per_layer_by_set.svg")), "<svg"));
  CHECK(has(read_back(run.path("tables/neurons_by_set.tsv")), "lave 1%\tfr\t5\t4\t6\t5\n"));
  CHECK(has(read_back(run.path("tables/perplexity.tsv")), "\tlave 1%\t"));
}

TEST_CASE("one language off at several rates gives lines, ordered by rate") {
  const Scratch run;
  const auto rates = report::rates_of(report::read_perplexities(run.write("perplexity.json", three_rates().dump())));
  REQUIRE(rates);
  CHECK(rates->off == "fr");
  CHECK(rates->rates == std::vector<double>{0.01, 0.05, 0.1});
  CHECK(rates->panels[0].label == "lape 1%");
  const std::string page = report_of(run);
  CHECK(has(page, "<th scope=\"row\">10%</th>"));
  CHECK(has(read_back(run.path("figures/perplexity_rates.svg")), "<svg"));
  CHECK(has(read_back(run.path("tables/perplexity_rates.tsv")), "rate\toff\tmeasured"));
}

TEST_CASE("the rates may lie beside the matrix in a file of their own") {
  const Scratch run;
  run.write("perplexity.json", two_methods().dump());
  run.write("perplexity_rates.json", three_rates().dump());
  const std::string page = report_of(run);
  CHECK(has(page, "<b>Figure 3.</b>"));
  run.write("perplexity_rates.json", two_methods().dump());
  CHECK(has(message_of([&] { report_of(run); }), "is not of one method at several rates"));
}

TEST_CASE("a file without sets and intervals, as older versions wrote it, is read as before") {
  const Scratch run;
  json file = perplexity({set_json("lape 1%", "lape", 0.01)}, {"en", "fr"}, 1);
  file["rows"] = {"none", "en", "fr", "random"};
  for (const char* field : {"row_set", "row_off", "sets", "nll_change_interval", "ppl_change_interval"})
    file.erase(field);
  const auto ppl = report::read_perplexities(run.write("perplexity.json", file.dump()));
  const std::vector<report::Panel> panels = report::panels(ppl);
  REQUIRE(panels.size() == 1);
  CHECK(panels[0].label.empty());
  CHECK(panels[0].ppl.rows == ppl.rows);
  CHECK(panels[0].ppl.nll == ppl.nll);
  CHECK_FALSE(has(report_of(run), "bootstrap"));
}

TEST_CASE("bad sets and intervals are reported with the field") {
  struct Case {
    const char* pointer;
    json value;
    const char* message;
  };
  const Scratch run;
  for (const Case& bad :
       {Case{"/row_set/1", 3, "row_set[1]: is 3, not a text"},
        Case{"/row_off", json::array(), "row_off: holds 0 elements, not 9, one for each row"},
        Case{"/sets/1/unique", 2, "sets[1]: unique: is 2, not an array of counts"},
        Case{"/sets/0/neurons/fr", {1}, "sets[0]: neurons[\"fr\"]: holds 1 elements, not 2, one for each layer"},
        Case{"/sets/0/this_language_alone", json::object(), "this_language_alone: the field \"en\" is missing"},
        Case{"/nll_change_interval/1/0", {1.0}, "nll_change_interval[1][0]: holds 1 elements, not 2"}}) {
    json file = two_methods();
    file[json::json_pointer(bad.pointer)] = bad.value;
    run.write("perplexity.json", file.dump());
    const std::string message = message_of([&] { report_of(run); });
    INFO(message);
    CHECK(has(message, bad.message));
  }
}

// Facts and hits on disk: what is left out is named, what is broken is refused with file and line.
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

#include "../io/scratch.hpp"
#include "neuroglot/experiment/facts/hits_file.hpp"
#include "neuroglot/experiment/facts/read_facts.hpp"

namespace {

using namespace neuroglot;
using Catch::Contains;

std::string fact(const std::string& uuid, const std::string& subject, const std::string& object) {
  return R"({"sub_uri":"S","obj_uri":"O","obj_label":")" + object + R"(","sub_label":")" + subject +
         R"(","lineid":0,"uuid":")" + uuid + "\"}\n";
}

const std::string born = R"({"relation":"P19","template":"[X] was born in [Y] ."})"
                         "\n";

struct Language {
  explicit Language(const Scratch& in) : scratch(in) { std::filesystem::create_directories(in.path("en")); }
  void write(const std::string& name, const std::string& text) const { scratch.write("en/" + name, text); }
  FactSet read() const { return read_facts(scratch.path("")); }
  const Scratch& scratch;
};

}  // namespace

TEST_CASE("a language's facts stand under their relations, in the order of the files") {
  const Scratch folder;
  const Language en(folder);
  en.write("templates.jsonl", born);
  en.write("P19.jsonl", fact("u1", "Edmonton", "Alb\\u00e9rta") + "\n" + fact("u2", "B", "C"));
  const FactSet set = en.read();
  REQUIRE(set.languages.size() == 1);
  CHECK(set.find("en")->facts() == 2);
  CHECK(set.find("fr") == nullptr);
  const RelationFacts& relation = set.languages[0].relations[0];
  CHECK(relation.sentence_frame == "[X] was born in [Y] .");
  CHECK(relation.facts[0].obj_label == "Albérta");
  CHECK(relation.facts[1].line == 3);
  CHECK(set.skipped.empty());
}

TEST_CASE("what can not be used of a data set is left out by name") {
  const Scratch folder;
  const Language en(folder);
  en.write("templates.jsonl", born + R"({"relation":"P20","template":"[X] died ."})" + "\n" +
                                  R"({"relation":"P30","template":"[X] is in [Y] ."})" + "\n");
  en.write("P19.jsonl", fact("u1", "A", "B") + fact("u1", "A", "B") + fact("u3", " ", "B"));
  en.write("P20.jsonl", fact("u4", "A", "B"));
  en.write("P31.jsonl", fact("u5", "A", "B"));
  const FactSet set = en.read();
  CHECK(set.languages[0].facts() == 1);
  REQUIRE(set.skipped.size() == 5);
  CHECK_THAT(set.skipped[0].place, Contains("templates.jsonl:2"));
  CHECK_THAT(set.skipped[1].place + set.skipped[1].why, Contains("P19.jsonl:2") && Contains("u1"));
  CHECK_THAT(set.skipped[2].place + set.skipped[2].why, Contains("P19.jsonl:3") && Contains("empty"));
  CHECK_THAT(set.skipped[3].place + set.skipped[3].why, Contains("P30.jsonl") && Contains("no facts"));
  CHECK_THAT(set.skipped[4].place + set.skipped[4].why, Contains("P31.jsonl") && Contains("no template"));
}

TEST_CASE("broken facts are refused with file and line") {
  const Scratch folder;
  const Language en(folder);
  CHECK_THROWS_WITH(en.read(), Contains("is it in mLAMA's format?"));
  CHECK_THROWS_WITH(read_facts(folder.path(""), std::vector<std::string>{"de"}), Contains("no folder for language de"));
  CHECK_THROWS_WITH(read_facts(folder.path(""), std::vector<std::string>{"en"}),
                    Contains("templates.jsonl: is missing"));
  en.write("templates.jsonl", born + born);
  CHECK_THROWS_WITH(en.read(), Contains("templates.jsonl:2: a second template for P19"));
  en.write("templates.jsonl", born);
  en.write("P19.jsonl", fact("u1", "A", "B") + "{\"uuid\":\"u2\"}\n");
  CHECK_THROWS_WITH(en.read(), Contains("P19.jsonl:2") && Contains("sub_uri"));
  en.write("P19.jsonl", "{\n");
  CHECK_THROWS_WITH(en.read(), Contains("P19.jsonl:1") && Contains("not JSON"));
  en.write("P19.jsonl", "");
  CHECK_THROWS_WITH(en.read(), Contains("no fact that can be used"));
}

TEST_CASE("hits are read as they were written") {
  const Scratch folder;
  Hits hits{{{"program", "ng-probe"}}, {}};
  hits.languages.push_back({"en", {{"u1", "P19", "Q1", 2, true, true, false, 2, "New \"York\"", 3}}});
  hits.languages.push_back({"fr", {{"u1", "P19", "Q1", 1, false, false, false, 0, "", std::nullopt}}});
  const std::filesystem::path path = folder.path("hits.jsonl");
  write_hits(path, hits);
  const Hits read = read_hits(path);
  CHECK(read.provenance == hits.provenance);
  REQUIRE(read.languages.size() == 2);
  const Hit& hit = read.find("en")->hits.at(0);
  CHECK(hit.prediction == "New \"York\"");
  CHECK((hit.full && hit.partial && !hit.exact));
  CHECK((hit.masks == 2 && hit.object_tokens == 2 && hit.rank == 3));
  CHECK_FALSE(read.find("fr")->hits.at(0).rank.has_value());
}

TEST_CASE("a file that is not one of hits is refused with its line") {
  const Scratch folder;
  CHECK_THROWS_WITH(read_hits(folder.write("a", "")), Contains("is empty"));
  CHECK_THROWS_WITH(read_hits(folder.write("b", "{}\n")), Contains("b:1") && Contains("hits.jsonl of ng-probe"));
  CHECK_THROWS_WITH(read_hits(folder.write("c", "{\"provenance\":{}}\n")), Contains("holds no fact"));
  CHECK_THROWS_WITH(read_hits(folder.write("d", "{\"provenance\":{}}\n{\"language\":\"en\"}\n")), Contains("d:2"));
}

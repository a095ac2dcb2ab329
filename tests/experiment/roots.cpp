// Cells, types and finer kinds of facts, and the files that hold them.
#include "neuroglot/experiment/facts/roots.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "../io/scratch.hpp"
#include "byte_tokenizer.hpp"
#include "neuroglot/experiment/facts/corpus_presence.hpp"
#include "neuroglot/experiment/facts/plan_presence.hpp"
#include "neuroglot/experiment/facts/roots_file.hpp"
#include "neuroglot/experiment/facts/type_roots.hpp"

namespace {

using namespace neuroglot;
using Catch::Contains;

Fact named(const std::string& subject, const std::string& object, const std::string& uuid = "u") {
  return {uuid, "S", "O", subject, object, 1};
}

/// The pieces of this tokenizer are bytes: names share one where they share a letter.
RootTypes byte_types() {
  static const ByteTokenizer tokenizer;
  return {&tokenizer, TokenId{' '}};
}

Hit hit(const std::string& uuid, bool full) {
  Hit of;
  of.uuid = uuid;
  of.relation = "P1";
  of.obj_uri = "O";
  of.full = full;
  return of;
}

/// Languages en and fr, facts u0 to u3 in P1; fr lacks u3.
struct World {
  FactSet facts{
      {{"en",
        {{"P1",
          "[X] is [Y] .",
          {named("cba", "xyz", "u0"), named("ab", "xz", "u1"), named("k", "l", "u2"), named("m", "xz", "u3")}}}},
       {"fr", {{"P1", "[X] est [Y] .", {named("cba", "wv", "u0"), named("ab", "xz", "u1"), named("k", "q", "u2")}}}}},
      {}};
  std::vector<FactPresence> presences{{"en", {}, {{0, 0, 1, 1}, {0, 0, 0, 2}, {3, 2, 2, 3}, {0, 0, 0, 2}}},
                                      {"fr", {}, {{1, 1, 1, 1}, {1, 1, 1, 1}, {0, 0, 0, 0}}}};
  std::vector<LanguageRoots> languages;

  World() {
    const LanguageHits hits{"en", {hit("u0", true), hit("u1", true), hit("u2", true), hit("u3", true)}};
    languages.push_back(join_roots(facts.languages[0], presences.data(),
                                   predictions_of(listed_facts(facts.languages[0]), hits, Match::full)));
    languages.push_back(join_roots(facts.languages[1], &presences[1], {}));
  }
  void type(const std::vector<MeasuredRoots>& measured = std::vector<MeasuredRoots>(2)) {
    type_roots(byte_types(), languages);
    refine_roots(presences, measured, languages);
    for (LanguageRoots& of : languages) count_roots(count_distinct(facts), of);
  }
};

}  // namespace

TEST_CASE("shared tokens: the object in the subject, or a piece in common") {
  CHECK(is_part_of_subject(named("Sega Sports R&D", "Sega")));
  CHECK(is_part_of_subject(named("Flag of JAMAICA", "Jamaica")));
  CHECK(is_part_of_subject(named("ÉCOLE normale", "école")));
  CHECK_FALSE(is_part_of_subject(named("Sega", "Sega Sports")));
  const ByteTokenizer tokenizer;
  CHECK(share_pieces(named("abc", "cd"), tokenizer, std::nullopt));
  CHECK_FALSE(share_pieces(named("abc", "d"), tokenizer, std::nullopt));
  CHECK(share_pieces(named("a b", "c d"), tokenizer, std::nullopt));
  CHECK_FALSE(share_pieces(named("a b", "c d"), tokenizer, TokenId{' '}));
}

TEST_CASE("the first rule that holds gives the type") {
  const RootTypes types = byte_types();
  CHECK(types(named("ab", "b"), "P17") == RootType::shared_tokens);
  CHECK(types(named("ab", "c"), "P17") == RootType::naming_cues);
  CHECK(types(named("ab", "c"), "P103") == RootType::naming_cues);
  CHECK(types(named("ab", "c"), "P1") == RootType::others);
  RootTypes other = types;
  other.naming = {"P1"};
  CHECK(other(named("ab", "c"), "P1") == RootType::naming_cues);
  CHECK(other(named("ab", "c"), "P17") == RootType::others);
}

TEST_CASE("finer kinds have their rules, one after the other") {
  const Fact fact = named("a", "b");
  const std::vector<StatedFact> same = {{"fr", "c"}, {"de", "b"}}, other = {{"fr", "c"}};
  CHECK(has_same_object_name(fact, same));
  CHECK_FALSE(has_same_object_name(fact, other));
  CHECK(is_stated_elsewhere(other));
  CHECK_FALSE(is_stated_elsewhere({}));
  CHECK(is_most_frequent_object({0, 0, 0, 3}, 3));
  CHECK_FALSE(is_most_frequent_object({0, 0, 0, 2}, 3));
  CHECK_FALSE(is_most_frequent_object({0, 0, 0, 0}, 0));
  CHECK(finer_root(fact, {same, true, true, true}) == FinerRoot::same_object_name);
  CHECK(finer_root(fact, {other, true, true, true}) == FinerRoot::transferred);
  CHECK(finer_root(fact, {{}, true, true, true}) == FinerRoot::near_miss);
  CHECK(finer_root(fact, {{}, false, true, true}) == FinerRoot::guessed_object);
  CHECK(finer_root(fact, {{}, false, false, true}) == FinerRoot::frequent_object);
  CHECK(finer_root(fact, {}) == FinerRoot::unexplained);
}

TEST_CASE("hits of other facts are refused") {
  const World world;
  const std::vector<ListedFact> facts = listed_facts(world.facts.languages[0]);
  const auto refused = [&](Hit of, const std::string& why) {
    const LanguageHits hits{"en", {hit("u0", true), of}};
    CHECK_THROWS_WITH(predictions_of(facts, hits, Match::full), Contains("language en") && Contains(why));
  };
  refused(hit("u9", true), "\"u9\"");
  refused(hit("u0", true), "two lines");
  Hit of = hit("u1", true);
  of.relation = "P2";
  refused(of, "P2");
  of = hit("u1", true);
  of.obj_uri = "Q";
  refused(of, "\"Q\"");
  const FactPredictions some = predictions_of(facts, {"en", {hit("u2", false)}}, Match::full);
  CHECK(some == FactPredictions{std::nullopt, std::nullopt, false, std::nullopt});
}

TEST_CASE("every fact is in one cell of each language") {
  World world;
  world.type();
  const RootCells& en = world.languages[0].cells;
  CHECK(en.not_in_data_set == 0);
  CHECK(en.at(Presence::absent, Asked::predicted) == 3);
  CHECK(en.at(Presence::present, Asked::predicted) == 1);
  const RootCells& fr = world.languages[1].cells;
  CHECK(fr.not_in_data_set == 1);
  CHECK(fr.at(Presence::present, Asked::not_probed) == 2);
  CHECK(fr.at(Presence::absent, Asked::not_probed) == 1);
  LanguageRoots none = join_roots(world.facts.languages[1], nullptr, {});
  count_roots(4, none);
  CHECK(none.cells.at(Presence::no_corpus, Asked::not_probed) == 3);
}

TEST_CASE("absent yet predicted facts alone have a type, others a finer kind") {
  World world;
  world.type();
  const std::vector<FactRoot>& en = world.languages[0].facts;
  CHECK(en[0].finer == FinerRoot::transferred);       // fr states it, with another name
  CHECK(en[1].finer == FinerRoot::same_object_name);  // fr has the same
  CHECK_FALSE(en[2].type.has_value());                // it is present
  CHECK(en[3].finer == FinerRoot::unexplained);       // l is in three articles, xz in two
  CHECK(world.languages[0].types == std::array<std::size_t, 3>{0, 0, 3});
  for (const FactRoot& root : world.languages[1].facts) CHECK_FALSE(root.type.has_value());
  std::vector<MeasuredRoots> measured(2);
  measured[0].near_miss = {true, true, true, true};
  world.type(measured);
  CHECK(world.languages[0].facts[3].finer == FinerRoot::near_miss);
  CHECK(world.languages[0].facts[0].finer == FinerRoot::transferred);
}

TEST_CASE("roots.json counts, roots.jsonl is read as the presence of facts") {
  const Scratch folder;
  World world;
  world.type();
  RootsWords words;
  words.all_facts = 4;
  words.naming = {"P17"};
  const Provenance file = roots_json(world.languages, words, {{"program", "test"}});
  CHECK(file["types"]["others"] == 3);
  CHECK(file["finer"]["unexplained"] == 1);
  CHECK(file["languages"][0]["cells"]["absent"]["predicted"] == 3);
  CHECK(file["languages"][0]["shares"]["absent"]["predicted"] == 0.75);
  CHECK(file["languages"][1]["cells"]["not_in_data_set"] == 1);
  CHECK(roots_table(world.languages).rows().size() == 2);
  write_roots(folder.path("roots.jsonl"), world.languages, {{"program", "test"}});
  FactNeuronSets sets;
  sets.languages = {"fr", "en"};
  sets.facts = {{"u2", "P1", "O"}, {"u3", "P1", "O"}};
  const CorpusPresence presence = read_corpus_presence(folder.path("roots.jsonl"), sets);
  CHECK(presence[0][0] == false);
  CHECK_FALSE(presence[0][1].has_value());  // fr has no such fact
  CHECK(presence[1][0] == true);
  CHECK(presence[1][1] == false);
}

TEST_CASE("a language without a corpus has no lines, as its presence is not known") {
  const Scratch folder;
  const World world;
  write_roots(folder.path("r"), std::vector<LanguageRoots>{join_roots(world.facts.languages[1], nullptr, {})}, {});
  CHECK(read_back(folder.path("r")) == "{\"provenance\":null}\n");
}

TEST_CASE("a plan is compared with what was found") {
  const Scratch folder;
  World world;
  const auto path = folder.write("plan.json", R"({"facts": {"u0": {"group": "g", "stated": ["fr"]},
    "u2": {"group": "h", "stated": ["en", "fr"]}, "u3": {"group": "h", "stated": []}}})");
  const Provenance json = plan_json(read_fact_plan(path), world.languages);
  CHECK(json["all"] ==
        Provenance{{"stated_present", 2}, {"stated_absent", 1}, {"not_stated_present", 0}, {"not_stated_absent", 2}});
  CHECK(json["groups"]["g"]["stated_present"] == 1);
  CHECK(json["languages"]["en"]["stated_present"] == 1);
  CHECK(json["not_planned"] == 2);
  CHECK_THROWS_WITH(read_fact_plan(folder.write("p.json", R"({"facts": {"u": {"stated": []}}})")),
                    Contains("p.json") && Contains("not a plan"));
  const FactPlan without = read_fact_plan(folder.write("q.json", R"({"facts": {"u": {"group": "g"}}})"));
  CHECK_THROWS_WITH(require_stated(without, "q.json"), Contains("q.json: fact u") && Contains("stated"));
}

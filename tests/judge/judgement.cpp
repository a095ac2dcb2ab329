// Answers on disk, what they add up to, and what a report shows of it.
#include "neuroglot/experiment/judging/judgement_file.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "io/scratch.hpp"
#include "neuroglot/experiment/judging/report_judgement_section.hpp"
#include "neuroglot/experiment/report.hpp"
#include "neuroglot/experiment/steering/asked_questions.hpp"

using namespace neuroglot;
using Catch::Contains;

namespace {

/// The answer to question `number` and what it is found to be; `language` empty: unreliable.
void add(std::vector<Answer>& answers, std::vector<JudgedAnswer>& judged, const std::string& condition,
         const std::string& asked, const std::string& target, Index number, const std::string& language,
         std::optional<double> score, double nll) {
  answers.push_back({condition,
                     condition == "off"     ? target
                     : condition == "cross" ? asked
                                            : "",
                     condition == "on" || condition == "cross" ? target : "", asked, target, number, "?",
                     "Q: ?\nA:", "a", 1, "stop"});
  judged.push_back(
      {{language, language == target ? Verdict::target : Verdict::other}, Score{score, score ? "" : "no score"}, nll});
}

struct Judged {
  std::vector<Answer> answers;
  std::vector<JudgedAnswer> judged;
};

/// Four questions: French half right, with French off never, with French on always; asked in French, half of the
/// answers are English with English on.
Judged example() {
  Judged all;
  for (Index n = 1; n <= 4; ++n) {
    const bool even = n % 2 == 0;
    add(all.answers, all.judged, "normal", "fr", "fr", n, even ? "fr" : "en", 4, 2);
    add(all.answers, all.judged, "off", "fr", "fr", n, "en", n == 4 ? std::nullopt : std::optional(2.0), 3);
    add(all.answers, all.judged, "on", "fr", "fr", n, "fr", 4 + static_cast<double>(n), 1);
    add(all.answers, all.judged, "cross", "fr", "en", n, "en", 5, 2);
  }
  return all;
}

const JudgementCell& cell_of(const std::vector<JudgementCell>& cells, const std::string& condition) {
  return *std::ranges::find(cells, condition, [](const JudgementCell& cell) { return cell.asked.condition; });
}

std::string file_of(const Judged& all) {
  const auto cells = judgement(all.answers, all.judged);
  return judgement_json(cells, all.answers, all.judged, true, judgement_protocol({}, true, "answers"), {{"seed", 1}})
      .dump(1);
}

}  // namespace

TEST_CASE("language accuracy, quality and perplexity of each condition, with what is not known counted") {
  const auto [answers, judged] = example();
  const std::vector<JudgementCell> cells = judgement(answers, judged);
  REQUIRE(cells.size() == 4);
  const JudgementCell& normal = cell_of(cells, "normal");
  CHECK(normal.accuracy.mean == 0.5);
  CHECK(normal.verdicts == std::array<Index, 5>{2, 2, 0, 0, 0});
  CHECK(!normal.accuracy_change);
  CHECK(normal.perplexity->mean == Approx(std::exp(2.0)));
  const JudgementCell& off = cell_of(cells, "off");
  CHECK(off.accuracy.mean == 0);
  CHECK(off.quality->mean == 2);
  CHECK(off.quality->answers == 3);
  CHECK(off.unscored == 1);
  CHECK(cell_of(cells, "on").quality->mean == 6.5);
}

TEST_CASE("changes are against normal, question by question; across languages against the share of the target") {
  const auto [answers, judged] = example();
  const std::vector<JudgementCell> cells = judgement(answers, judged);
  CHECK(cell_of(cells, "on").accuracy_change->mean == 0.5);
  CHECK(cell_of(cells, "on").quality_change->mean == 2.5);
  CHECK(cell_of(cells, "on").perplexity_change->mean == Approx(std::exp(-1.0)));
  CHECK(cell_of(cells, "off").quality_change->answers == 3);
  CHECK(cell_of(cells, "cross").accuracy.mean == 1);
  CHECK(cell_of(cells, "cross").accuracy_change->mean == 0.5);  // half of the normal answers were English
}

TEST_CASE("intervals are the bootstrap's over questions") {
  const auto [answers, judged] = example();
  const JudgementCell& normal = judgement(answers, judged)[0];
  const std::vector<double> right = {0, 1, 0, 1};
  const Bootstrap bootstrap(4);
  const Interval expected = bootstrap.interval(bootstrap.means(right));
  CHECK(normal.accuracy.interval->low == expected.low);
  CHECK(normal.accuracy.interval->high == expected.high);
  CHECK(!judgement(std::span(answers).first(1), std::span(judged).first(1))[0].accuracy.interval);
}

TEST_CASE("answers are read as they were written") {
  const Scratch folder;
  const Answer one{"cross", "es", "zh", "es", "zh", 7, "¿Qué?", "Q: ¿Qué?\nA:", " 好\n\"x\"", 5, "length"};
  const auto path = folder.write(
      "answers.jsonl", Provenance{{"provenance", {{"seed", 1}}}}.dump() + "\n" + answer_line(one).dump() + "\n");
  const Answers read = read_answers(path);
  REQUIRE(read.all.size() == 1);
  CHECK(answer_line(read.all[0]) == answer_line(one));
  CHECK(read.provenance["seed"] == 1);
}

TEST_CASE("what is not an answer is reported with file, line and field") {
  const Scratch folder;
  const Provenance good = answer_line({"normal", "", "", "fr", "fr", 1, "?", "Q", "A", 1, "stop"});
  Provenance bad = good;
  bad["number"] = "one";
  CHECK_THROWS_WITH(read_answers(folder.write("a.jsonl", good.dump() + "\n" + bad.dump() + "\n")),
                    Contains("a.jsonl:2: number: is \"one\""));
  bad = good;
  bad.erase("answer");
  CHECK_THROWS_WITH(read_answers(folder.write("a.jsonl", bad.dump())), Contains("a.jsonl:1: the field \"answer\""));
  bad = good;
  bad["target_language"] = "";
  CHECK_THROWS_WITH(read_answers(folder.write("a.jsonl", bad.dump())),
                    Contains("target_language: is \"\", not a name"));
  CHECK_THROWS_WITH(read_answers(folder.write("a.jsonl", good.dump() + "\n" + good.dump())),
                    Contains("a.jsonl:2: question 1 in fr is answered twice"));
  CHECK_THROWS_WITH(read_answers(folder.write("a.jsonl", "{\n")), Contains("a.jsonl:1: is not JSON"));
  CHECK_THROWS_WITH(read_answers(folder.write("a.jsonl", "{\"provenance\": {}}\n")), Contains("holds no answer"));
}

TEST_CASE("conditions ask in the languages they are to, with the words that ask for one") {
  const std::vector<Questions> questions = {{"es", {"¿A?", "¿B?"}}, {"zh", {"甲？"}}, {"xx", {"?"}}};
  const Suffixes suffixes({}, true, "none");
  const auto normal = asked_questions({"normal", "", "", {"es", "zh", "xx"}}, questions, suffixes);
  REQUIRE(normal.size() == 4);
  CHECK(normal[1].prompt == "Q: ¿B? Responda en español.\nA:");
  CHECK(normal[1].number == 2);
  CHECK(normal[2].prompt == "Q: 甲？请用中文回答。\nA:");
  CHECK(normal[3].prompt == "Q: ?\nA:");
  const SteeringCondition cross = cross_lingual("es:zh");
  CHECK(asked_questions(cross, questions, suffixes)[0].prompt == "Q: ¿A?\nA:");
  CHECK(asked_questions(cross, questions, suffixes)[0].target_language == "zh");
  CHECK(asked_questions(cross, questions, Suffixes({}, true, "answer"))[0].prompt == "Q: ¿A?请用中文回答。\nA:");
  const std::vector<std::string> own = {"es= Español."};
  CHECK(asked_questions(cross, questions, Suffixes(own, true, "question"))[0].prompt == "Q: ¿A? Español.\nA:");
  CHECK(Suffixes(own, false, "question").of("es").empty());
  CHECK_THROWS_WITH(asked_questions(cross_lingual("fr:zh"), questions, suffixes), Contains("no questions in fr"));
  for (const char* const bad : {"es", "=x"})
    CHECK_THROWS_AS(Suffixes(std::vector<std::string>{bad}, true, "none"), UsageError);
  CHECK_THROWS_AS(Suffixes({}, true, "both"), UsageError);
  for (const char* const bad : {"es", ":zh", "es:", "es:es"}) CHECK_THROWS_AS(cross_lingual(bad), UsageError);
}

TEST_CASE("the plan: each language's neurons off in turn, asked in all; on and random asked in their own") {
  const std::vector<std::string> names = {"normal", "off", "random", "on"}, owners = {"fr", "zh"};
  const auto plan = steering_plan(names, {"en", "fr"}, owners);
  std::string all;
  for (const SteeringCondition& condition : plan) {
    all += condition.name + "(" + condition.off + "," + condition.on + ")";
    for (const std::string& language : condition.asked_in) all += language;
    all += " ";
  }
  CHECK(all == "normal(,)enfr off(fr,)enfr off(zh,)enfr random(random,)fr on(,fr)fr ");
  const std::vector<std::string> bad = {"sideways"};
  CHECK_THROWS_WITH(steering_plan(bad, {"en"}, owners), Contains("there is no sideways"));
}

TEST_CASE("judgement.json is read as it was written, and the report has its figure and Tables 2, 5 and 6") {
  const Scratch run;
  run.write("judgement.json", file_of(example()));
  const report::Judgement found = report::read_judgement(run.path("judgement.json"));
  CHECK(to_tsv(judgement_table(found.cells)) ==
        to_tsv(judgement_table(judgement(example().answers, example().judged))));
  CHECK_THAT(report::accuracy_caption(found), Contains("off it goes from 0.50 to 0.00, mean over 1 language") &&
                                                  Contains("steered it goes from 0.50 to 1.00"));
  const std::string folder = run.path("").parent_path().string();
  CHECK(report::write_report(folder, run.path("report.html")).size() == 4);
  CHECK_THAT(read_back(run.path("report.html")), Contains("<b>Table 2</b>: content quality") &&
                                                     Contains("content quality (1 to 10), steered") &&
                                                     Contains("fr to en") && Contains("language accuracy</text>"));
  CHECK_THAT(read_back(run.path("tables/judgement.tsv")), Contains("\non\t\tfr\tfr\tfr\t4\t4\t0"));
}

TEST_CASE("a bad judgement.json is reported with the field") {
  struct Case {
    const char* pointer;
    Provenance value;
    const char* message;
  };
  const Scratch run;
  for (const Case& bad :
       {Case{"/cells", Provenance::array(), "cells: is [], not an array of cells"},
        Case{"/cells/0/accuracy/mean", 2, "cells[0]: accuracy: is "},
        Case{"/cells/1/accuracy/interval", {1}, "cells[1]: accuracy: interval: holds 1 elements, not 2"},
        Case{"/cells/0/empty", -1, "cells[0]: empty: is -1, not a whole number"},
        Case{"/quality_judged", "yes", "quality_judged: is \"yes\", not true or false"},
        Case{"/cells/0/off", nullptr, "the field \"off\" is missing"}}) {
    Provenance content = Provenance::parse(file_of(example()));
    content[Provenance::json_pointer(bad.pointer)] = bad.value;
    CHECK_THROWS_WITH(report::read_judgement(run.write("judgement.json", content.dump())), Contains(bad.message));
  }
}

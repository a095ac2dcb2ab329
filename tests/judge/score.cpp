// What a judge's reply says, and what a judge is asked.
#include "neuroglot/experiment/judging/judge.hpp"

#include <catch2/catch.hpp>

#include "io/scratch.hpp"
#include "neuroglot/experiment/judging/command_judge.hpp"
#include "neuroglot/experiment/judging/judge_answers.hpp"
#include "neuroglot/experiment/judging/judge_prompt.hpp"

using namespace neuroglot;
using Catch::Contains;

namespace {

Answer answer(std::string text, Index number = 1) {
  return {"normal", "", "", "es", "zh", number, "¿Qué?", "Q: ¿Qué?\nA:", std::move(text), 3, "stop"};
}

/// Says what it was told to say, and counts how often it was asked.
struct Parrot {
  std::string reply = "8";
  int fails_at = 0;
  int asked = 0;

  Provenance request(const Answer& of) const { return {{"answer", of.answer}}; }
  std::string ask(const Provenance&) {
    if (++asked == fails_at) throw error("the judge is gone");
    return reply;
  }
  Provenance description() const { return {{"kind", "parrot"}}; }
};

}  // namespace

TEST_CASE("a score is a reply that is a number, or what its last line of the form Score: N says") {
  struct Case {
    const char* reply;
    double score;
  };
  for (const Case& good : {Case{"7", 7}, Case{" 7.5\n", 7.5}, Case{"8/10", 8}, Case{"Good.\nScore: 9", 9},
                           Case{"**Score: 4**\n", 4}, Case{"score : 3 / 10", 3}, Case{"SCORE: 10.", 10},
                           Case{"Score: 2\nOn reflection:\nScore: 5\n", 5}, Case{"**Score:** 6", 6}, Case{"1", 1}})
    CHECK(score_in(good.reply).value == good.score);
}

TEST_CASE("a number that is anywhere else is no score") {
  for (const char* const bad : {"", "great", "I give it 7 points", "7 points", "Score: high", "Score:", "Score 7",
                                "1. It is good\n2. It is short", "Score: 7\nScore: none", "Scored: 7"}) {
    INFO(bad);
    CHECK(!score_in(bad).value);
    CHECK(score_in(bad).trouble == "no score");
  }
}

TEST_CASE("a score that is not from 1 to 10 is none") {
  for (const char* const bad : {"0", "11", "-3", "Score: 100", "0.9", "nan", "inf", "1e300"}) {
    INFO(bad);
    CHECK(!score_in(bad).value);
    CHECK(score_in(bad).trouble == "score out of range");
  }
}

TEST_CASE("the judge's prompt is filled in once: an answer can not fill in anything itself") {
  const std::string prompt = judge_prompt("{question_language} {answer_language} {question}|{answer}|{other}",
                                          answer("{question} {answer_language}"));
  CHECK(prompt == "Spanish Chinese ¿Qué?|{question} {answer_language}|{other}");
  CHECK_THAT(judge_prompt(default_judge_prompt, answer("好")), Contains("[answer]\n好\n[end of the answer]"));
}

TEST_CASE("a prompt that does not show the answer is refused") {
  const Scratch folder;
  CHECK(read_judge_prompt(folder.write("p.txt", "{question} {answer}")) == "{question} {answer}");
  CHECK_THROWS_WITH(read_judge_prompt(folder.write("p.txt", "Rate {question}")), Contains("p.txt: lacks {answer}"));
}

TEST_CASE("a judge is asked once for what it was asked before, and never for an answer that is empty") {
  const Scratch folder;
  const ReplyCache cache(folder.path("cache"));
  const std::vector<Answer> answers = {answer("a"), answer("b", 2), answer(" \n", 3), answer("a", 4)};
  Progress quiet("", 4, "", true);
  Parrot parrot;
  const JudgedScores first = judge_answers(parrot, answers, cache, false, quiet);
  CHECK(parrot.asked == 2);
  CHECK(first.asked == 2);
  CHECK(first.cached == 1);
  CHECK(first.empty == 1);
  CHECK(first.scores[1].value == 8);
  CHECK(first.scores[2].value == 1);
  judge_answers(parrot, answers, cache, false, quiet);
  CHECK(parrot.asked == 2);
}

TEST_CASE("what a judge said before it failed is kept") {
  const Scratch folder;
  const ReplyCache cache(folder.path("cache"));
  const std::vector<Answer> answers = {answer("a"), answer("b", 2), answer("c", 3)};
  Progress quiet("", 3, "", true);
  Parrot failing{"8", 3};
  CHECK_THROWS_WITH(judge_answers(failing, answers, cache, false, quiet), "the judge is gone");
  Parrot other{"9"};
  CHECK(judge_answers(other, answers, cache, false, quiet).scores[1].value == 8);
  CHECK(other.asked == 1);
}

TEST_CASE("a reply without a score is asked for again only where that is wanted") {
  const Scratch folder;
  const ReplyCache cache(folder.path("cache"));
  const std::vector<Answer> answers = {answer("a")};
  Progress quiet("", 1, "", true);
  Parrot vague{"good"}, clear{"6"};
  CHECK(judge_answers(vague, answers, cache, false, quiet).scores[0].trouble == "no score");
  CHECK(judge_answers(clear, answers, cache, false, quiet).scores[0].trouble == "no score");
  CHECK(clear.asked == 0);
  CHECK(judge_answers(clear, answers, cache, true, quiet).scores[0].value == 6);
}

TEST_CASE("a damaged file of the cache is named") {
  const Scratch folder;
  const ReplyCache cache(folder.path("cache"));
  const Provenance request = {{"a", 1}};
  CHECK(!cache.find(request));
  cache.keep(request, "é\n7");
  CHECK(cache.find(request) == "é\n7");
  CHECK(!cache.find({{"a", 2}}));
  write_file(cache.path_of(request), R"({"request": {"a": 2}, "reply": "9"})");  // another request of the same hash
  CHECK(!cache.find(request));
  write_file(cache.path_of(request), "{");
  CHECK_THROWS_WITH(cache.find(request), Contains(".json: is not JSON"));
}

TEST_CASE("a command gets the answer on its standard input and judges by its standard output") {
  const CommandJudge judge("grep -q '\"target_language\":\"zh\"' && echo 7", 10);
  CHECK(judge.ask(judge.request(answer("好"))) == "7\n");
  CHECK_THROWS_WITH(CommandJudge("echo oh >&2; exit 3", 10).ask({}), Contains("status 3 and said \"oh\\n\""));
  CHECK_THROWS_WITH(CommandJudge("sleep 60 & wait", 0.1).ask({}), Contains("took longer than 0.1 s"));
  CHECK_THROWS_WITH(CommandJudge("no-such-program-at-all", 10).ask({}), Contains("status 127"));
  CHECK(CommandJudge("printf '\\377'", 10).ask({}) == "\ufffd");
}

/// Every answer before a judge, but for those that the cache knows and those that hold nothing.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "neuroglot/core/progress.hpp"
#include "neuroglot/experiment/judging/judge.hpp"
#include "neuroglot/experiment/judging/reply_cache.hpp"
#include "neuroglot/io/utf8_check.hpp"

namespace neuroglot {

struct JudgedScores {
  std::vector<Score> scores;  ///< of each answer
  std::size_t asked = 0;      ///< requests that the cache did not know
  std::size_t cached = 0;
  std::size_t empty = 0;  ///< answers that hold nothing: the lowest score, without asking
};

/// Replies go into the cache one by one, so that what a failing judge has said already is kept. `asks_again`: where the
/// cache has a reply without a usable score.
template <Judge J>
JudgedScores judge_answers(J& judge, std::span<const Answer> answers, const ReplyCache& cache, bool asks_again,
                           Progress& progress) {
  JudgedScores judged;
  for (const Answer& answer : answers) {
    progress.add(1);
    if (is_white_space(answer.answer)) {
      judged.scores.push_back({lowest_score, ""});
      ++judged.empty;
      continue;
    }
    const Provenance request = judge.request(answer);
    std::optional<std::string> reply = cache.find(request);
    if (reply && asks_again && !score_in(*reply).value) reply.reset();
    ++(reply ? judged.cached : judged.asked);
    if (!reply) {
      reply = judge.ask(request);
      cache.keep(request, *reply);
    }
    judged.scores.push_back(score_in(*reply));
  }
  return judged;
}

}  // namespace neuroglot

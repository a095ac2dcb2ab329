/// answers.jsonl: provenance in the first line, then an answer a line: what was asked in which language, which neurons
/// were changed, and what came.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/matrix.hpp"
#include "neuroglot/experiment/generation/sequence.hpp"
#include "neuroglot/experiment/provenance.hpp"
#include "neuroglot/experiment/report_json.hpp"
#include "neuroglot/io/line_reader.hpp"

namespace neuroglot {

struct Answer {
  std::string condition;  ///< normal, random, off, on, cross
  std::string off;        ///< language whose neurons are off, "random", or empty
  std::string on;         ///< language whose neurons are steered, or empty
  std::string question_language;
  std::string target_language;  ///< that the answer is to be in
  Index number = 0;             ///< of the question in its file, from 1
  std::string question;
  std::string prompt;  ///< as the model was given it
  std::string answer;
  Index tokens = 0;   ///< that were generated, an end token and those of a stop string included
  std::string ended;  ///< end, stop or length
};

/// What came of a prompt, put into the answer.
inline Answer answered(Answer asked, const Generated& made) {
  asked.answer = made.text;
  asked.tokens = static_cast<Index>(made.ids.size());
  asked.ended = made.ended;
  return asked;
}

inline Provenance answer_line(const Answer& answer) {
  return {{"condition", answer.condition},
          {"off", answer.off},
          {"on", answer.on},
          {"question_language", answer.question_language},
          {"target_language", answer.target_language},
          {"number", answer.number},
          {"question", answer.question},
          {"prompt", answer.prompt},
          {"answer", answer.answer},
          {"tokens", answer.tokens},
          {"ended", answer.ended}};
}

struct Answers {
  Provenance provenance;
  std::vector<Answer> all;
};

namespace detail {

inline Answer answer_of(const report::Field& line) {
  using report::member, report::text, report::whole_number;
  Answer answer{text(member(line, "condition")),
                text(member(line, "off")),
                text(member(line, "on")),
                text(member(line, "question_language")),
                text(member(line, "target_language")),
                whole_number(member(line, "number")),
                text(member(line, "question")),
                text(member(line, "prompt")),
                text(member(line, "answer")),
                whole_number(member(line, "tokens")),
                text(member(line, "ended"))};
  for (const char* const key : {"condition", "question_language", "target_language"})
    if (line.value[key].get_ref<const std::string&>().empty()) throw member(line, key).is_not("a name");
  return answer;
}

}  // namespace detail

/// Throws Error naming file, line and field for what is not an answer, and for a question that is answered twice under
/// one condition.
inline Answers read_answers(const std::filesystem::path& path) {
  LineReader reader(path);
  Answers answers;
  std::set<std::string> seen;
  for (std::string line; reader.next(line);) {
    const report::Json value = report::parse_ordered(line, reader.place());
    const report::Field field{value, reader.place()};
    if (report::has(field, "provenance")) {
      answers.provenance = report::member(field, "provenance").value;
      continue;
    }
    answers.all.push_back(detail::answer_of(field));
    const Answer& last = answers.all.back();
    const Provenance key = {last.condition, last.off, last.on, last.question_language, last.number};
    if (!seen.insert(key.dump()).second)
      throw error(reader.place(), ": question ", last.number, " in ", last.question_language,
                  " is answered twice under the condition ", last.condition);
  }
  if (answers.all.empty()) throw error(path.string(), ": holds no answer; ng-steer makes such files");
  return answers;
}

}  // namespace neuroglot

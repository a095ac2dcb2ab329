/// A judge that is any program: the answer as JSON on its standard input, the score on its standard output.
#pragma once

#include <string>
#include <utility>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/judging/judge.hpp"
#include "neuroglot/io/child_process.hpp"
#include "neuroglot/io/json.hpp"
#include "neuroglot/text/utf8.hpp"

namespace neuroglot {

/// The command is the shell's; one runs at a time.
class CommandJudge {
 public:
  CommandJudge(std::string command, double timeout_seconds) : command_(std::move(command)), timeout_(timeout_seconds) {}

  /// What a program needs to judge an answer; not under which condition it came, so that no judge can know.
  Provenance request(const Answer& answer) const {
    return {{"command", command_},
            {"question_language", answer.question_language},
            {"target_language", answer.target_language},
            {"question", answer.question},
            {"prompt", answer.prompt},
            {"answer", answer.answer}};
  }

  std::string ask(const Provenance& request) const {
    const ChildResult ran = run_child({"/bin/sh", "-c", command_}, request.dump() + "\n", timeout_);
    if (ran.timed_out) throw error("--command: took longer than ", timeout_, " s and was ended");
    if (ran.status != 0) throw error("--command: ended with status ", ran.status, " and said ", in_quotes(ran.err));
    return lossy_utf8(ran.out);
  }

  Provenance description() const { return {{"kind", "command"}, {"command", command_}}; }

 private:
  std::string command_;
  double timeout_;
};

}  // namespace neuroglot

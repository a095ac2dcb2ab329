/// The questions that a condition asks, with the words that ask for a language. (Tang et al. 2024, section 4.4)
#pragma once

#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/steering/answer_file.hpp"
#include "neuroglot/experiment/steering/questions.hpp"
#include "neuroglot/experiment/steering/steering_plan.hpp"

namespace neuroglot {

/// What follows a question. Cross-lingual questions go without by default: the neurons alone are to change the
/// language.
class Suffixes {
 public:
  enum class Cross { none, question, answer };

  /// `given`: "fr= En français.", in place of the table's; `any` false: none at all. Throws UsageError for other forms.
  Suffixes(std::span<const std::string> given, bool any, const std::string& cross) : any_(any) {
    for (const std::string& one : given) {
      const std::size_t equals = one.find('=');
      if (equals == std::string::npos || equals == 0)
        throw usage_error("--suffix ", one, ": LANG=TEXT expected, such as \"fr= Répondez en français.\"");
      if (!given_.emplace(one.substr(0, equals), one.substr(equals + 1)).second)
        throw usage_error("--suffix ", one, ": the language ", one.substr(0, equals), " is given twice");
    }
    if (cross == "question")
      cross_ = Cross::question;
    else if (cross == "answer")
      cross_ = Cross::answer;
    else if (cross != "none")
      throw usage_error("--cross-suffix ", cross, ": is none, question or answer");
  }

  std::string of(const std::string& language) const {
    if (!any_) return "";
    const auto found = given_.find(language);
    return found != given_.end() ? found->second : std::string(answer_language_suffix(language));
  }

  std::string of(const SteeringCondition& condition, const std::string& question_language) const {
    if (condition.name != "cross" || cross_ == Cross::question) return of(question_language);
    return cross_ == Cross::none ? "" : of(condition.on);
  }

 private:
  std::map<std::string, std::string> given_;
  bool any_;
  Cross cross_ = Cross::none;
};

/// Language by language, question by question; the answers are still to come.
inline std::vector<Answer> asked_questions(const SteeringCondition& condition, std::span<const Questions> all,
                                           const Suffixes& suffixes) {
  std::vector<Answer> asked;
  for (const std::string& language : condition.asked_in) {
    const auto questions = std::ranges::find(all, language, &Questions::language);
    if (questions == all.end()) throw usage_error("there are no questions in ", language, " (--questions)");
    for (std::size_t i = 0; i < questions->texts.size(); ++i) {
      Answer answer{condition.name,
                    condition.off,
                    condition.on,
                    language,
                    condition.target(language),
                    0,
                    questions->texts[i],
                    std::string(),
                    std::string(),
                    0,
                    std::string()};
      answer.number = static_cast<Index>(i) + 1;
      answer.prompt = question_prompt(answer.question, suffixes.of(condition, language));
      asked.push_back(std::move(answer));
    }
  }
  return asked;
}

}  // namespace neuroglot

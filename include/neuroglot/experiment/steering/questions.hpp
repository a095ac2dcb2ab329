/// Questions in many languages, and the prompt that they are asked with. (Tang et al. 2024, section 3.1: Vicuna's
/// questions, translated)
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/matrix.hpp"
#include "neuroglot/io/corpus.hpp"
#include "neuroglot/io/line_reader.hpp"
#include "neuroglot/io/utf8_check.hpp"

namespace neuroglot {

/// A language's questions; question n of each language is the same where the files are translations.
struct Questions {
  std::string language;
  std::vector<std::string> texts;
};

/// A question a line, the first `at_most` of them (0: all). Throws Error naming file and line for an empty line or
/// invalid UTF-8.
inline Questions read_questions(const CorpusSource& source, Index at_most = 0) {
  LineReader reader(source.path);
  Questions questions{source.language, {}};
  for (std::string line; reader.next(line);) {
    if (is_white_space(line)) throw error(reader.place(), ": is empty; a question a line expected");
    if (at_most == 0 || static_cast<Index>(questions.texts.size()) < at_most) questions.texts.push_back(line);
  }
  if (questions.texts.empty()) throw error(source.path.string(), ": holds no question");
  return questions;
}

/// Asks for the language in the language itself; empty for one that is not in the list.
inline std::string_view answer_language_suffix(std::string_view language) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 12> suffixes = {{
      {"en", " Answer in English."},
      {"zh", "请用中文回答。"},
      {"fr", " Répondez en français."},
      {"es", " Responda en español."},
      {"vi", " Hãy trả lời bằng tiếng Việt."},
      {"id", " Jawablah dalam bahasa Indonesia."},
      {"ja", "日本語で答えてください。"},
      {"de", " Antworten Sie auf Deutsch."},
      {"it", " Rispondi in italiano."},
      {"pt", " Responda em português."},
      {"ru", " Ответьте по-русски."},
      {"ko", " 한국어로 대답해 주세요."},
  }};
  const auto found = std::ranges::find(suffixes, language, &std::pair<std::string_view, std::string_view>::first);
  return found == suffixes.end() ? std::string_view() : found->second;
}

/// "Q: {question}{suffix}\nA:", as the paper's released code asks.
inline std::string question_prompt(std::string_view question, std::string_view suffix) {
  return "Q: " + std::string(question) + std::string(suffix) + "\nA:";
}

}  // namespace neuroglot

/// What a judge of answers is: something that can be asked for a score from 1 to 10. (Tang et al. 2024, section 3.1:
/// GPT-4)
#pragma once

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/provenance.hpp"
#include "neuroglot/experiment/steering/answer_file.hpp"

namespace neuroglot {

inline constexpr double lowest_score = 1;
inline constexpr double highest_score = 10;

/// request(answer): everything that the reply depends on; what was asked before under an equal request is not asked
/// again. ask(request): the reply, as text; throws Error where there is none and none will come. description(): for
/// provenance, the judge's prompt in it.
template <class J>
concept Judge = requires(J judge, const Answer& answer, const Provenance& request) {
  { judge.request(answer) } -> std::convertible_to<Provenance>;
  { judge.ask(request) } -> std::convertible_to<std::string>;
  { judge.description() } -> std::convertible_to<Provenance>;
};

/// A score, or why there is none.
struct Score {
  std::optional<double> value;
  std::string trouble;
};

namespace detail {

inline std::string_view trimmed(std::string_view text) {
  const auto is_mark = [](char c) { return c == ' ' || c == '*' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && is_mark(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_mark(text.back())) text.remove_suffix(1);
  return text;
}

/// The number that a text consists of: "7", "7.5", "8/10", "8 / 10", "9.".
inline std::optional<double> whole_text_number(std::string_view text) {
  text = trimmed(text);
  double value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc()) return std::nullopt;
  std::string rest;
  for (const char c : text.substr(static_cast<std::size_t>(end - text.data())))
    if (c != ' ') rest += c;
  if (!rest.empty() && rest != "." && rest != "/10" && rest != "/10.") return std::nullopt;
  return value;
}

/// What follows "score:" at the beginning of a line, in any case and with Markdown's asterisks.
inline std::optional<std::string_view> after_score(std::string_view line) {
  static constexpr std::string_view word = "score";
  line = trimmed(line);
  if (line.size() < word.size()) return std::nullopt;
  for (std::size_t i = 0; i < word.size(); ++i)
    if ((line[i] | 0x20) != word[i]) return std::nullopt;
  line = trimmed(line.substr(word.size()));
  if (!line.starts_with(':')) return std::nullopt;
  return line.substr(1);
}

}  // namespace detail

/// A reply that is nothing but a number, or what its last line "Score: N" says. A number anywhere else is not taken: it
/// might be a list's, or a year.
inline Score score_in(std::string_view reply) {
  std::optional<double> value = detail::whole_text_number(reply);
  if (!value)
    for (std::size_t begin = 0; begin < reply.size();) {
      const std::size_t end = std::min(reply.find('\n', begin), reply.size());
      if (const auto stated = detail::after_score(reply.substr(begin, end - begin)))
        value = detail::whole_text_number(*stated);
      begin = end + 1;
    }
  if (!value) return {std::nullopt, "no score"};
  if (!(*value >= lowest_score && *value <= highest_score)) return {std::nullopt, "score out of range"};
  return {value, ""};
}

}  // namespace neuroglot

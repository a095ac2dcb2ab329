/// In which language an answer is, by what an identifier says of it; answers in several languages, and those too short
/// to tell. (Tang et al. 2024, Table 5: language accuracy)
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/io/utf8_check.hpp"

namespace neuroglot {

struct LanguageShare {
  std::string language;
  double share = 0;  ///< of the text's letters, in bytes
};

/// What an identifier says of a text.
struct LanguageReading {
  std::string summary;                ///< the text's one language, empty where it can not be told
  std::vector<LanguageShare> shares;  ///< largest first
  bool is_reliable = false;
};

template <class I>
concept LanguageIdentifier = requires(const I& identify, std::string_view text) {
  { identify(text) } -> std::same_as<LanguageReading>;             // of valid UTF-8
  { identify.description() } -> std::convertible_to<std::string>;  // name and version
};

/// "zh" for zh-Hant, zh_TW and zh-CN: without script and region, in small letters, old codes as today's. Norwegian is
/// one.
inline std::string folded_language(std::string_view code) {
  std::string folded(code.substr(0, code.find_first_of("-_")));
  for (char& c : folded) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> old_codes = {
      {{"iw", "he"}, {"in", "id"}, {"jw", "jv"}, {"nb", "no"}, {"nn", "no"}, {"fil", "tl"}}};
  const auto found = std::ranges::find(old_codes, folded, &std::pair<std::string_view, std::string_view>::first);
  return found == old_codes.end() ? folded : std::string(found->second);
}

/// How a reading is made one language.
struct ReadingOptions {
  double share = 0;  ///< 0: the identifier's summary; else the language with at least this share of the letters
  bool accepts_unreliable = false;  ///< take what the identifier itself calls unreliable
};

enum class Verdict { target, other, mixed, unreliable, empty };

inline constexpr std::array<std::string_view, 5> verdict_names = {"target", "other", "mixed", "unreliable", "empty"};

inline std::string_view name(Verdict verdict) {
  return verdict_names[static_cast<std::size_t>(verdict)];
}

struct IdentifiedLanguage {
  std::string language;  ///< folded; empty where there is none
  Verdict verdict = Verdict::empty;
};

/// Throws UsageError for a share that is none.
inline void check(const ReadingOptions& options) {
  if (!(options.share >= 0 && options.share <= 1))
    throw usage_error("--share ", options.share, ": a share of the letters is between 0 and 1");
}

/// The language of an answer, and whether it is `target`.
template <LanguageIdentifier I>
IdentifiedLanguage identify_answer(const I& identify, std::string_view answer, std::string_view target,
                                   const ReadingOptions& options) {
  if (is_white_space(answer)) return {"", Verdict::empty};
  const LanguageReading reading = identify(answer);
  std::string language = folded_language(reading.summary);
  if (language.empty() || (!reading.is_reliable && !options.accepts_unreliable)) return {"", Verdict::unreliable};
  if (options.share > 0) {
    std::vector<LanguageShare> folded;  // zh and zh-Hant are added up
    for (const auto& [code, share] : reading.shares) {
      const auto known = std::ranges::find(folded, folded_language(code), &LanguageShare::language);
      if (known == folded.end())
        folded.push_back({folded_language(code), share});
      else
        known->share += share;
    }
    const auto most = std::ranges::max_element(folded, {}, &LanguageShare::share);
    if (most == folded.end() || most->share < options.share) return {"", Verdict::mixed};
    language = most->language;
  }
  const bool is_target = language == folded_language(target);
  return {std::move(language), is_target ? Verdict::target : Verdict::other};
}

}  // namespace neuroglot

/// Identifies languages by CLD2, the Compact Language Detector of Chromium (github.com/CLD2Owners/cld2). The only
/// header that includes it: programs link libcld2.
#pragma once

#include <cld2/public/compact_lang_det.h>
#include <cld2/public/encodings.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <limits>
#include <string>
#include <string_view>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/judging/language_reading.hpp"

namespace neuroglot {

/// Scripts of one language (Japanese kana, Greek, Thai, ...) tell it at once; else groups of four letters do (of
/// Chinese and Japanese single characters and pairs), Naive Bayes over pieces of a text.
class Cld2Identifier {
 public:
  /// `best_effort`: a guess for texts that CLD2 would call too short.
  explicit Cld2Identifier(bool best_effort = false) : flags_(best_effort ? CLD2::kCLDFlagBestEffort : 0) {}

  LanguageReading operator()(std::string_view text) const {
    std::string plain(text);  // CLD2 stops at control characters
    for (char& c : plain)
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    if (plain.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
      throw error("a text of ", plain.size(), " bytes is too long for CLD2");
    std::array<CLD2::Language, 3> languages{};
    std::array<int, 3> percents{};
    std::array<double, 3> scores{};
    int letters = 0;
    LanguageReading reading;
    const CLD2::CLDHints no_hints{nullptr, nullptr, CLD2::UNKNOWN_ENCODING, CLD2::UNKNOWN_LANGUAGE};
    const CLD2::Language summary = CLD2::ExtDetectLanguageSummary(
        plain.data(), static_cast<int>(plain.size()), true, &no_hints, flags_, languages.data(), percents.data(),
        scores.data(), nullptr, &letters, &reading.is_reliable);
    if (summary != CLD2::UNKNOWN_LANGUAGE) reading.summary = CLD2::LanguageCode(summary);
    for (std::size_t i = 0; i < languages.size(); ++i)
      if (percents[i] > 0 && languages[i] != CLD2::UNKNOWN_LANGUAGE)
        reading.shares.push_back({CLD2::LanguageCode(languages[i]), percents[i] / 100.0});
    std::ranges::stable_sort(reading.shares, std::greater<>(), &LanguageShare::share);
    return reading;
  }

  std::string description() const { return std::string("CLD2 ") + CLD2::DetectLanguageVersion(); }

 private:
  int flags_;
};

}  // namespace neuroglot

/// Numbers and languages as a report writes them.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace neuroglot::report {

inline constexpr std::string_view minus = "\u2212";

/// "7.70"; independent of the locale.
inline std::string fixed(double value, int digits) {
  std::array<char, 400> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, digits);
  std::string out(text.data(), end.ptr);
  const bool is_zero = out.find_first_of("123456789") == std::string::npos;
  if (out.front() == '-') out.replace(0, 1, is_zero ? "" : minus);
  return out;
}

/// "46,080"
inline std::string grouped(std::int64_t value) {
  std::string digits = std::to_string(value < 0 ? -value : value);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return value < 0 ? std::string(minus) + digits : digits;
}

/// Three digits or so: "0.03", "7.70", "13.9", "335", "1,204"; beyond what can be read, a power of ten.
inline std::string rounded(double value) {
  const double size = std::abs(value);
  if (size < 9.995) return fixed(value, 2);
  if (size < 99.95) return fixed(value, 1);
  if (size < 1e9) return grouped(std::llround(value));
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), size, std::chars_format::scientific, 1);
  return (value < 0 ? std::string(minus) : "") + std::string(text.data(), end.ptr);
}

/// "+7.70", "0.00"
inline std::string signed_change(double value) {
  const std::string text = rounded(value);
  return value > 0 && text != "0.00" ? "+" + text : text;
}

/// "+7.70", "+335", "+1.9k", "+20k", "+2.1M": in five letters or so, where cells are narrow.
inline std::string shortly(double value) {
  const double size = std::abs(value);
  const std::string sign = value < 0 ? std::string(minus) : "+";
  if (size < 999.5 || size >= 999.5e9) return signed_change(value);
  if (size < 999.5e3) return sign + fixed(size / 1e3, size < 9950 ? 1 : 0) + "k";
  if (size < 999.5e6) return sign + fixed(size / 1e6, size < 9.95e6 ? 1 : 0) + "M";
  return sign + fixed(size / 1e9, size < 9.95e9 ? 1 : 0) + "G";
}

/// "+0.496" with so many digits
inline std::string signed_fixed(double value, int digits) {
  const std::string text = fixed(value, digits);
  return value > 0 && text.find_first_of("123456789") != std::string::npos ? "+" + text : text;
}

/// A share: "0.3%", "1%", "49%", "1,204%"
inline std::string percent(double share) {
  const double hundredths = 100 * share;
  const double size = std::abs(hundredths);
  if (size >= 99.5) return rounded(hundredths) + "%";
  const bool is_whole = std::abs(hundredths - std::round(hundredths)) < 1e-9 * std::max(1.0, size);
  return fixed(hundredths, size >= 9.95 || is_whole ? 0 : 1) + "%";
}

inline std::string signed_percent(double share) {
  const std::string text = percent(share);
  return share > 0 && text != "0.0%" && text != "0%" ? "+" + text : text;
}

/// "1 neuron", "2,340 neurons"
inline std::string counted(std::int64_t n, std::string_view noun) {
  return grouped(n) + " " + std::string(noun) + (n == 1 ? "" : "s");
}

/// "a", "a and b", "a, b and c"
inline std::string listed(const std::vector<std::string>& parts) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i)
    out += (i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ") + parts[i];
  return out;
}

/// Columns that a code point takes in a figure, by its first byte: two from U+3000 upwards (Chinese, emoji), none for
/// a byte that goes on a code point.
inline std::size_t display_width(char first_byte) {
  const auto byte = static_cast<unsigned char>(first_byte);
  if ((byte & 0xc0) == 0x80) return 0;
  return byte >= 0xe3 && byte != 0xef ? 2 : 1;
}

inline std::size_t display_width(std::string_view text) {
  std::size_t sum = 0;
  for (const char c : text) sum += display_width(c);
  return sum;
}

/// A name cut to so many columns, for a figure's labels.
inline std::string shortened(std::string_view name, std::size_t widest = 12) {
  std::size_t seen = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    seen += display_width(name[i]);
    if (seen > widest) return std::string(name.substr(0, i)) + "\u2026";
  }
  return std::string(name);
}

/// "French" for "fr" (ISO 639); any other name stays as it is.
inline std::string language_name(std::string_view code) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 57> names = {{
      {"af", "Afrikaans"},  {"ar", "Arabic"},   {"az", "Azerbaijani"}, {"be", "Belarusian"}, {"bg", "Bulgarian"},
      {"bn", "Bengali"},    {"ca", "Catalan"},  {"ceb", "Cebuano"},    {"cs", "Czech"},      {"cy", "Welsh"},
      {"da", "Danish"},     {"de", "German"},   {"el", "Greek"},       {"en", "English"},    {"es", "Spanish"},
      {"et", "Estonian"},   {"eu", "Basque"},   {"fa", "Persian"},     {"fi", "Finnish"},    {"fr", "French"},
      {"ga", "Irish"},      {"gl", "Galician"}, {"he", "Hebrew"},      {"hi", "Hindi"},      {"hr", "Croatian"},
      {"hu", "Hungarian"},  {"hy", "Armenian"}, {"id", "Indonesian"},  {"it", "Italian"},    {"ja", "Japanese"},
      {"ka", "Georgian"},   {"ko", "Korean"},   {"la", "Latin"},       {"lt", "Lithuanian"}, {"lv", "Latvian"},
      {"ms", "Malay"},      {"nl", "Dutch"},    {"no", "Norwegian"},   {"pl", "Polish"},     {"pt", "Portuguese"},
      {"ro", "Romanian"},   {"ru", "Russian"},  {"sk", "Slovak"},      {"sl", "Slovenian"},  {"sq", "Albanian"},
      {"sr", "Serbian"},    {"sv", "Swedish"},  {"sw", "Swahili"},     {"ta", "Tamil"},      {"te", "Telugu"},
      {"th", "Thai"},       {"tl", "Tagalog"},  {"tr", "Turkish"},     {"uk", "Ukrainian"},  {"ur", "Urdu"},
      {"vi", "Vietnamese"}, {"zh", "Chinese"},
  }};
  for (const auto& [known, name] : names)
    if (known == code) return std::string(name);
  return std::string(code);
}

}  // namespace neuroglot::report

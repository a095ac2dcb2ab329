/// Which letters the fonts of this machine have, as fontconfig knows it.
#pragma once

#include <map>
#include <set>
#include <string>

#include "neuroglot/core/error.hpp"
#include "neuroglot/io/child_process.hpp"

namespace neuroglot {

namespace detail {

/// Letters that one font has together or not at all: Chinese characters, Hangul, kana; else blocks of 256.
inline char32_t font_group(char32_t letter) {
  const auto within = [&](char32_t first, char32_t last) { return letter >= first && letter <= last; };
  if (within(0x4e00, 0x9fff)) return 0x4e00;
  if (within(0xac00, 0xd7a3)) return 0xac00;
  return letter >> 8;
}

/// Whether there is a font that has all of them; where fontconfig is not installed, none is known of.
inline bool some_font_has(const std::set<char32_t>& letters) {
  std::string pattern = ":charset=";
  for (const char32_t letter : letters) {
    std::string digits;
    for (char32_t rest = letter; rest != 0; rest >>= 4) digits.insert(digits.begin(), "0123456789abcdef"[rest & 15]);
    pattern += (pattern.back() == '=' ? "" : " ") + digits;
  }
  try {
    const ChildResult found = run_child({"fc-list", pattern, "family"}, "", 0, "");
    return found.status == 0 && !found.out.empty();
  } catch (const Error&) {
    return false;
  }
}

}  // namespace detail

/// Those that no font has: of a group of letters of one script all of the given ones, where no one font has them all.
inline std::set<char32_t> letters_without_font(const std::set<char32_t>& letters) {
  std::map<char32_t, std::set<char32_t>> groups;
  for (const char32_t letter : letters) groups[detail::font_group(letter)].insert(letter);
  std::set<char32_t> without;
  for (const auto& [group, of_group] : groups)
    if (!detail::some_font_has(of_group)) without.insert(of_group.begin(), of_group.end());
  return without;
}

}  // namespace neuroglot

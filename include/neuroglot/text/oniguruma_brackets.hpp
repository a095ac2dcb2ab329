/// Bracket expressions of Oniguruma's dialect, which may hold each other and complements ([\S\n], [^(\s|[.,])]),
/// written for PCRE2, which knows no sets in sets.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "neuroglot/text/oniguruma_reader.hpp"

namespace neuroglot::detail {

/// What a bracket expression holds: members, and sets of which it holds the complement (\S, \W, [^...] inside it).
struct PatternBrackets {
  bool negated = false;
  std::string members;
  std::vector<std::string> complements;
};

// [^b] inside brackets is one more complement.
inline void join_brackets(PatternBrackets& outer, const PatternBrackets& inner, const OnigurumaReader& reader) {
  if (inner.negated) {
    if (!inner.complements.empty()) throw reader.refused("a complement inside [...[^...]...]");
    outer.complements.push_back(inner.members);
    return;
  }
  outer.members += inner.members;
  outer.complements.insert(outer.complements.end(), inner.complements.begin(), inner.complements.end());
}

inline void read_member(OnigurumaReader& reader, PatternBrackets& brackets) {
  if (reader.peek() != '\\') {
    brackets.members += reader.take(1);
    return;
  }
  if (reader.peek(1) == 'b') {
    reader.take(2);
    brackets.members += "\\x{8}";
    return;
  }
  const PatternEscape escape = reader.read_escape();
  if (escape.complement)
    brackets.complements.emplace_back(escape.set);
  else
    brackets.members.append(escape.text).append(escape.set);
}

/// `reader` stands at the [ and is left behind the ] that belongs to it.
inline PatternBrackets read_brackets(OnigurumaReader& reader, int depth = 0) {
  if (depth > 8) throw reader.refused("brackets nested too deep");
  reader.take(1);
  PatternBrackets brackets{reader.peek() == '^', {}, {}};
  if (brackets.negated) reader.take(1);
  for (bool first = true; first || reader.peek() != ']'; first = false) {
    if (reader.at_end()) throw reader.refused("a [ without its ]");
    if (first && reader.peek() == ']') throw reader.refused("a ] right after [");
    if (reader.next_is("[:")) throw reader.refused("a POSIX class");
    if (reader.next_is("&&")) throw reader.refused("an intersection of character classes");
    if (reader.peek() == '[')
      join_brackets(brackets, read_brackets(reader, depth + 1), reader);
    else
      read_member(reader, brackets);
  }
  reader.take(1);
  return brackets;
}

/// PCRE2 has no sets in sets: complements become alternatives beside the members.
inline std::string written_for_pcre2(const PatternBrackets& brackets) {
  const auto& [negated, members, complements] = brackets;
  if (complements.empty()) return (negated ? "[^" : "[") + members + "]";
  // x in members or not in C1 or not in C2 ...; its negation: x not in members and in C1 and in C2 ...
  std::string out = negated && !members.empty() ? "(?:(?![" + members + "])" : std::string("(?:");
  if (!negated && !members.empty()) out += "[" + members + "]|";
  for (std::size_t i = 0; i < complements.size(); ++i) {
    const bool last = i + 1 == complements.size();
    if (negated)
      out += last ? "[" + complements[i] + "]" : "(?=[" + complements[i] + "])";
    else
      out += "[^" + complements[i] + (last ? "]" : "]|");
  }
  return out + ")";
}

}  // namespace neuroglot::detail

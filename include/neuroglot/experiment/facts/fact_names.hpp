/// The names that the facts of a language need, each once, and which facts need them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "neuroglot/experiment/facts/fact.hpp"
#include "neuroglot/text/text_segments.hpp"

namespace neuroglot {

/// The facts of a language in a row, relation by relation.
struct ListedFact {
  const RelationFacts* relation = nullptr;
  const Fact* fact = nullptr;
};

inline std::vector<ListedFact> listed_facts(const LanguageFacts& language) {
  std::vector<ListedFact> all;
  for (const RelationFacts& relation : language.relations)
    for (const Fact& fact : relation.facts) all.push_back({&relation, &fact});
  return all;
}

/// A label as it is looked for: without the white space around it.
inline std::string_view searched_name(std::string_view label) {
  constexpr std::string_view spaces = " \t\r\n\v\f";
  const std::size_t begin = label.find_first_not_of(spaces);
  if (begin == std::string_view::npos) return label;
  return label.substr(begin, label.find_last_not_of(spaces) - begin + 1);
}

/// Numbers names and facts; a name that several facts have is one.
class FactNames {
 public:
  /// Facts are numbered as they are listed. Names that the rule can not tell apart are one.
  FactNames(const std::vector<ListedFact>& facts, NameRule rule) {
    for (const ListedFact& listed : facts) {
      subjects_.push_back(number(listed.fact->sub_label, rule));
      objects_.push_back(number(listed.fact->obj_label, rule));
    }
    begin_.assign(names_.size() + 1, 0);
    for (const std::uint32_t subject : subjects_) ++begin_[subject + 1];
    for (std::size_t name = 0; name < names_.size(); ++name) begin_[name + 1] += begin_[name];
    of_subject_.resize(subjects_.size());
    std::vector<std::uint32_t> next(begin_.begin(), begin_.end() - 1);
    for (std::uint32_t fact = 0; fact < subjects_.size(); ++fact)
      of_subject_[next[subjects_[fact]]++] = {fact, objects_[fact]};
    numbers_.clear();
  }

  std::size_t facts() const { return subjects_.size(); }
  const std::vector<std::string>& names() const { return names_; }
  std::uint32_t subject(std::size_t fact) const { return subjects_[fact]; }
  std::uint32_t object(std::size_t fact) const { return objects_[fact]; }

  struct FactObject {
    std::uint32_t fact, object;
  };

  /// The facts with this subject, and their objects.
  std::span<const FactObject> facts_of(std::uint32_t subject) const {
    return std::span(of_subject_).subspan(begin_[subject], begin_[subject + 1] - begin_[subject]);
  }

 private:
  std::uint32_t number(const std::string& label, NameRule rule) {
    const std::string_view name = searched_name(label);
    const auto [found, is_new] = numbers_.try_emplace(rule.ignore_case ? lowercase_text(name) : std::string(name),
                                                      static_cast<std::uint32_t>(names_.size()));
    if (is_new) names_.emplace_back(name);
    return found->second;
  }

  std::vector<std::string> names_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<std::uint32_t> subjects_, objects_;  // by fact
  std::vector<std::uint32_t> begin_;               // by subject, in of_subject_
  std::vector<FactObject> of_subject_;             // of one subject after the other
};

}  // namespace neuroglot

/// The top neurons of facts in several languages, facts joined across languages by their uuid.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/analysis/top_neurons.hpp"
#include "neuroglot/core/matrix.hpp"

namespace neuroglot {

/// What a fact is in every language.
struct FactIdentity {
  std::string uuid, relation;
  std::string object;  ///< its URI: facts of one object have the same answer
};

struct FactNeuronSets {
  std::vector<std::string> languages;
  std::vector<FactIdentity> facts;
  std::vector<std::vector<NeuronIds>> neurons;  ///< [language][fact]; empty where the language has none of the fact

  bool has(std::size_t language, std::size_t fact) const { return !neurons[language][fact].empty(); }

  /// Facts that both languages have, ascending.
  std::vector<std::size_t> common(std::size_t k, std::size_t c) const {
    std::vector<std::size_t> both;
    for (std::size_t f = 0; f < facts.size(); ++f)
      if (has(k, f) && has(c, f)) both.push_back(f);
    return both;
  }
};

/// Collects sets language by language; facts are numbered as they come.
class FactNeuronCollector {
 public:
  explicit FactNeuronCollector(std::vector<std::string> languages) {
    sets_.neurons.resize(languages.size());
    sets_.languages = std::move(languages);
  }

  void add(std::size_t language, const FactIdentity& fact, NeuronIds neurons) {
    const auto [at, is_new] = number_.try_emplace(fact.uuid, sets_.facts.size());
    if (is_new) {
      sets_.facts.push_back(fact);
      for (std::vector<NeuronIds>& of : sets_.neurons) of.emplace_back();
    }
    sets_.neurons[language][at->second] = std::move(neurons);
  }

  FactNeuronSets take() { return std::move(sets_); }

 private:
  FactNeuronSets sets_;
  std::map<std::string, std::size_t, std::less<>> number_;  // by uuid
};

}  // namespace neuroglot

/// The rows of a perplexity matrix: which neurons are off in each, for one set of neurons or for many, with random
/// neurons as a control. (Tang et al. 2024, Figs. 2 and 3)
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/analysis/neuron_set.hpp"
#include "neuroglot/analysis/random.hpp"
#include "neuroglot/core/error.hpp"

namespace neuroglot {

/// A set under the name that its rows carry: "lape 1%".
struct LabelledSet {
  std::string label;
  NeuronSet set;
};

struct MatrixRow {
  std::string name;                   ///< of this row alone; as long as there is one set, simply what is off
  std::string set;                    ///< its label; empty in row "none"
  std::string off;                    ///< "none", a language, or "random"
  std::optional<std::uint64_t> seed;  ///< of a random row
};

struct SwitchedOffOptions {
  std::uint64_t seed = 1;
  Index seeds = 1;                  ///< random rows of each set
  std::optional<std::string> only;  ///< the one language whose neurons are switched off; nothing: each in turn
};

class SwitchedOff {
 public:
  /// Row "none", then for each set its languages and `seeds` random rows. Throws Error where a set lacks language
  /// `only`, UsageError where two sets have one label.
  explicit SwitchedOff(std::vector<LabelledSet> sets, SwitchedOffOptions options = {})
      : sets_(std::move(sets)), options_(std::move(options)), rows_{{"none", "", "none", {}}} {
    for (std::size_t s = 0; s < sets_.size(); ++s) {
      const auto has_its_label = [&](const LabelledSet& other) { return other.label == sets_[s].label; };
      if (std::count_if(sets_.begin(), sets_.end(), has_its_label) > 1)
        throw usage_error("two sets of neurons are called ", sets_[s].label, ": rows could not be told apart");
      add_rows(s);
    }
  }

  const std::vector<LabelledSet>& sets() const { return sets_; }
  const std::vector<MatrixRow>& rows() const { return rows_; }

  /// What is off in a row while a column's language is measured. A random row has as many neurons as the language
  /// `only`; without it, in column k as many as language k, and where the set has none of k the mean number of its
  /// languages.
  NeuronsByLayer neurons(std::size_t row, const std::string& column) const {
    if (row == 0) return {};
    const NeuronSet& set = sets_[set_of_row_[row - 1]].set;
    if (!rows_[row].seed) return set.of(rows_[row].off);
    return random(set, options_.only.value_or(column), *rows_[row].seed);
  }

 private:
  void add_rows(std::size_t s) {
    const std::string& label = sets_[s].label;
    const NeuronSet& set = sets_[s].set;
    const auto add = [&](const std::string& off, const std::string& name, std::optional<std::uint64_t> seed) {
      rows_.push_back({sets_.size() == 1 ? name : label + ": " + name, label, off, seed});
      set_of_row_.push_back(s);
    };
    if (options_.only) set.of(*options_.only);
    for (const std::string& language : set.languages)
      if (!options_.only || language == *options_.only) add(language, language, {});
    for (Index i = 0; i < options_.seeds; ++i) {
      // language k is drawn with seed + k: a step of their number keeps all drawings apart
      const std::uint64_t seed = options_.seed + static_cast<std::uint64_t>(i) * set.languages.size();
      add("random", i == 0 ? "random" : "random, seed " + std::to_string(seed), seed);
    }
  }

  static NeuronsByLayer random(const NeuronSet& set, const std::string& like, std::uint64_t seed) {
    Index wanted = 0;
    for (std::size_t k = 0; k < set.languages.size(); ++k) {
      if (set.languages[k] == like)
        return random_neurons(count(set.neurons[k]), set.layers, set.neurons_per_layer, seed + k);
      wanted += count(set.neurons[k]);
    }
    return random_neurons(wanted / static_cast<Index>(set.languages.size()), set.layers, set.neurons_per_layer, seed);
  }

  std::vector<LabelledSet> sets_;
  SwitchedOffOptions options_;
  std::vector<MatrixRow> rows_;
  std::vector<std::size_t> set_of_row_;  // of rows_[1], rows_[2], ...
};

}  // namespace neuroglot

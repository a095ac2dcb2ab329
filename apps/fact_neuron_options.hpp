/// The options of ng-fact-neurons, and the policies that they choose among.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "command_line.hpp"
#include "neuroglot/analysis/deviation_from_mean.hpp"
#include "neuroglot/analysis/neuron_groups.hpp"
#include "neuroglot/analysis/probeless.hpp"
#include "neuroglot/experiment/facts/fact_neurons_file.hpp"
#include "neuroglot/hooks/site.hpp"
#include "neuroglot/nn/config.hpp"

namespace ng {

inline void add_fact_neuron_options(CommandLine& line) {
  using neuroglot::Index;
  line.add()("facts", po::value<std::string>(), "a folder of facts in mLAMA's format");
  line.add()("hits", po::value<std::string>(), "hits.jsonl of ng-probe: which facts MODEL predicts");
  line.add()("policy", po::value<std::string>()->default_value("probeless"),
             "of scores: probeless, mean distance to the other facts of the relation (the paper's code); neurox, their "
             "sum; original, the sum over all pairs, one ranking a relation; deviation, distance to the mean");
  line.add()("site", po::value<std::string>()->default_value("mlp.hook_act"),
             "of each block: mlp.hook_act, mlp.hook_pre, hook_mlp_out or hook_resid_post");
  line.add()("top", po::value<Index>()->default_value(50), "neurons of a fact in a language");
  line.add()("languages", po::value<std::vector<std::string>>()->multitoken(),
             "LANG ...: those that may be compared; without it all of the hits");
  line.add()("top-languages", po::value<Index>()->default_value(30), "of them those of highest P@1; 0: all");
  line.add()("fact", po::value<std::string>(),
             "whose activity is kept (Fig. 15): a uuid, or its subject in some language; default: the one that most "
             "languages predict");
  line.add()("grouping", po::value<std::string>()->default_value("remainder"),
             "of neurons in that figure: remainder, neuron modulo --groups; contiguous");
  line.add()("groups", po::value<Index>()->default_value(16), "of a layer's neurons in that figure");
  line.add()("shared-above", po::value<double>(),
             "two languages share a fact if its overlap is above this; default: what different facts reach by chance");
  line.add()("majority", po::value<double>()->default_value(neuroglot::KindRule{}.majority),
             "a fact is shared if at least this share of its pairs of languages share it");
  line.add()("absent", po::value<std::string>(), "roots.jsonl of ng-roots: which facts each language's corpus lacks");
  line.add()("plan", po::value<std::string>(), "plan.json of a model with planned kinds, to compare the kinds with");
  line.add()("batch", po::value<Index>()->default_value(2048), "tokens in a pass, about. No result depends on it");
}

/// The value of an option that counts something. Throws UsageError below `least`.
inline neuroglot::Index counted(const CommandLine& line, const std::string& option, neuroglot::Index least) {
  const auto value = line.get<neuroglot::Index>(option);
  if (value < least) throw neuroglot::usage_error("--", option, " ", value, ": at least ", least);
  return value;
}

/// A share. Throws UsageError outside of 0 to 1.
inline double share(const CommandLine& line, const std::string& option) {
  const auto value = line.get<double>(option);
  if (!(value >= 0 && value <= 1)) throw neuroglot::usage_error("--", option, " ", value, ": between 0 and 1");
  return value;
}

namespace detail {

/// Calls f with the one of the Policies whose name is `name`. Throws UsageError naming them.
template <class... Policies, class F>
void with_named(std::string_view option, std::string_view name, F&& f) {
  std::string known;
  const auto is = [&]<class P>(P policy) {
    known += (known.empty() ? "" : ", ") + std::string(P::name);
    if (name != P::name) return false;
    f(policy);
    return true;
  };
  if (!(is(Policies{}) || ...)) throw neuroglot::usage_error("--", option, " ", name, ": there are ", known);
}

}  // namespace detail

template <class F>
void with_fact_score(const CommandLine& line, F&& f) {
  using namespace neuroglot;
  detail::with_named<Probeless, ProbelessOfLabel, ProbelessOverall, DeviationFromMean>("policy", line.text("policy"),
                                                                                       f);
}

template <class F>
void with_fact_site(const CommandLine& line, const neuroglot::Config& config, F&& f) {
  using namespace neuroglot;
  detail::with_named<site::mlp_act, site::mlp_pre, site::mlp_out, site::resid_post>(
      "site", line.text("site"), [&]<class Site>(Site at) {
        if (std::ranges::find(config.lacking_sites, Site::name) != config.lacking_sites.end())
          throw usage_error("--site ", Site::name, ": this model has no such site");
        f(at);
      });
}

template <class F>
void with_grouping(const CommandLine& line, F&& f) {
  using namespace neuroglot;
  detail::with_named<ByRemainder, Contiguous>("grouping", line.text("grouping"), f);
}

}  // namespace ng

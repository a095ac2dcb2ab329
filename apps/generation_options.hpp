/// The options of programs that generate text: how tokens are chosen, when a text ends, which neurons are steered.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "command_line.hpp"
#include "neuroglot/experiment/generation/end_tokens.hpp"
#include "neuroglot/experiment/generation/sequence.hpp"
#include "neuroglot/experiment/neuron_file.hpp"
#include "neuroglot/experiment/sampling/sampler.hpp"
#include "neuroglot/experiment/statistics_file.hpp"
#include "neuroglot/experiment/steering/steering.hpp"
#include "neuroglot/hooks/site.hpp"
#include "neuroglot/nn/config.hpp"
#include "neuroglot/text/utf8.hpp"

namespace ng {

inline void add_generation_options(CommandLine& line) {
  line.add()("max-new-tokens", po::value<neuroglot::Index>()->default_value(64), "tokens that a text ends after");
  line.add()("temperature", po::value<double>()->default_value(0), "0: always the most likely token; else draw");
  line.add()("top-k", po::value<neuroglot::Index>()->default_value(0), "draw among the k most likely; 0: among all");
  line.add()("top-p", po::value<double>()->default_value(1), "draw among the most likely that add up to p");
  line.add()("min-p", po::value<double>()->default_value(0), "draw among those p times as likely as the first");
  line.add()("repetition-penalty", po::value<double>()->default_value(1), "above 1: seen tokens are less likely");
  line.add()("stop", po::value<std::vector<std::string>>()->composing(),
             "TEXT that a text ends before; may be given again. \\n is a line break");
  line.add()("ignore-eos", po::bool_switch(), "go on after the model's end token");
  line.add()("seed", po::value<std::uint64_t>()->default_value(1), "of the draws");
}

inline void add_steering_options(CommandLine& line) {
  line.add()("neurons", po::value<std::string>(), "neurons.json of ng-select");
  line.add()("off", po::value<std::vector<std::string>>()->multitoken(), "LANG ...: its neurons give 0");
  line.add()("on", po::value<std::string>(), "LANG: its neurons are steered; where a neuron is in both, on wins");
  line.add()("value", po::value<std::string>()->default_value("mean"),
             "of the neurons that are on: mean (the language's mean activation), a number, add:S (adds S times the "
             "mean), diff (adds the mean less that of all other languages), diff:LANG (less that of LANG)");
  line.add()("stats", po::value<std::string>(), "stats.safetensors of ng-record, for the means");
}

namespace detail {

/// "\n" as it is typed on a command line.
inline std::string with_line_breaks(std::string text) {
  for (std::size_t at = 0; (at = text.find("\\n", at)) != std::string::npos; ++at) text.replace(at, 2, "\n");
  return text;
}

}  // namespace detail

inline neuroglot::GenerationOptions generation_options(const CommandLine& line) {
  neuroglot::GenerationOptions options;
  options.max_new_tokens = line.get<neuroglot::Index>("max-new-tokens");
  options.seed = line.get<std::uint64_t>("seed");
  if (!line.flag("ignore-eos")) options.end_tokens = neuroglot::end_tokens(line.model());
  if (line.has("stop"))
    for (const std::string& stop : line.get<std::vector<std::string>>("stop")) {
      neuroglot::require_utf8(stop, "--stop");
      options.stop_strings.push_back(detail::with_line_breaks(stop));
    }
  return options;
}

/// Calls f with the sampler that the options describe. Throws UsageError for numbers that make none.
template <class F>
auto with_sampler(const CommandLine& line, F f) {
  using namespace neuroglot;
  const RepetitionPenalty penalty(line.get<double>("repetition-penalty"));
  const TopK top_k(line.get<Index>("top-k"));
  const TopP top_p(line.get<double>("top-p"));
  const MinP min_p(line.get<double>("min-p"));
  if (line.get<double>("temperature") != 0)
    return f(RandomSampler{{}, {penalty, Temperature(line.get<double>("temperature")), top_k, top_p, min_p}});
  if (!top_k.changes_nothing() || !top_p.changes_nothing() || !min_p.changes_nothing())
    throw usage_error("--top-k, --top-p and --min-p need draws: give a --temperature above 0");
  return f(GreedySampler{{}, {penalty}});
}

/// --stats, where it is given; throws Error where it is of another site than that of steering.
inline std::optional<neuroglot::StatisticsFile> steering_statistics(const CommandLine& line) {
  using namespace neuroglot;
  if (!line.has("stats")) return std::nullopt;
  StatisticsFile file = read_statistics(line.text("stats"));
  check(file.statistics);
  const std::string heard = "blocks.*." + std::string(site::mlp_act::name);
  if (file.provenance.contains("site") && file.provenance["site"] != heard)
    throw error(line.text("stats"), ": recorded at ", file.provenance["site"].dump(), "; neurons are steered at ",
                heard);
  return file;
}

/// Throws UsageError where --off or --on lack what they need.
inline neuroglot::Steering steering_of(const CommandLine& line, const neuroglot::Config& config) {
  using namespace neuroglot;
  if (!line.has("off") && !line.has("on")) return {};
  if (!line.has("neurons")) throw usage_error("--off and --on need --neurons neurons.json");
  SteeringOptions options;
  options.off = line.words("off");
  if (line.has("on")) options.on = line.text("on");
  options.value = steering_value_named(line.text("value"));
  const auto statistics = steering_statistics(line);
  const NeuronFile file = read_neurons(line.text("neurons"), config.num_hidden_layers, config.neurons());
  return steering(file.set, options, statistics ? &statistics->statistics : nullptr);
}

}  // namespace ng

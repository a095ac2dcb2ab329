/// A sparse linear probe as a selection: the neurons from which, taken together, the language of a text can be told.
/// (Dalvi et al. 2019, "What Is One Grain of Sand in the Desert?", section 3: elastic-net logistic regression)
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/analysis/activation_samples.hpp"
#include "neuroglot/analysis/multinomial_elastic_net.hpp"
#include "neuroglot/analysis/probe_data.hpp"
#include "neuroglot/analysis/ranking.hpp"
#include "neuroglot/analysis/select.hpp"

namespace neuroglot {

/// The penalty is lowered by a factor of 10^(-1/20) at a time until round(rate * neurons) neurons have
/// a positive weight for some language, at most down to 1/10,000 of where the first one enters. Of those the ones of
/// largest weight are chosen, ties by layer and neuron; each belongs to the languages for which its weight is positive,
/// so that it speaks for them by being active. Fewer are chosen where the path ends first.
struct SparseProbe {
  static constexpr std::string_view name = "probe";
  const ActivationSamples& samples;  ///< of the same model and languages; may be large: kept by the caller
  double l1_ratio = 0.5;
  double tolerance = 1e-6;       ///< of the weights that are ranked
  std::string feature = "mean";  ///< what the samples hold, for the file to say

  /// Throws Error for samples of other languages or another model, of one language, or too few.
  NeuronSet select(const ActivationStatistics& statistics, const SelectionOptions& options) const {
    require_samples_of(statistics);
    if (!(l1_ratio > 0 && l1_ratio <= 1))
      throw usage_error("the L1 ratio is ", l1_ratio, ", not a share above 0 and up to 1");
    const ProbeData data = probe_data(samples);
    MultinomialElasticNet probe(data, {.l1_ratio = l1_ratio});
    const std::size_t wanted = detail::rounded(options.rate * static_cast<double>(data.features));
    double lambda = probe.largest_lambda();
    const bool has_signal = lambda > 0;
    for (int step = 1; has_signal && step <= 80; ++step) {
      lambda = probe.largest_lambda() * std::pow(10.0, -step / 20.0);
      probe.fit(lambda, on_the_way);
      if (positive_neurons(probe) < wanted) continue;
      probe.fit(lambda, tolerance);
      if (positive_neurons(probe) >= wanted) break;
    }
    NeuronSet chosen = empty_set(statistics, name,
                                 {{"rate", options.rate},
                                  {"feature", feature},
                                  {"l1_ratio", l1_ratio},
                                  {"lambda", lambda},
                                  {"samples", static_cast<std::int64_t>(data.samples)},
                                  {"held_out", static_cast<std::int64_t>(data.held_out_label.size())},
                                  {"held_out_accuracy", probe.held_out_accuracy()}});
    take(probe, wanted, chosen);
    return chosen;
  }

 private:
  static constexpr double on_the_way = 1e-3;  // what is still to be gone on from need not be exact

  void require_samples_of(const ActivationStatistics& statistics) const {
    if (samples.values.size() == 0) throw error("there are no samples: --method probe needs --samples of ng-record");
    if (samples.languages != statistics.languages || samples.layers() != statistics.layers() ||
        samples.neurons() != statistics.neurons())
      throw error("the samples are of ", samples.languages.size(), " languages, ", samples.layers(), " layers of ",
                  samples.neurons(), " neurons, the statistics of ", statistics.languages.size(), ", ",
                  statistics.layers(), ", ", statistics.neurons(), ": they must be of one run of ng-record");
  }

  /// To five decimals, upwards: neurons that always fire alike have one weight but for the tolerance, and are ties.
  double largest_weight(const MultinomialElasticNet& probe, std::size_t j) const {
    double largest = 0;
    for (std::size_t k = 0; k < samples.languages.size(); ++k) largest = std::max(largest, probe.weight(j, k));
    return std::ceil(largest * 1e5) / 1e5;
  }

  std::size_t positive_neurons(const MultinomialElasticNet& probe) const {
    std::size_t count = 0;
    for (std::size_t j = 0; j < samples.values.shape(1) * samples.values.shape(2); ++j)
      count += largest_weight(probe, j) > 0 ? 1 : 0;
    return count;
  }

  void take(const MultinomialElasticNet& probe, std::size_t wanted, NeuronSet& chosen) const {
    const std::size_t width = samples.values.shape(2);
    LanguagesByLayersByNeurons largest = xt::zeros<double>({std::size_t{1}, samples.values.shape(1), width});
    for (std::size_t j = 0; j < largest.size(); ++j) largest.data()[j] = largest_weight(probe, j);
    for (const RankedNeuron& neuron : highest(largest, 0, wanted))
      for (std::size_t k = 0; k < chosen.languages.size(); ++k)
        if (probe.weight(neuron.layer * width + neuron.neuron, k) > 0)
          chosen.neurons[k][neuron.layer].push_back(static_cast<Index>(neuron.neuron));
  }
};

}  // namespace neuroglot

// A metric without a score: the message says which concept it fails.
// expects: NeuronMetric
// expects: metric\.score\(activity\)
#include "neuroglot/analysis/select.hpp"

using namespace neuroglot;

struct Mine {
  static constexpr std::string_view name = "mine";
  LanguagesByLayersByNeurons activity(const ActivationStatistics&) const { return {}; }
#ifndef MISTAKE
  LayersByNeurons score(const LanguagesByLayersByNeurons&) const {
    return {};
  }
#endif
};

NeuronSet choose(const ActivationStatistics& statistics) {
  return select<Mine>(statistics);
}

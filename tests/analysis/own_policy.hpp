#include <xtensor/xmath.hpp>

#include "neuroglot/analysis/select.hpp"

struct OwnPolicy {  // 1 minus the share of the language that uses the neuron most
  static constexpr std::string_view name = "largest-share";
  neuroglot::LanguagesByLayersByNeurons activity(const neuroglot::ActivationStatistics& statistics) const {
    return neuroglot::activation_probability(statistics);
  }
  neuroglot::LayersByNeurons score(const neuroglot::LanguagesByLayersByNeurons& p) const {
    return 1.0 - xt::amax(p, {0}) / xt::sum(p, {0});
  }
};

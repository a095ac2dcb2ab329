struct ProbabilityLead {  // how far a language's activation probability is above the mean of all languages
  static constexpr std::string_view name = "probability-lead";
  neuroglot::LanguagesByLayersByNeurons score(const neuroglot::ActivationStatistics& statistics) const {
    const neuroglot::LanguagesByLayersByNeurons p = neuroglot::activation_probability(statistics);
    return p - xt::mean(p, {0});
  }
};

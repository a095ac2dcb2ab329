struct FirstNeuron {  // the first neuron of every layer, whatever it does
  static constexpr std::string_view name = "first-neuron";
  neuroglot::NeuronSet select(const neuroglot::ActivationStatistics& statistics,
                              const neuroglot::SelectionOptions&) const {
    neuroglot::NeuronSet set = neuroglot::empty_set(statistics, name, {});
    for (auto& language : set.neurons)
      for (auto& layer : language) layer.push_back(0);
    return set;
  }
};

/// The top neurons of facts on disk, a line a relation and language: {"provenance": ...} in the first line. The same
/// lines are what an interrupted run leaves to go on from.
#pragma once

#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/facts/relation_neurons.hpp"
#include "neuroglot/experiment/neuron_file.hpp"
#include "neuroglot/experiment/provenance.hpp"
#include "neuroglot/io/json.hpp"
#include "neuroglot/io/line_log.hpp"

namespace neuroglot {

inline Provenance activity_json(const FactActivity& activity) {
  return {{"language", activity.language},
          {"sentence", activity.sentence},
          {"object", activity.object},
          {"means", activity.means}};
}

inline Provenance skipped_json(const std::vector<SkippedFact>& skipped) {
  Provenance list = Provenance::array();
  for (const SkippedFact& of : skipped) list.push_back({{"place", of.place}, {"why", of.why}});
  return list;
}

/// How wide a model is, in the neurons of the site that is looked at.
struct NeuronShape {
  Index layers = 0;
  Index neurons_per_layer = 0;
};

inline std::string relation_line(const RelationNeurons& of, const NeuronShape& shape) {
  Provenance facts = Provenance::array();
  for (const auto& [fact, neurons] : of.facts)
    facts.push_back({{"uuid", fact.uuid},
                     {"object", fact.object},
                     {"neurons", layers_json(by_layer(neurons, shape.layers, shape.neurons_per_layer))}});
  Provenance line{{"language", of.language}, {"relation", of.relation}, {"facts", std::move(facts)}};
  if (!of.skipped.empty()) line["skipped"] = skipped_json(of.skipped);
  if (of.activity) line["activity"] = activity_json(*of.activity);
  return line.dump(-1, ' ', true, Provenance::error_handler_t::replace);
}

namespace detail {

inline RelationNeurons relation_of(const nlohmann::json& line, const NeuronShape& shape, const std::string& place) {
  RelationNeurons of{line.at("language"), line.at("relation"), {}, {}, {}};
  for (const nlohmann::json& fact : line.at("facts"))
    of.facts.emplace_back(FactIdentity{fact.at("uuid"), of.relation, fact.at("object")},
                          counted_through(neurons_by_layer(fact.at("neurons"), shape.layers, shape.neurons_per_layer,
                                                           place + ": neurons"),
                                          shape.neurons_per_layer));
  if (line.contains("skipped"))
    for (const nlohmann::json& skipped : line["skipped"])
      of.skipped.push_back({skipped.at("place"), skipped.at("why")});
  if (line.contains("activity")) {
    const nlohmann::json& activity = line["activity"];
    of.activity = {activity.at("language"), activity.at("sentence"), activity.at("object"), activity.at("means")};
  }
  return of;
}

}  // namespace detail

/// The relations that a run has finished, written down as it goes.
class RelationNeuronsLog {
 public:
  /// Starts anew, or with `resume` takes up what is there. Throws Error where another run left it.
  RelationNeuronsLog(std::filesystem::path path, const Provenance& provenance, const NeuronShape& shape, bool resume)
      : shape_(shape), log_(std::move(path), provenance_line(provenance), resume) {
    for (const LoggedLine& line : log_.left()) try {
        keep(detail::relation_of(parse_json(line.text, line.place), shape_, line.place));
      } catch (const nlohmann::json::exception& failure) {
        throw error(line.place, ": is not a line of fact neurons: ", detail::json_reason(failure));
      }
  }

  const std::vector<RelationNeurons>& finished() const { return finished_; }
  bool has(std::string_view language, std::string_view relation) const {
    return keys_.contains({std::string(language), std::string(relation)});
  }

  void add(RelationNeurons of) {
    log_.add(relation_line(of, shape_));
    keep(std::move(of));
  }

 private:
  void keep(RelationNeurons of) {
    keys_.emplace(of.language, of.relation);
    finished_.push_back(std::move(of));
  }

  NeuronShape shape_;
  LineLog log_;
  std::vector<RelationNeurons> finished_;
  std::set<std::pair<std::string, std::string>> keys_;
};

}  // namespace neuroglot

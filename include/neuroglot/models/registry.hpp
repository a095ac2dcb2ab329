/// All families, and the choice of one by the model_type of config.json.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "neuroglot/models/any_model.hpp"
#include "neuroglot/models/llama.hpp"

namespace neuroglot {

/// A list of model types.
template <class... Models>
struct Families {};

/// Every family on a backend: a new one is a line here.
template <class B>
using AllFamilies = Families<Llama<B>>;

namespace detail {

template <class Model>
bool is_of_family(std::string_view model_type) {
  return std::find(Model::model_types.begin(), Model::model_types.end(), model_type) != Model::model_types.end();
}

template <class... Models>
std::string supported_model_types(Families<Models...>) {
  std::string names;
  const auto add = [&](std::string_view name) { names += (names.empty() ? "" : ", ") + std::string(name); };
  (std::for_each(Models::model_types.begin(), Models::model_types.end(), add), ...);
  return names;
}

template <class... Models>
std::unique_ptr<AnyModel> load_of(Families<Models...> families, const std::string& model_type,
                                  const std::filesystem::path& folder, int threads, WeightReport* report) {
  std::unique_ptr<AnyModel> model;
  ((is_of_family<Models>(model_type) ? void(model = std::make_unique<ErasedModel<Models>>(folder, threads, report))
                                     : void()),
   ...);
  if (!model)
    throw error((folder / "config.json").string(), ": model_type \"", model_type,
                "\" is not supported (supported: ", supported_model_types(families), ")");
  return model;
}

/// Calls f with the config of whichever family.
template <class... Models>
Config config_of(Families<Models...>, const std::string& model_type, ConfigReader& json) {
  Config config;
  bool found = false;
  ((is_of_family<Models>(model_type) ? void((config = Models::read_config(json), found = true)) : void()), ...);
  if (!found)
    throw error(json.where(), ": model_type \"", model_type,
                "\" is not supported (supported: ", supported_model_types(Families<Models...>{}), ")");
  json.refuse_unread();
  return config;
}

}  // namespace detail

/// The config of a model folder of any family.
inline Config read_any_config(const std::filesystem::path& folder) {
  ConfigReader json(folder);
  return detail::config_of(AllFamilies<Cpu>{}, json.required<std::string>("model_type"), json);
}

/// Loads a model of any family on backend B.
template <class B>
std::unique_ptr<AnyModel> load_any_model(const std::filesystem::path& folder, int threads = 0,
                                         WeightReport* report = nullptr) {
  ConfigReader json(folder);
  return detail::load_of(AllFamilies<B>{}, json.required<std::string>("model_type"), folder, threads, report);
}

}  // namespace neuroglot

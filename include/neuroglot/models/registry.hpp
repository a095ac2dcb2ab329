/// All families, and the choice of one by the model_type of config.json.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "neuroglot/models/albert.hpp"
#include "neuroglot/models/any_model.hpp"
#include "neuroglot/models/bert.hpp"
#include "neuroglot/models/bloom.hpp"
#include "neuroglot/models/cohere.hpp"
#include "neuroglot/models/distilbert.hpp"
#include "neuroglot/models/gemma2.hpp"
#include "neuroglot/models/gemma3.hpp"
#include "neuroglot/models/gpt2.hpp"
#include "neuroglot/models/gpt_neox.hpp"
#include "neuroglot/models/llama.hpp"
#include "neuroglot/models/mistral.hpp"
#include "neuroglot/models/mixtral.hpp"
#include "neuroglot/models/modernbert.hpp"
#include "neuroglot/models/olmo2.hpp"
#include "neuroglot/models/opt.hpp"
#include "neuroglot/models/phi3.hpp"
#include "neuroglot/models/qwen2.hpp"
#include "neuroglot/models/qwen3.hpp"
#include "neuroglot/models/qwen3_moe.hpp"
#include "neuroglot/models/roberta.hpp"

namespace neuroglot {

/// A list of model types.
template <class... Models>
struct Families {};

/// Every family on a backend: a new one is a line here.
template <class B>
using AllFamilies = Families<Llama<B>, Mistral<B>, Mixtral<B>, Qwen2<B>, Qwen3<B>, Qwen3Moe<B>, Gemma2<B>, Gemma3<B>,
                             Bloom<B>, Gpt2<B>, Opt<B>, OptPostNorm<B>, GptNeox<B>, Olmo2<B>, Phi3<B>, Cohere<B>,
                             Bert<B>, Roberta<B>, DistilBert<B>, Albert<B>, ModernBert<B>>;

namespace detail {

template <class... Models>
std::string supported_model_types(Families<Models...>) {
  std::set<std::string_view> types;
  (types.insert(Models::model_types.begin(), Models::model_types.end()), ...);
  std::string names;
  for (const std::string_view type : types) names += (names.empty() ? "" : ", ") + std::string(type);
  return names;
}

/// Calls f.operator()<Model>() with the family that config.json names. Throws Error where there is none.
template <class F, class... Models>
void with_family(Families<Models...> families, ConfigReader& json, F f) {
  bool found = false;
  const auto call_if = [&]<class Model>() {
    if (found || !is_of_family<Model>(json)) return;
    found = true;
    f.template operator()<Model>();
  };
  (call_if.template operator()<Models>(), ...);
  if (!found)
    throw error(json.where(), ": model_type \"", json.required<std::string>("model_type"),
                "\" is not supported (supported: ", supported_model_types(families), ")");
}

}  // namespace detail

/// The config of a model folder of any family.
inline Config read_any_config(const std::filesystem::path& folder) {
  ConfigReader json(folder);
  Config config;
  detail::with_family(AllFamilies<Cpu>{}, json,
                      [&]<class Model>() { config = read_config_of<Model>(json, Checkpoint(folder)); });
  return config;
}

/// Loads a model of any family on backend B.
template <class B>
std::unique_ptr<AnyModel> load_any_model(const std::filesystem::path& folder, const BackendOptions& options,
                                         WeightReport* report = nullptr) {
  ConfigReader json(folder);
  std::unique_ptr<AnyModel> model;
  detail::with_family(AllFamilies<B>{}, json,
                      [&]<class Model>() { model = load_erased<Model>(folder, options, report); });
  return model;
}
template <class B>
std::unique_ptr<AnyModel> load_any_model(const std::filesystem::path& folder, int threads = 0) {
  return load_any_model<B>(folder, BackendOptions{threads});
}

}  // namespace neuroglot

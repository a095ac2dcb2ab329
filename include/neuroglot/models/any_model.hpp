/// A model whose family config.json decides at run time: one virtual call a pass, families compiled once
/// (apps/families.cpp).
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/hooks/erased.hpp"
#include "neuroglot/models/forward.hpp"
#include "neuroglot/models/load_model.hpp"
#include "neuroglot/nn/config.hpp"

namespace neuroglot {

/// What experiments need of a model, whatever its family and backend.
class AnyModel {
 public:
  virtual ~AnyModel() = default;
  virtual const Config& config() const = 0;
  virtual Threads& threads() = 0;
  /// "cpu", "reference"
  virtual std::string_view backend_name() const = 0;
  virtual std::size_t weight_bytes() const = 0;
  virtual std::size_t workspace_bytes() = 0;
  virtual void forward(const PackedBatch& batch, ErasedHooks hooks) = 0;
  virtual std::vector<double> next_token_loss(const PackedBatch& batch, ErasedHooks hooks) = 0;
};

/// The same call as with a model of a known type; the set of hooks is decided at compile time, who listens is asked at
/// run time.
template <class Output, class... Hooks>
auto forward(AnyModel& model, const PackedBatch& batch, HookSet<Hooks...> listening = HookSet<>()) {
  static_assert(std::is_same_v<Output, output::None> || std::is_same_v<Output, output::NextTokenLoss>,
                "a family chosen at run time gives output::None or output::NextTokenLoss; logits are had by a hook on "
                "site::logits");
  if constexpr (std::is_same_v<Output, output::None>)
    model.forward(batch, ErasedHooks(listening));
  else
    return model.next_token_loss(batch, ErasedHooks(listening));
}

namespace detail {

template <class Model>
class ErasedModel final : public AnyModel {
 public:
  ErasedModel(const std::filesystem::path& folder, int threads, WeightReport* report)
      : backend_(threads), model_(load_model<Model>(folder, backend_, report)) {}

  const Config& config() const override { return model_.config(); }
  Threads& threads() override { return backend_.threads(); }
  std::string_view backend_name() const override { return Model::Backend::name; }
  std::size_t workspace_bytes() override { return backend_.workspace().capacity(); }
  std::size_t weight_bytes() const override {
    std::size_t total = 0;
    for_each_weight(model_, [&](const std::string&, const auto& weight) {
      if constexpr (requires { weight.bytes(); })
        total += weight.bytes();
      else
        total += weight.size() * sizeof(weight.front());
    });
    return total;
  }
  void forward(const PackedBatch& batch, ErasedHooks hooks) override {
    forward_with<output::None>(model_, batch, hooks);
  }
  std::vector<double> next_token_loss(const PackedBatch& batch, ErasedHooks hooks) override {
    return forward_with<output::NextTokenLoss>(model_, batch, hooks);
  }

 private:
  typename Model::Backend backend_;
  Model model_;
};

}  // namespace detail
}  // namespace neuroglot

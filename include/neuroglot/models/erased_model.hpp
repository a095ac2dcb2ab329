/// A family behind AnyModel: what is compiled once a family and backend.
#pragma once

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "neuroglot/models/any_model.hpp"
#include "neuroglot/models/forward_by_layers.hpp"
#include "neuroglot/models/layer_stream.hpp"
#include "neuroglot/models/load_model.hpp"
#include "neuroglot/models/row_outputs.hpp"

namespace neuroglot {

namespace detail {

template <class Model>
class ErasedModel final : public AnyModel {
 public:
  ErasedModel(const std::filesystem::path& folder, const BackendOptions& options, WeightReport* report)
      : backend_(made(options)),
        model_(options.stream ? load_streamed_model<Model>(folder, backend_, report)
                              : load_model<Model>(folder, backend_, report)) {
    if constexpr (requires { backend_.measure(options.profile); }) backend_.measure(options.profile);
  }

  const Config& config() const override { return model_.config(); }
  Threads& threads() override { return backend_.threads(); }
  std::string_view backend_name() const override { return Model::Backend::name; }
  std::size_t workspace_bytes() override { return backend_.workspace().capacity(); }
  std::size_t weight_bytes() const override {
    std::size_t total = model_.layers.source() == nullptr ? 0 : model_.layers.source()->bytes();
    for_each_weight(model_, [&](const std::string&, const auto& weight) {
      if constexpr (requires { weight.bytes(); })
        total += weight.bytes();
      else
        total += weight.size() * sizeof(weight.front());
    });
    return total;
  }
  std::unique_ptr<AnyCache> make_cache(Index sequences, Index capacity) const override {
    return std::make_unique<Cache>(model_.make_cache(sequences, capacity));
  }
  void forward(const PackedBatch& batch, ErasedHooks hooks, AnyCache* cache) override {
    forward_with<output::None>(model_, batch, hooks, own(cache));
  }
  void forward_by_layers(std::span<const PackedBatch> batches, std::span<ErasedHooks> hooks) override {
    neuroglot::forward_by_layers<output::None>(model_, batches, hooks);
  }
  std::vector<double> next_token_loss(const PackedBatch& batch, ErasedHooks hooks, AnyCache* cache) override {
    return forward_with<output::NextTokenLoss>(model_, batch, hooks, own(cache));
  }
  std::vector<std::vector<double>> next_token_losses(std::span<const PackedBatch> batches,
                                                     std::span<ErasedHooks> hooks) override {
    return neuroglot::forward_by_layers<output::NextTokenLoss>(model_, batches, hooks);
  }
  Matrix<float> last_logits(const PackedBatch& batch, ErasedHooks hooks, AnyCache* cache) override {
    auto logits = forward_with<output::LastLogits>(model_, batch, hooks, own(cache));
    if constexpr (std::is_same_v<decltype(logits), Matrix<float>>) {
      return logits;
    } else {
      Matrix<float> shown(logits.rows(), logits.cols());
      backend_.on_host(logits.view(), [&](MatrixView<float> m) {
        for (Index row = 0; row < m.rows; ++row) std::ranges::copy(m.row(row), shown.view().row(row).begin());
      });
      return shown;
    }
  }
  std::vector<std::int32_t> best_tokens(const PackedBatch& batch, std::span<const Index> rows,
                                        ErasedHooks hooks) override {
    return neuroglot::best_tokens(model_, batch, rows, hooks);
  }
  void row_log_probabilities(const PackedBatch& batch, std::span<const Index> rows, std::span<const RowTargets> targets,
                             ErasedHooks hooks) override {
    neuroglot::row_log_probabilities(model_, batch, rows, targets, hooks);
  }
  RowScores row_scores(const PackedBatch& batch, std::span<const Index> rows, std::span<const std::int32_t> targets,
                       ErasedHooks hooks) override {
    return neuroglot::row_scores(model_, batch, rows, targets, hooks);
  }

 private:
  static typename Model::Backend made(const BackendOptions& options) {
    if constexpr (std::is_constructible_v<typename Model::Backend, int, WeightType, int, const ProductOptions&>)
      return typename Model::Backend(options.threads, options.weights, options.device, options.products);
    else if constexpr (std::is_constructible_v<typename Model::Backend, int, WeightType>)
      return typename Model::Backend(options.threads, options.weights);
    else
      return typename Model::Backend(options.threads);
  }

  struct Cache final : AnyCache {
    explicit Cache(KvCache<typename Model::Backend> of) : values(std::move(of)) {}
    void keep(std::span<const Index> going_on) override { values.keep(going_on); }
    KvCache<typename Model::Backend> values;
  };
  static KvCache<typename Model::Backend>* own(AnyCache* cache) {
    return cache == nullptr ? nullptr : &static_cast<Cache*>(cache)->values;
  }

  typename Model::Backend backend_;
  Model model_;
};

}  // namespace detail

template <class Model>
std::unique_ptr<AnyModel> load_erased(const std::filesystem::path& folder, const BackendOptions& options,
                                      WeightReport* report) {
  return std::make_unique<detail::ErasedModel<Model>>(folder, options, report);
}

}  // namespace neuroglot

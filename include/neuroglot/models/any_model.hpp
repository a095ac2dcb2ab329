/// A model whose family config.json decides at run time: one virtual call a pass, families compiled once
/// (apps/families_cpu.cpp).
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/hooks/erased.hpp"
#include "neuroglot/models/forward.hpp"
#include "neuroglot/models/load_model.hpp"
#include "neuroglot/models/row_outputs.hpp"
#include "neuroglot/nn/config.hpp"
#include "neuroglot/ops/cpu/packed_weight.hpp"
#include "neuroglot/ops/product_options.hpp"
#include "neuroglot/ops/row_targets.hpp"

namespace neuroglot {

/// Keys and values of tokens that a model has seen (nn/kv_cache.hpp); used with the model that made it.
class AnyCache {
 public:
  virtual ~AnyCache() = default;
  /// See KvCache::keep: sequences that have ended are left behind.
  virtual void keep(std::span<const Index> going_on) = 0;
};

/// What experiments need of a model, whatever its family and backend.
class AnyModel {
 public:
  virtual ~AnyModel() = default;
  virtual const Config& config() const = 0;
  virtual Threads& threads() = 0;
  /// "cpu", "reference", "cuda"
  virtual std::string_view backend_name() const = 0;
  virtual std::size_t weight_bytes() const = 0;
  virtual std::size_t workspace_bytes() = 0;
  virtual std::unique_ptr<AnyCache> make_cache(Index sequences, Index capacity) const = 0;
  virtual void forward(const PackedBatch& batch, ErasedHooks hooks, AnyCache* cache) = 0;
  /// See models/forward_by_layers.hpp: hooks[i] hear batches[i].
  virtual void forward_by_layers(std::span<const PackedBatch> batches, std::span<ErasedHooks> hooks) = 0;
  virtual std::vector<double> next_token_loss(const PackedBatch& batch, ErasedHooks hooks, AnyCache* cache) = 0;
  /// Of each batch, by layers.
  virtual std::vector<std::vector<double>> next_token_losses(std::span<const PackedBatch> batches,
                                                             std::span<ErasedHooks> hooks) = 0;
  /// (sequences, vocab): of each sequence's last token
  virtual Matrix<float> last_logits(const PackedBatch& batch, ErasedHooks hooks, AnyCache* cache) = 0;
  /// See models/row_outputs.hpp: the id with the highest score at each of these rows.
  virtual std::vector<std::int32_t> best_tokens(const PackedBatch& batch, std::span<const Index> rows,
                                                ErasedHooks hooks) = 0;
  /// See models/row_outputs.hpp: log probabilities of targets[i] at rows[i].
  virtual void row_log_probabilities(const PackedBatch& batch, std::span<const Index> rows,
                                     std::span<const RowTargets> targets, ErasedHooks hooks) = 0;
  /// See models/row_outputs.hpp: the best id and the log probability of targets[i], or of the best, at rows[i].
  virtual RowScores row_scores(const PackedBatch& batch, std::span<const Index> rows,
                               std::span<const std::int32_t> targets, ErasedHooks hooks) = 0;
};

/// The same call as with a model of a known type; the set of hooks is decided at compile time, who listens is asked at
/// run time.
template <class Output, class... Hooks>
auto forward(AnyModel& model, const PackedBatch& batch, HookSet<Hooks...> listening = HookSet<>(),
             AnyCache* cache = nullptr) {
  static_assert(std::is_same_v<Output, output::None> || std::is_same_v<Output, output::NextTokenLoss> ||
                    std::is_same_v<Output, output::LastLogits>,
                "a family chosen at run time gives output::None, output::NextTokenLoss or output::LastLogits; logits "
                "of all tokens are had by a hook on site::logits");
  if constexpr (std::is_same_v<Output, output::None>)
    model.forward(batch, ErasedHooks(listening), cache);
  else if constexpr (std::is_same_v<Output, output::LastLogits>)
    return model.last_logits(batch, ErasedHooks(listening), cache);
  else
    return model.next_token_loss(batch, ErasedHooks(listening), cache);
}

/// Many batches layer by layer, listening[i] hearing batches[i]: models/forward_by_layers.hpp.
template <class Output, class... Hooks>
requires(std::is_same_v<Output, output::None> || std::is_same_v<Output, output::NextTokenLoss>) auto forward_by_layers(
    AnyModel& model, std::span<const PackedBatch> batches, std::span<HookSet<Hooks...>> listening) {
  std::vector<ErasedHooks> erased;
  for (HookSet<Hooks...>& hooks : listening) erased.emplace_back(hooks);
  if constexpr (std::is_same_v<Output, output::None>)
    return model.forward_by_layers(batches, erased);
  else
    return model.next_token_losses(batches, erased);
}

/// The id with the highest score at each of these rows of the batch, of equal scores the lowest.
template <class... Hooks>
std::vector<std::int32_t> best_tokens(AnyModel& model, const PackedBatch& batch, std::span<const Index> rows,
                                      HookSet<Hooks...> listening = HookSet<>()) {
  return model.best_tokens(batch, rows, ErasedHooks(listening));
}

/// Log probabilities of the ids of targets[i], ascending, at rows[i] of the batch.
template <class... Hooks>
void row_log_probabilities(AnyModel& model, const PackedBatch& batch, std::span<const Index> rows,
                           std::span<const RowTargets> targets, HookSet<Hooks...> listening = HookSet<>()) {
  model.row_log_probabilities(batch, rows, targets, ErasedHooks(listening));
}

/// The best id at each of these rows and the log probability there of targets[i], or of the best where that is -1.
template <class... Hooks>
RowScores row_scores(AnyModel& model, const PackedBatch& batch, std::span<const Index> rows,
                     std::span<const std::int32_t> targets, HookSet<Hooks...> listening = HookSet<>()) {
  return model.row_scores(batch, rows, targets, ErasedHooks(listening));
}

/// How a backend is made for a model.
struct BackendOptions {
  int threads = 0;                        ///< 0: as many as the machine has processors
  WeightType weights = WeightType::fp32;  ///< of backends that have a choice
  int device = 0;                         ///< of backends that run on one of several
  Profile* profile = nullptr;             ///< what the time goes into is written there; it must outlive the model
  ProductOptions products{};              ///< of the same
  bool stream = false;                    ///< two blocks in memory at a time (models/layer_stream.hpp)
};

/// Loads a model of a known family as one of any; defined in erased_model.hpp, so that programs can have each family
/// compiled in a file of its own.
template <class Model>
std::unique_ptr<AnyModel> load_erased(const std::filesystem::path& folder, const BackendOptions& options,
                                      WeightReport* report);

}  // namespace neuroglot

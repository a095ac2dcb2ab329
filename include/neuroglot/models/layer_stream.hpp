/// Models whose weights do not all fit into memory: two blocks are there, the one that is being computed and the next,
/// which comes from the checkpoint meanwhile. (docs/streaming.md)
#pragma once

#include <atomic>
#include <chrono>
#include <exception>
#include <filesystem>
#include <future>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "neuroglot/io/checkpoint.hpp"
#include "neuroglot/models/load_model.hpp"
#include "neuroglot/nn/config.hpp"
#include "neuroglot/nn/layers.hpp"

namespace neuroglot {

/// How weights come to where they are used, for backends that use them where their rows are set: there is no way to go.
/// (A backend that has such a way names it WeightCopies: ops/cuda/weight_copies.hpp.)
template <class B>
class WeightsInPlace {
 public:
  explicit WeightsInPlace(const B& backend) : backend_(&backend) {}

  template <class Weight>
  void prepare(Weight& weight) const {
    if constexpr (requires { backend_->prepare(weight); }) backend_->prepare(weight);
  }
  void send(auto&) const {}
  void arrive() const {}
  void arrived(auto&) const {}
  void last_use() const {}
  void recycle(auto&) const {}

 private:
  const B* backend_;
};

/// The blocks of a model, each loaded while the one before it is computed; after the last one comes the first. The
/// loader is one thread beside those of the backend.
template <class Model>
class LayerStream final : public BlockSource<typename Model::LayerBlock> {
  using Block = typename Model::LayerBlock;
  using B = typename Model::Backend;

 public:
  LayerStream(Config config, B& backend, std::shared_ptr<const Checkpoint> checkpoint)
      : config_(std::move(config)), checkpoint_(std::move(checkpoint)), copies_(copies_of(backend)) {}
  LayerStream(const LayerStream&) = delete;
  LayerStream& operator=(const LayerStream&) = delete;
  ~LayerStream() override {
    try {
      cancel();
    } catch (const std::exception&) {  // of a device that has failed already: whoever waits for results is told
    }
  }

  const Block& block(Index layer) override {
    if (layer != layer_)
      advance(layer);
    else if (loading_.valid() && loading_.wait_for(std::chrono::seconds(0)) == std::future_status::ready)
      send();
    return *now_;
  }

  std::size_t bytes() const override {
    std::size_t total = 0;
    for (const Block* block : {now_.get(), next_.get()})
      if (block != nullptr)
        for_each_weight(*block, [&](const std::string&, const auto& weight) {
          if constexpr (requires { weight.bytes(); }) total += weight.bytes();
        });
    return total;
  }

  /// Looks for the tensors of all blocks, and gives their names; those that are missing go into the report. Throws
  /// Error for a wrong shape or element type, before hours of work. No weight is read.
  std::set<std::string> look_for_all(WeightReport& report) const {
    std::set<std::string> found;
    for (Index layer = 0; layer < config_.num_hidden_layers; ++layer) {
      Block block(config_, layer);
      each_tensor(block, layer, [&](const auto& weight, const TensorSource& source, const TensorInfo* tensor) {
        if (tensor == nullptr) return report.missing.push_back(source.name);
        detail::require_floats(*checkpoint_, *tensor);
        detail::require_shape(*checkpoint_, *tensor, detail::published_shape(weight, source));
        found.insert(tensor->name);
      });
    }
    return found;
  }

 private:
  static auto copies_of(B& backend) {
    if constexpr (requires { backend.weight_copies(); })
      return backend.weight_copies();
    else
      return WeightsInPlace<B>(backend);
  }

  /// f(weight, where it lies, its tensor or null) of all weights that the block has.
  template <class F>
  void each_tensor(Block& block, Index layer, F f) const {
    for_each_weight(block, [&](const std::string& path, auto& weight) {
      if (detail::is_absent(weight)) return;
      const TensorSource source =
          detail::source_of<Model>(config_, "model.layers." + std::to_string(layer) + "." + path);
      f(weight, source, detail::find_tensor(*checkpoint_, source.name));
    });
  }
  template <class F>
  static void each_weight(Block& block, F f) {
    for_each_weight(block, [&](const std::string&, auto& weight) { f(weight); });
  }

  void advance(Index layer) {
    if (next_ == nullptr || next_layer_ != layer) begin(layer);
    send();
    copies_.arrive();
    each_weight(*next_, [&](auto& weight) { copies_.arrived(weight); });
    copies_.last_use();
    if (now_ != nullptr) each_weight(*now_, [&](auto& weight) { copies_.recycle(weight); });
    now_ = std::move(next_);
    layer_ = layer;
    if (config_.num_hidden_layers > 1) begin((layer + 1) % config_.num_hidden_layers);
  }

  void begin(Index layer) {
    cancel();
    next_ = std::make_unique<Block>(config_, layer);
    next_layer_ = layer;
    each_weight(*next_, [&](auto& weight) { copies_.prepare(weight); });
    loading_ = std::async(std::launch::async, [this, layer] { load(*next_, layer); });
    sent_ = false;
  }
  /// The next block can go: nobody writes to it any more, nor reads from it.
  void cancel() {
    stop_ = true;
    if (loading_.valid()) loading_.wait();
    loading_ = {};
    stop_ = false;
    if (next_ != nullptr && sent_) copies_.arrive();
  }

  /// By the loader.
  void load(Block& block, Index layer) {
    const TensorInfo* open = nullptr;
    each_tensor(block, layer, [&](auto& weight, const TensorSource& source, const TensorInfo* tensor) {
      if (stop_) return;
      if (open != nullptr && open != tensor) checkpoint_->release(*open);
      open = tensor;
      detail::load_weight<typename Model::Scalar>(loader_, *checkpoint_, *tensor, source, weight);
    });
    if (open != nullptr) checkpoint_->release(*open);
  }
  /// Once the loader is done, which is waited for.
  void send() {
    if (loading_.valid()) loading_.get();
    if (std::exchange(sent_, true)) return;
    each_weight(*next_, [&](auto& weight) { copies_.send(weight); });
  }

  Config config_;
  std::shared_ptr<const Checkpoint> checkpoint_;
  decltype(copies_of(std::declval<B&>())) copies_;
  Threads loader_{1};
  std::unique_ptr<Block> now_, next_;
  Index layer_ = -1, next_layer_ = -1;
  bool sent_ = false;
  std::atomic<bool> stop_ = false;
  std::future<void> loading_;
};

/// load_model for a model of which only two blocks are in memory at a time; all else (embeddings, head) is there for
/// good. Every pass reads all of the checkpoint again: passes of many batches at once (forward_by_layers) make it worth
/// its while.
template <class Model>
Model load_streamed_model(const std::filesystem::path& folder, typename Model::Backend& backend,
                          WeightReport* report = nullptr) {
  auto checkpoint = std::make_shared<const Checkpoint>(folder);
  const Config config = detail::config_in<Model>(*checkpoint);
  if (config.share_layers)
    throw usage_error(folder.string(), ": all layers share one block's weights, which need not be streamed");
  auto stream = std::make_unique<LayerStream<Model>>(config, backend, checkpoint);
  WeightReport found;
  std::set<std::string> used = stream->look_for_all(found);
  Model model(config, backend, std::move(stream));
  found = load_weights(model, *checkpoint, std::move(used), std::move(found));
  if (report != nullptr) *report = std::move(found);
  return model;
}

}  // namespace neuroglot

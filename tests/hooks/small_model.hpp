// The small random LLaMA behind one type, compiled once: most tests of hooks are about hooks and not about how a pass
// is made for them (only_what_is_heard.cpp and observing_changes_nothing.cpp are).
#pragma once

#include <memory>
#include <utility>

#include "hooks/random_batch.hpp"
#include "neuroglot/core/threads.hpp"
#include "neuroglot/hooks/erased.hpp"

class SmallModel {
 public:
  explicit SmallModel(int threads = 1);
  ~SmallModel();

  neuroglot::Threads& team();

  /// Logits (tokens, vocab) of a pass in which these hooks listen.
  template <class... Hooks>
  neuroglot::Matrix<float> logits(const neuroglot::PackedBatch& batch, Hooks&&... listening) {
    auto set = neuroglot::hooks(std::forward<Hooks>(listening)...);
    return logits_with(batch, neuroglot::ErasedHooks(set));
  }

  /// A pass for the hooks alone.
  template <class... Hooks>
  void run(const neuroglot::PackedBatch& batch, Hooks&&... listening) {
    auto set = neuroglot::hooks(std::forward<Hooks>(listening)...);
    run_with(batch, neuroglot::ErasedHooks(set));
  }

 private:
  neuroglot::Matrix<float> logits_with(const neuroglot::PackedBatch& batch, neuroglot::ErasedHooks listening);
  void run_with(const neuroglot::PackedBatch& batch, neuroglot::ErasedHooks listening);

  struct State;
  std::unique_ptr<State> state_;
};

// The one place where most tests of hooks have their model compiled.
#include "hooks/small_model.hpp"

#include "hooks/random_llama.hpp"
#include "neuroglot/models/forward.hpp"

using namespace neuroglot;

struct SmallModel::State {
  explicit State(int threads) : cpu(threads), model(random_llama(cpu)) {}

  Cpu cpu;
  Llama<> model;
};

SmallModel::SmallModel(int threads) : state_(std::make_unique<State>(threads)) {}
SmallModel::~SmallModel() = default;

Threads& SmallModel::team() {
  return state_->cpu.threads();
}

Matrix<float> SmallModel::logits_with(const PackedBatch& batch, ErasedHooks listening) {
  return forward_with<output::Logits>(state_->model, batch, listening);
}

void SmallModel::run_with(const PackedBatch& batch, ErasedHooks listening) {
  forward_with<output::None>(state_->model, batch, listening);
}

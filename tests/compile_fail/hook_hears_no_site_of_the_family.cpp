// A hook that hears only what a family does not have would never be called.
// expects: this hook hears only sites that the model's family does not have
#include "neuroglot/models/forward.hpp"
#include "neuroglot/models/gpt2.hpp"

using namespace neuroglot;

struct Up {
#ifdef MISTAKE
  void operator()(site::mlp_pre_linear, const Place&, ConstMatrixRef) {}
#else
  void operator()(site::mlp_pre, const Place&, ConstMatrixRef) {}
#endif
};

void run(const Gpt2<>& model, const PackedBatch& batch) {
  forward(model, batch, hooks(Up{}));
}

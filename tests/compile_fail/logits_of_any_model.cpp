// Logits of a family chosen at run time: the message says how they are had.
// expects: a family chosen at run time gives output::None, output::NextTokenLoss or output::LastLogits; logits of all
// tokens are had by a hook on site::logits
#include "neuroglot/models/any_model.hpp"

using namespace neuroglot;

void run(AnyModel& model, const PackedBatch& batch) {
#ifdef MISTAKE
  forward<output::Logits>(model, batch);
#else
  forward<output::NextTokenLoss>(model, batch);
#endif
}

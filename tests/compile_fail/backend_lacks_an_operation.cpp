// A backend without one of the operations of the contract: the message names it.
// expects: Backend
// expects: b\.softmax\(y\)
#include "neuroglot/ops/backend.hpp"
#include "neuroglot/ops/cpu/backend.hpp"

class Mine : public neuroglot::Cpu {
#ifdef MISTAKE
 public:
  void softmax() = delete;
#endif
};

static_assert(neuroglot::Backend<Mine>);

// A hook that no site calls, here for the lack of one const: the message lists the sites.
// expects: this hook hears no site
// expects: embed, resid_pre, ln1, q, k, v, rot_q, rot_k, attn_scores, attn_pattern, z
// expects: attn_out, resid_mid, ln2, expert_weights, mlp_pre, mlp_act, mlp_pre_linear, mlp_post, mlp_out, resid_post,
// ln_final, logits
#include "neuroglot/hooks/hook.hpp"

using namespace neuroglot;

struct Sparsity {
#ifdef MISTAKE
  void operator()(site::mlp_act, Place&, ConstMatrixRef) {}
#else
  void operator()(site::mlp_act, const Place&, ConstMatrixRef) {}
#endif
};

void listen() {
  auto set = hooks(Sparsity{});
}

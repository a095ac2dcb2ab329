/// Every site of a transformer: its name, its shape, what stands there. The one list that hooks, programs and docs
/// share.
///
/// Names follow TransformerLens. Three are ours, because nothing there holds the same value: `mlp.hook_act` (the
/// activation before the up projection is multiplied in), and `ln1.hook_output` and `ln2.hook_output`,
/// `ln_final.hook_output` (a norm's output with its weight applied, which is what Hugging Face's norm modules return;
/// TransformerLens' hook_normalized has no weight).
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "neuroglot/core/matrix.hpp"

namespace neuroglot::site {

/// One site a line: type, name, whether every block has it, shape of the matrix a hook is handed, meaning; in the order
/// in which a forward pass comes by. Matrices of the two score sites are handed over head by head and sequence by
/// sequence.
#define NEUROGLOT_SITES(SITE)                                                                                          \
  SITE(embed, "hook_embed", false, "(tokens, hidden)", "token embeddings")                                             \
  SITE(resid_pre, "hook_resid_pre", true, "(tokens, hidden)", "residual stream before the block")                      \
  SITE(ln1, "ln1.hook_output", true, "(tokens, hidden)", "output of the norm before attention, weight applied")        \
  SITE(q, "attn.hook_q", true, "(tokens, heads * head_dim)", "queries before rotation")                                \
  SITE(k, "attn.hook_k", true, "(tokens, kv_heads * head_dim)", "keys before rotation")                                \
  SITE(v, "attn.hook_v", true, "(tokens, kv_heads * head_dim)", "values")                                              \
  SITE(rot_q, "attn.hook_rot_q", true, "(tokens, heads * head_dim)", "queries after rotation")                         \
  SITE(rot_k, "attn.hook_rot_k", true, "(tokens, kv_heads * head_dim)", "keys after rotation")                         \
  SITE(attn_scores, "attn.hook_attn_scores", true, "(queries, keys) a head", "scaled scores, -inf where masked")       \
  SITE(attn_pattern, "attn.hook_pattern", true, "(queries, keys) a head", "softmax of the scores")                     \
  SITE(z, "attn.hook_z", true, "(tokens, heads * head_dim)", "pattern times values, head by head")                     \
  SITE(attn_out, "hook_attn_out", true, "(tokens, hidden)", "output projection of attention")                          \
  SITE(resid_mid, "hook_resid_mid", true, "(tokens, hidden)", "residual stream between attention and MLP")             \
  SITE(ln2, "ln2.hook_output", true, "(tokens, hidden)", "output of the norm before the MLP, weight applied")          \
  SITE(expert_weights, "mlp.hook_expert_weights", true, "(tokens, experts)", "the router's softmax over the experts")  \
  SITE(mlp_pre, "mlp.hook_pre", true, "(tokens, intermediate)",                                                        \
       "gate (or only input) projection before the activation")                                                        \
  SITE(mlp_act, "mlp.hook_act", true, "(tokens, intermediate)", "the neurons: after the activation, before times up")  \
  SITE(mlp_pre_linear, "mlp.hook_pre_linear", true, "(tokens, intermediate)", "up projection")                         \
  SITE(mlp_post, "mlp.hook_post", true, "(tokens, intermediate)", "activation times up: input of the down projection") \
  SITE(mlp_out, "hook_mlp_out", true, "(tokens, hidden)", "down projection")                                           \
  SITE(resid_post, "hook_resid_post", true, "(tokens, hidden)", "residual stream after the block")                     \
  SITE(ln_final, "ln_final.hook_output", false, "(tokens, hidden)", "output of the last norm, weight applied")         \
  SITE(logits, "logits", false, "(tokens, vocab)", "scores of the next token")

#define NEUROGLOT_SITE_TYPE(type, site_name, in_block, site_shape, site_meaning) \
  struct type {                                                                  \
    static constexpr std::string_view name = site_name;                          \
    static constexpr bool per_layer = in_block;                                  \
    static constexpr std::string_view shape = site_shape;                        \
    static constexpr std::string_view meaning = site_meaning;                    \
  };
NEUROGLOT_SITES(NEUROGLOT_SITE_TYPE)
#undef NEUROGLOT_SITE_TYPE

/// All site types, in the order of the pass.
template <class... Sites>
struct List {
  static constexpr std::size_t size = sizeof...(Sites);

  /// Calls f(Site{}) for each site.
  template <class F>
  static constexpr void for_each(F&& f) {
    (f(Sites{}), ...);
  }
};

namespace detail {
struct End {};
template <class List, class... Sites>
struct WithoutEnd;
template <class... Kept>
struct WithoutEnd<List<Kept...>, End> {
  using type = List<Kept...>;
};
template <class... Kept, class Next, class... Rest>
struct WithoutEnd<List<Kept...>, Next, Rest...> : WithoutEnd<List<Kept..., Next>, Rest...> {};
}  // namespace detail

#define NEUROGLOT_SITE_IN_LIST(type, ...) type,
using All = detail::WithoutEnd<List<>, NEUROGLOT_SITES(NEUROGLOT_SITE_IN_LIST) detail::End>::type;
#undef NEUROGLOT_SITE_IN_LIST

/// Place of a site in the order of the pass; sites of one block keep their order within the block.
template <class Site>
inline constexpr std::size_t order = [] {
  std::size_t found = 0, i = 0;
  All::for_each([&]<class Other>(Other) {
    if (std::is_same_v<Site, Other>) found = i;
    ++i;
  });
  return found;
}();

/// The name in files and on command lines: "blocks.3.mlp.hook_act", "hook_embed".
template <class Site>
std::string full_name(Site, Index layer) {
  return Site::per_layer ? "blocks." + std::to_string(layer) + "." + std::string(Site::name) : std::string(Site::name);
}

}  // namespace neuroglot::site

/// The non-linearity as a part of a model: fixed by the family's type, or the one that config.json names.
#pragma once

#include <string>
#include <variant>

#include "neuroglot/core/error.hpp"
#include "neuroglot/hooks/site.hpp"
#include "neuroglot/nn/config.hpp"
#include "neuroglot/ops/activation.hpp"
#include "neuroglot/ops/backend.hpp"

namespace neuroglot {

namespace detail {

/// x = f(x), site mlp_act, x *= up where up has data: in one walk where the backend can.
template <class Pass, class Function>
void activate_neurons(Pass& pass, Function f, typename Pass::View x, typename Pass::ConstView up) {
  if constexpr (FusesActivations<typename Pass::Backend>) {
    pass.backend.activate_for_hooks(f, x, up, [&] { pass.at(site::mlp_act{}, x); });
  } else {
    pass.backend.activate(f, x);
    pass.at(site::mlp_act{}, x);
    if (up.data != nullptr) pass.backend.multiply(x, up);
  }
}

}  // namespace detail

/// "hidden_act" and its other names, decided once at loading. Throws Error for one that is not known.
class NamedActivation {
 public:
  explicit NamedActivation(const Config& config) : NamedActivation(config.hidden_act) {}
  explicit NamedActivation(const std::string& name) {
    if (name == "silu" || name == "swish")
      function_ = Silu{};
    else if (name == "gelu")
      function_ = Gelu{};
    else if (name == "gelu_new" || name == "gelu_pytorch_tanh" || name == "gelu_fast" || name == "gelu_python_tanh")
      function_ = GeluTanh{};
    else if (name == "relu")
      function_ = Relu{};
    else
      throw error("config.json: the activation \"", name,
                  "\" is not supported (supported: silu, gelu, gelu_new, gelu_pytorch_tanh, gelu_fast, relu)");
  }

  /// x (tokens, width) = f(x), in place.
  template <class Pass>
  void operator()(Pass& pass, typename Pass::View x) const {
    std::visit([&](auto f) { pass.backend.activate(f, x); }, function_);
  }
  /// The same for an MLP's neurons, with their site; then x *= up, unless up has no data.
  template <class Pass>
  void at_neurons(Pass& pass, typename Pass::View x, typename Pass::ConstView up = {}) const {
    std::visit([&](auto f) { detail::activate_neurons(pass, f, x, up); }, function_);
  }

 private:
  std::variant<Silu, Gelu, GeluTanh, Relu> function_;
};

namespace detail {

template <class Function>
struct FixedActivation {
  explicit FixedActivation(const Config&) {}

  template <class Pass>
  void operator()(Pass& pass, typename Pass::View x) const {
    pass.backend.activate(Function{}, x);
  }
  template <class Pass>
  void at_neurons(Pass& pass, typename Pass::View x, typename Pass::ConstView up = {}) const {
    activate_neurons(pass, Function{}, x, up);
  }
};

template <class Function>
struct ActivationPart {
  using type = FixedActivation<Function>;
};
template <>
struct ActivationPart<NamedActivation> {
  using type = NamedActivation;
};

}  // namespace detail

/// The part for a function object of ops/activation.hpp, or for NamedActivation.
template <class Function>
using ActivationPart = typename detail::ActivationPart<Function>::type;

}  // namespace neuroglot

// A user's own program: how many activations of each layer are above zero.
#include <iostream>
#include <neuroglot/hooks/count.hpp>
#include <neuroglot/models/forward.hpp>
#include <neuroglot/models/llama.hpp>
#include <neuroglot/models/load_model.hpp>
#include <numeric>

int main(int, char** arguments) {
  neuroglot::Cpu cpu;
  const auto model = neuroglot::load_model<neuroglot::Llama<>>(arguments[1], cpu);
  neuroglot::Count<> count(model.config().num_hidden_layers, model.config().intermediate_size);
  neuroglot::forward<neuroglot::output::None>(model, {{1, 2, 3}, {4, 5}}, neuroglot::hooks(count));
  const auto active = std::accumulate(count.positive().begin(), count.positive().end(), 0L);
  std::cout << active << " of " << 5 * count.positive().size() << " activations are above zero\n";
  return active > 0 ? 0 : 1;
}

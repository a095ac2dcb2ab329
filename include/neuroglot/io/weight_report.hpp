/// What did not match between a model and its checkpoint: tensors the model needs and those it has no use for.
#pragma once

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace neuroglot {

struct WeightReport {
  std::vector<std::string> missing;  ///< needed by the model, absent from the checkpoint
  std::vector<std::string> unused;   ///< in the checkpoint, not needed by the model

  bool empty() const { return missing.empty() && unused.empty(); }
};

namespace detail {

inline void print_names(std::ostream& out, std::string_view title, const std::vector<std::string>& names) {
  constexpr std::size_t shown = 10;
  if (names.empty()) return;
  out << title << " (" << names.size() << "):\n";
  for (std::size_t i = 0; i < std::min(shown, names.size()); ++i) out << "  " << names[i] << '\n';
  if (names.size() > shown) out << "  ... and " << names.size() - shown << " more\n";
}

}  // namespace detail

/// A line a name, ten names of each kind at most, then how many more; nothing where all matched.
inline std::ostream& operator<<(std::ostream& out, const WeightReport& report) {
  detail::print_names(out, "missing from the checkpoint", report.missing);
  detail::print_names(out, "in the checkpoint but not used", report.unused);
  return out;
}

}  // namespace neuroglot

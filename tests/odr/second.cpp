// The second of two translation units that include everything.
#include "second.hpp"

#include "all_headers.hpp"

Shared as_seen_by_second() {
  return {&neuroglot::dtype_table, &neuroglot::cpu::instruction_set_names,
          static_cast<int>(neuroglot::cpu::instruction_set())};
}

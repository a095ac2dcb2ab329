// The first of two translation units that include everything: that they link is most of the test.
#include <cstdio>

#include "all_headers.hpp"
#include "second.hpp"

int main() {
  using namespace neuroglot;
  cpu::use_instruction_set(cpu::InstructionSet::portable);  // a choice made here holds there
  const Shared there = as_seen_by_second();
  const bool same = there.dtype_table == &dtype_table && there.instruction_set_names == &cpu::instruction_set_names &&
                    there.instruction_set == static_cast<int>(cpu::InstructionSet::portable);
  std::puts(same ? "one program" : "the two translation units see different things");
  return same ? 0 : 1;
}

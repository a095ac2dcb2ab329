// What the second translation unit sees of things that must be the same everywhere.
#pragma once

struct Shared {
  const void* dtype_table;
  const void* instruction_set_names;
  int instruction_set;
};

Shared as_seen_by_second();

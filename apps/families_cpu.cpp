// Every family on the CPU backend, compiled here and nowhere else in the programs.
#include "family_instances.hpp"
#include "neuroglot/ops/cpu/backend.hpp"

template struct ng::Instances<neuroglot::AllFamilies<neuroglot::Cpu>>;

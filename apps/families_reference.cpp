// Every family on the reference backend, compiled here and nowhere else in the programs.
#include "family_instances.hpp"
#include "neuroglot/ops/reference/backend.hpp"

template struct ng::Instances<neuroglot::AllFamilies<neuroglot::Reference>>;

// Neurons are counted layer by layer: a site outside the blocks has no layer.
// expects: neurons are counted at sites that every block has
#include "neuroglot/hooks/count.hpp"

using namespace neuroglot;

#ifdef MISTAKE
Count<site::ln_final> count(2, 8);
#else
Count<site::mlp_post> count(2, 8);
#endif

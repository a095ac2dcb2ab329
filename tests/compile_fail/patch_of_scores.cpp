// Scores have no row a token, so rows of them can not be patched.
// expects: scores and patterns are handed over head by head
#include "neuroglot/hooks/patch.hpp"

using namespace neuroglot;

#ifdef MISTAKE
Patch<site::attn_scores> patch;
#else
Patch<site::resid_mid> patch;
#endif

/// The functions of cuBLASLt, found when the first product asks for them. A program that is linked with the library -
/// half a gigabyte - would load it at every start, also where it never multiplies on a device, and would not start
/// where the library is missing. In the emulation they are linked.
#pragma once

#include <string>

#include "kernels/platform.cuh"

#if !defined(__CUDACC__)
#include "kernels/emulation/cublaslt.hpp"
#elif !defined(NEUROGLOT_WITHOUT_CUBLASLT)
#include <cublasLt.h>
#include <dlfcn.h>
#endif

#if !defined(__CUDACC__) || !defined(NEUROGLOT_WITHOUT_CUBLASLT)
namespace neuroglot::cuda {

/// f(name) for each function that is called.
#define NEUROGLOT_EACH_CUBLASLT_FUNCTION(f)                                                                            \
  f(Create) f(Destroy) f(GetStatusString) f(MatmulDescCreate) f(MatmulDescDestroy) f(MatmulDescSetAttribute)           \
      f(MatrixLayoutCreate) f(MatrixLayoutDestroy) f(MatmulPreferenceCreate) f(MatmulPreferenceDestroy)                \
          f(MatmulPreferenceSetAttribute) f(MatmulAlgoGetHeuristic) f(MatmulAlgoCheck) f(MatmulAlgoConfigGetAttribute) \
              f(Matmul)

/// All there, or `missing` says why not.
struct CublasLtFunctions {
#define NEUROGLOT_FUNCTION(name) decltype(&::cublasLt##name) name = nullptr;
  NEUROGLOT_EACH_CUBLASLT_FUNCTION(NEUROGLOT_FUNCTION)
#undef NEUROGLOT_FUNCTION
  std::string missing;
};

#if defined(__CUDACC__)
#define NEUROGLOT_TEXT_OF(name) #name
#define NEUROGLOT_TEXT(macro) NEUROGLOT_TEXT_OF(macro)

/// From the path that the loader looks in, or from where the library lay when this was compiled.
inline CublasLtFunctions load_cublaslt() {
  CublasLtFunctions found;
  constexpr const char* name = "libcublasLt.so." NEUROGLOT_TEXT(CUBLAS_VER_MAJOR);
  void* library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
#if defined(NEUROGLOT_CUBLASLT_FOLDER)
  if (library == nullptr)
    library = dlopen((std::string(NEUROGLOT_CUBLASLT_FOLDER "/") + name).c_str(), RTLD_NOW | RTLD_LOCAL);
#endif
  if (library == nullptr) {
    found.missing = std::string(name) + " is not found (LD_LIBRARY_PATH says where to look)";
    return found;
  }
#define NEUROGLOT_FUNCTION(name)                                                         \
  found.name = reinterpret_cast<decltype(found.name)>(dlsym(library, "cublasLt" #name)); \
  if (found.name == nullptr && found.missing.empty()) found.missing = "the library has no cublasLt" #name;
  NEUROGLOT_EACH_CUBLASLT_FUNCTION(NEUROGLOT_FUNCTION)
#undef NEUROGLOT_FUNCTION
  return found;
}
#undef NEUROGLOT_TEXT
#undef NEUROGLOT_TEXT_OF
#else
inline CublasLtFunctions load_cublaslt() {
  CublasLtFunctions found;
#define NEUROGLOT_FUNCTION(name) found.name = &::cublasLt##name;
  NEUROGLOT_EACH_CUBLASLT_FUNCTION(NEUROGLOT_FUNCTION)
#undef NEUROGLOT_FUNCTION
  return found;
}
#endif
#undef NEUROGLOT_EACH_CUBLASLT_FUNCTION

/// Looked for once.
inline const CublasLtFunctions& cublaslt() {
  static const CublasLtFunctions found = load_cublaslt();
  return found;
}

}  // namespace neuroglot::cuda
#endif

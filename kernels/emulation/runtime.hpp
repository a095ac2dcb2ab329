/// The calls of the CUDA runtime that the library uses. Work on a stream is kept back until somebody waits for it, and
/// then streams are worked off in turns at random: who forgets to wait reads memory that nobody has written.
#pragma once

#include <cstddef>
#include <functional>
#include <source_location>
#include <string>
#include <utility>

#include "kernels/emulation/block.hpp"
#include "kernels/emulation/cuda_indices.hpp"

struct CUstream_st;  // CUDA's names: what the host compiles links with either
struct CUevent_st;

namespace neuroglot::emulation {

using Stream = CUstream_st;
using Event = CUevent_st;
/// Puts work at the end of a stream; null: all streams are worked off, then it is done at once.
void enqueue(Stream* stream, std::function<void()> work);
std::string text_of(std::source_location where);
/// Throws KernelError where a launch asks for more shared memory than it may.
void check_shared_bytes(const void* kernel, std::size_t bytes, const std::string& launched_at);

}  // namespace neuroglot::emulation

using cudaStream_t = neuroglot::emulation::Stream*;
using cudaEvent_t = neuroglot::emulation::Event*;
enum cudaError_t {
  cudaSuccess,
  cudaErrorInvalidValue,
  cudaErrorMemoryAllocation,
  cudaErrorInvalidDevice,
  cudaErrorNoDevice
};
enum cudaMemcpyKind {
  cudaMemcpyHostToHost,
  cudaMemcpyHostToDevice,
  cudaMemcpyDeviceToHost,
  cudaMemcpyDeviceToDevice,
  cudaMemcpyDefault
};
enum cudaFuncAttribute { cudaFuncAttributeMaxDynamicSharedMemorySize };

const char* cudaGetErrorString(cudaError_t);
cudaError_t cudaGetLastError();
struct cudaDeviceProp {
  char name[256];
  int major, minor;
};
/// One device, or as many as NEUROGLOT_EMULATED_DEVICES in the environment says; all share one memory.
cudaError_t cudaGetDeviceCount(int*);
cudaError_t cudaSetDevice(int);
cudaError_t cudaGetDevice(int*);
cudaError_t cudaGetDeviceProperties(cudaDeviceProp*, int device);
cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total);
cudaError_t cudaMalloc(void** pointer, std::size_t bytes);
cudaError_t cudaFree(void* pointer);
cudaError_t cudaMallocHost(void** pointer, std::size_t bytes);
cudaError_t cudaFreeHost(void* pointer);
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind, cudaStream_t);
cudaError_t cudaMemcpy2DAsync(void* to, std::size_t to_pitch, const void* from, std::size_t from_pitch,
                              std::size_t width, std::size_t height, cudaMemcpyKind, cudaStream_t);
cudaError_t cudaMemset2DAsync(void* to, std::size_t pitch, int value, std::size_t width, std::size_t height,
                              cudaStream_t);
cudaError_t cudaMemsetAsync(void* to, int value, std::size_t bytes, cudaStream_t);
cudaError_t cudaStreamCreate(cudaStream_t*);
cudaError_t cudaStreamDestroy(cudaStream_t);
cudaError_t cudaStreamSynchronize(cudaStream_t);
cudaError_t cudaDeviceSynchronize();
cudaError_t cudaEventCreate(cudaEvent_t*);
cudaError_t cudaEventDestroy(cudaEvent_t);
cudaError_t cudaEventRecord(cudaEvent_t, cudaStream_t);
cudaError_t cudaStreamWaitEvent(cudaStream_t, cudaEvent_t, unsigned = 0);
cudaError_t cudaEventSynchronize(cudaEvent_t);
cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t first, cudaEvent_t last);
cudaError_t cudaFuncSetAttribute(const void* kernel, cudaFuncAttribute, int value);

template <class... P>
cudaError_t cudaFuncSetAttribute(void (*kernel)(P...), cudaFuncAttribute attribute, int value) {
  return cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel), attribute, value);
}

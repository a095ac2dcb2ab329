// The calls of the CUDA runtime that the host needs.
#include "kernels/runtime.hpp"

#include "kernels/platform.cuh"

namespace neuroglot::cuda {

int device_count() {
  int count = 0;
  return cudaGetDeviceCount(&count) == cudaSuccess ? count : 0;
}
std::string why_no_device() {
  int count = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  return error == cudaSuccess ? std::string() : cudaGetErrorString(error);
}
void use_device(int device) {
  check(cudaSetDevice(device), "choosing a device");
}
DeviceProperties properties(int device) {
  cudaDeviceProp found;
  check(cudaGetDeviceProperties(&found, device), "asking for a device's properties");
  DeviceProperties result{found.name, 0, 0, found.major, found.minor};
  use_device(device);
  check(cudaMemGetInfo(&result.free_bytes, &result.total_bytes), "asking for a device's memory");
  return result;
}

void* allocate(std::size_t bytes) {
  void* memory = nullptr;
  const cudaError_t error = cudaMalloc(&memory, bytes);
  if (error == cudaSuccess) return memory;
  if (error != cudaErrorMemoryAllocation) check(error, "allocating memory of the device");
  cudaGetLastError();  // it has been told: later calls must not tell it again
  return nullptr;
}
void release(void* memory) noexcept {
  cudaFree(memory);
}
void* allocate_pinned(std::size_t bytes) {
  void* memory = nullptr;
  const cudaError_t error = cudaMallocHost(&memory, bytes);
  if (error == cudaSuccess) return memory;
  if (error != cudaErrorMemoryAllocation) check(error, "allocating pinned memory");
  cudaGetLastError();
  return nullptr;
}
void release_pinned(void* memory) noexcept {
  cudaFreeHost(memory);
}

void copy_bytes(Stream stream, const void* from, void* to, std::size_t bytes) {
  check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDefault, stream), "a copy between host and device");
}
void copy_rows_of_bytes(Stream stream, const void* from, std::size_t from_pitch, void* to, std::size_t to_pitch,
                        std::size_t width, std::size_t rows) {
  check(cudaMemcpy2DAsync(to, to_pitch, from, from_pitch, width, rows, cudaMemcpyDefault, stream),
        "a copy between host and device");
}
void clear_bytes(Stream stream, void* memory, std::size_t bytes) {
  check(cudaMemsetAsync(memory, 0, bytes, stream), "clearing memory of the device");
}

Stream make_stream() {
  Stream stream = nullptr;
  check(cudaStreamCreate(&stream), "making a stream");
  return stream;
}
void destroy(Stream stream) noexcept {
  cudaStreamDestroy(stream);
}
void wait_for(Stream stream) {
  check(cudaStreamSynchronize(stream), "waiting for the device");
}
void wait_for_device() {
  check(cudaDeviceSynchronize(), "waiting for the device");
}

Event make_event() {
  Event event = nullptr;
  check(cudaEventCreate(&event), "making an event");
  return event;
}
void destroy(Event event) noexcept {
  cudaEventDestroy(event);
}
void record(Event event, Stream stream) {
  check(cudaEventRecord(event, stream), "recording an event");
}
void wait_for(Event event) {
  check(cudaEventSynchronize(event), "waiting for an event");
}
void wait_for(Stream stream, Event event) {
  check(cudaStreamWaitEvent(stream, event, 0), "letting a stream wait");
}
double milliseconds_between(Event first, Event last) {
  float milliseconds = 0;
  check(cudaEventElapsedTime(&milliseconds, first, last), "asking for the time between events");
  return static_cast<double>(milliseconds);
}

}  // namespace neuroglot::cuda

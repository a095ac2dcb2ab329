#include "kernels/emulation/runtime.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "kernels/emulation/error.hpp"
#include "kernels/emulation/memory.hpp"

using Clock = std::chrono::steady_clock;

struct CUstream_st {
  std::deque<std::function<void()>> waiting;
  std::size_t done = 0;
};

/// Has happened when so much of the stream has been done.
struct CUevent_st {
  CUstream_st* stream = nullptr;
  std::size_t ticket = 0;
  std::shared_ptr<Clock::time_point> happened = std::make_shared<Clock::time_point>();
};

namespace neuroglot::emulation {

namespace {

/// Of all calls: threads of the host may come at the same time, as they may to the device's runtime.
std::recursive_mutex one_at_a_time;
using Lock = std::lock_guard<std::recursive_mutex>;

std::vector<Stream*> streams;
thread_local int device_in_use = 0;
std::map<const void*, std::size_t> allowed_shared_bytes;
constexpr std::size_t shared_bytes_unasked = 48 * 1024, shared_bytes_at_most = 163 * 1024;  // of sm_80; sm_90: 227 KiB

void do_next(Stream& stream) {
  const std::function<void()> work = std::move(stream.waiting.front());
  stream.waiting.pop_front();
  ++stream.done;
  try {
    work();
  } catch (...) {
    for (Stream* other : streams) {
      other->done += other->waiting.size();
      other->waiting.clear();
    }
    throw;
  }
}

void work_off(Stream& until, std::size_t ticket) {
  while (until.done < ticket) {
    std::vector<Stream*> busy;
    for (Stream* stream : streams)
      if (!stream->waiting.empty()) busy.push_back(stream);
    do_next(*busy[random_number() % busy.size()]);
  }
}

void work_off_all() {
  for (Stream* stream : streams) work_off(*stream, stream->done + stream->waiting.size());
}

void copy(void* to, std::size_t to_pitch, const void* from, std::size_t from_pitch, std::size_t width,
          std::size_t height) {
  Memory& memory = Memory::instance();
  for (std::size_t row = 0; row < height; ++row) {
    char* const target = static_cast<char*>(to) + row * to_pitch;
    const char* const source = static_cast<const char*>(from) + row * from_pitch;
    for (const void* side : {static_cast<const void*>(target), static_cast<const void*>(source)})
      if (memory.holds(side) && width > 0 && !memory.allocated(side, width))
        throw KernelError("a copy of " + memory.describe(side, width) + ", which is out of bounds");
    std::memmove(target, source, width);
    if (width > 0 && (!memory.holds(source) || memory.written(source, width))) memory.mark_written(target, width);
  }
}

}  // namespace

void enqueue(Stream* stream, std::function<void()> work) {
  const Lock lock(one_at_a_time);
  if (stream != nullptr) return stream->waiting.push_back(std::move(work));
  work_off_all();
  work();
}

std::string text_of(std::source_location where) {
  std::string file = where.file_name();
  if (const std::size_t at = file.rfind("kernels/"); at != std::string::npos) file = file.substr(at);
  return "launch at " + file + ":" + std::to_string(where.line());
}

void check_shared_bytes(const void* kernel, std::size_t bytes, const std::string& launched_at) {
  const Lock lock(one_at_a_time);
  const auto found = allowed_shared_bytes.find(kernel);
  const std::size_t allowed = found == allowed_shared_bytes.end() ? shared_bytes_unasked : found->second;
  if (bytes > allowed)
    throw KernelError(launched_at + ": " + std::to_string(bytes) + " bytes of dynamic shared memory, allowed are " +
                      std::to_string(allowed) + ": see cudaFuncAttributeMaxDynamicSharedMemorySize");
}

}  // namespace neuroglot::emulation

using namespace neuroglot::emulation;

const char* cudaGetErrorString(cudaError_t error) {
  switch (error) {
    case cudaSuccess:
      return "no error";
    case cudaErrorInvalidValue:
      return "invalid argument";
    case cudaErrorMemoryAllocation:
      return "out of memory";
    case cudaErrorInvalidDevice:
      return "invalid device ordinal";
    case cudaErrorNoDevice:
      return "no CUDA-capable device is detected";
  }
  return "unknown error";
}
cudaError_t cudaGetDeviceCount(int* count) {
  const char* const wanted = std::getenv("NEUROGLOT_EMULATED_DEVICES");
  *count = wanted == nullptr ? 1 : std::atoi(wanted);
  return *count > 0 ? cudaSuccess : cudaErrorNoDevice;
}
cudaError_t cudaSetDevice(int device) {
  int count = 0;
  if (cudaGetDeviceCount(&count) != cudaSuccess || device < 0 || device >= count) return cudaErrorInvalidDevice;
  device_in_use = device;
  return cudaSuccess;
}
cudaError_t cudaGetDevice(int* device) {
  *device = device_in_use;
  return cudaSuccess;
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  std::snprintf(properties->name, sizeof(properties->name), "emulated device %d", device);
  properties->major = 8;
  properties->minor = 0;
  return cudaSuccess;
}
cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  const Lock lock(one_at_a_time);
  *free = Memory::instance().free_bytes();
  *total = Memory::total_bytes();
  return cudaSuccess;
}
cudaError_t cudaGetLastError() {
  return cudaSuccess;
}
cudaError_t cudaMalloc(void** pointer, std::size_t bytes) {
  const Lock lock(one_at_a_time);
  try {
    *pointer = Memory::instance().allocate(bytes, "device memory");
  } catch (const std::bad_alloc&) {
    return cudaErrorMemoryAllocation;
  }
  return cudaSuccess;
}
cudaError_t cudaFree(void* pointer) {
  if (pointer == nullptr) return cudaSuccess;
  const Lock lock(one_at_a_time);
  work_off_all();
  Memory::instance().release(pointer);
  return cudaSuccess;
}
cudaError_t cudaMallocHost(void** pointer, std::size_t bytes) {
  *pointer = std::malloc(bytes);
  return *pointer == nullptr ? cudaErrorMemoryAllocation : cudaSuccess;
}
cudaError_t cudaFreeHost(void* pointer) {
  std::free(pointer);
  return cudaSuccess;
}
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind, cudaStream_t stream) {
  enqueue(stream, [=] { copy(to, bytes, from, bytes, bytes, 1); });
  return cudaSuccess;
}
cudaError_t cudaMemcpy2DAsync(void* to, std::size_t to_pitch, const void* from, std::size_t from_pitch,
                              std::size_t width, std::size_t height, cudaMemcpyKind, cudaStream_t stream) {
  if (to_pitch < width || from_pitch < width) return cudaErrorInvalidValue;
  enqueue(stream, [=] { copy(to, to_pitch, from, from_pitch, width, height); });
  return cudaSuccess;
}
cudaError_t cudaMemset2DAsync(void* to, std::size_t pitch, int value, std::size_t width, std::size_t height,
                              cudaStream_t stream) {
  enqueue(stream, [=] {
    const std::vector<unsigned char> row(width, static_cast<unsigned char>(value));
    copy(to, pitch, row.data(), 0, width, height);
  });
  return cudaSuccess;
}
cudaError_t cudaMemsetAsync(void* to, int value, std::size_t bytes, cudaStream_t stream) {
  return cudaMemset2DAsync(to, bytes, value, bytes, 1, stream);
}
cudaError_t cudaStreamCreate(cudaStream_t* stream) {
  const Lock lock(one_at_a_time);
  streams.push_back(*stream = new Stream);
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  const Lock lock(one_at_a_time);
  cudaStreamSynchronize(stream);
  std::erase(streams, stream);
  delete stream;
  return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  const Lock lock(one_at_a_time);
  if (stream == nullptr)
    work_off_all();
  else
    work_off(*stream, stream->done + stream->waiting.size());
  return cudaSuccess;
}
cudaError_t cudaDeviceSynchronize() {
  return cudaStreamSynchronize(nullptr);
}
cudaError_t cudaEventCreate(cudaEvent_t* event) {
  *event = new Event;
  return cudaSuccess;
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  delete event;
  return cudaSuccess;
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  const Lock lock(one_at_a_time);
  *event = {};
  enqueue(stream, [happened = event->happened] { *happened = Clock::now(); });
  event->stream = stream;
  event->ticket = stream == nullptr ? 0 : stream->done + stream->waiting.size();
  return cudaSuccess;
}
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
  const Event until = *event;
  enqueue(stream, [until] {
    if (until.stream != nullptr)
      while (until.stream->done < until.ticket) do_next(*until.stream);
  });
  return cudaSuccess;
}
cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  const Lock lock(one_at_a_time);
  if (event->stream != nullptr) work_off(*event->stream, event->ticket);
  return cudaSuccess;
}
cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t first, cudaEvent_t last) {
  *milliseconds = std::chrono::duration<float, std::milli>(*last->happened - *first->happened).count();
  return cudaSuccess;
}
cudaError_t cudaFuncSetAttribute(const void* kernel, cudaFuncAttribute, int value) {
  const Lock lock(one_at_a_time);
  if (value < 0 || static_cast<std::size_t>(value) > shared_bytes_at_most) return cudaErrorInvalidValue;
  allowed_shared_bytes[kernel] = static_cast<std::size_t>(value);
  return cudaSuccess;
}

/// What the host asks of the CUDA runtime, without its headers: devices, memory, copies, streams, events. Defined in
/// runtime.cu, on top of CUDA or of its emulation. Functions throw std::runtime_error where a call fails.
#pragma once

#include <cstddef>
#include <string>

#include "kernels/rows.hpp"

struct CUevent_st;  // of CUDA, and of the emulation

namespace neuroglot::cuda {

/// How many devices there are; 0 as well where no driver is installed, or one older than the runtime.
int device_count();
/// Why there is none, in the driver's words; empty where there is one.
std::string why_no_device();
/// What the calling thread allocates, and where the streams lie that it makes.
void use_device(int device);

struct DeviceProperties {
  std::string name;
  std::size_t total_bytes = 0, free_bytes = 0;
  int major = 0, minor = 0;  ///< its compute capability
};
DeviceProperties properties(int device);

/// Bytes that nobody has written; null where there are not so many.
void* allocate(std::size_t bytes);
void release(void* memory) noexcept;
/// Of the host, which copies on a stream can read and write while the host goes on; null where there are not so many.
void* allocate_pinned(std::size_t bytes);
void release_pinned(void* memory) noexcept;

/// Between any two of host and device: which is which, the addresses tell. The host's memory must stay until the stream
/// has come past this.
void copy_bytes(Stream stream, const void* from, void* to, std::size_t bytes);
/// `rows` rows of `width` bytes, which begin so many bytes apart.
void copy_rows_of_bytes(Stream stream, const void* from, std::size_t from_pitch, void* to, std::size_t to_pitch,
                        std::size_t width, std::size_t rows);
/// All bytes become 0.
void clear_bytes(Stream stream, void* memory, std::size_t bytes);

Stream make_stream();
void destroy(Stream stream) noexcept;
/// Waits until all that was asked of it has been done.
void wait_for(Stream stream);
/// Waits for all streams of the device.
void wait_for_device();

/// A point in a stream's work.
using Event = CUevent_st*;
Event make_event();
void destroy(Event event) noexcept;
/// The event is what the stream has been asked for until now.
void record(Event event, Stream stream);
/// The host waits.
void wait_for(Event event);
/// The stream goes on only after the event; the host does not wait.
void wait_for(Stream stream, Event event);
/// Of two events that have happened.
double milliseconds_between(Event first, Event last);

}  // namespace neuroglot::cuda

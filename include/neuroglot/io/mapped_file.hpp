/// A file's bytes as memory: mapped read-only, so that nothing is read before it is looked at and nothing is copied.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <system_error>
#include <utility>

#include "neuroglot/core/error.hpp"

namespace neuroglot {

/// Maps a whole regular file; throws Error where it is missing, unreadable, a folder, a device or empty. The file must
/// not be shortened by somebody else while it is mapped (the system would end the program with SIGBUS).
class MappedFile {
 public:
  explicit MappedFile(std::filesystem::path path) : path_(std::move(path)) {
    const int descriptor = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) throw failure("could not be opened", errno);
    try {
      map(descriptor);
    } catch (...) {
      ::close(descriptor);
      throw;
    }
    ::close(descriptor);
  }
  MappedFile(MappedFile&& other) noexcept { swap(other); }
  MappedFile& operator=(MappedFile&& other) noexcept {
    MappedFile moved(std::move(other));
    swap(moved);
    return *this;
  }
  ~MappedFile() {
    if (data_ != nullptr) ::munmap(data_, size_);
  }

  const std::filesystem::path& path() const { return path_; }
  std::span<const std::byte> bytes() const { return {static_cast<const std::byte*>(data_), size_}; }

  /// Gives back the memory of the whole pages inside `part` of bytes(), e.g. after its weights have been packed
  /// elsewhere. The bytes stay valid: looking at them again reads them from the file again. Throws Error for bytes of
  /// another file.
  void release(std::span<const std::byte> part) const {
    const auto first = reinterpret_cast<std::uintptr_t>(part.data());
    const auto begin = reinterpret_cast<std::uintptr_t>(data_);
    if (part.empty()) return;
    if (first < begin || first - begin > size_ || part.size() > size_ - (first - begin))
      throw error(path_.string(), ": asked to release ", part.size(), " bytes that are not of this file");
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const std::uintptr_t from = (first + page - 1) / page * page;
    const std::uintptr_t to = (first + part.size()) / page * page;
    if (from < to) ::madvise(reinterpret_cast<void*>(from), to - from, MADV_DONTNEED);
  }

 private:
  Error failure(const char* what, int code) const {
    return error(path_.string(), ": ", what, " (", std::generic_category().message(code), ")");
  }

  void map(int descriptor) {
    struct stat status {};
    if (::fstat(descriptor, &status) != 0) throw failure("could not be examined", errno);
    if (S_ISDIR(status.st_mode)) throw error(path_.string(), ": is a folder, a file was expected");
    if (!S_ISREG(status.st_mode)) throw error(path_.string(), ": is not a regular file, so it can not be mapped");
    if (status.st_size == 0) throw error(path_.string(), ": the file is empty");
    const auto size = static_cast<std::size_t>(status.st_size);
    void* const mapped = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (mapped == MAP_FAILED) throw failure("could not be mapped", errno);
    data_ = mapped;
    size_ = size;
  }

  void swap(MappedFile& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
  }

  std::filesystem::path path_;
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace neuroglot

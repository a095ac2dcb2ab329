/// One run at a time writes a file.
#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>

#include "neuroglot/core/error.hpp"
#include "neuroglot/io/atomic_file.hpp"

namespace neuroglot {

/// From here to its end OUT, with the OUT.partial beside it, is this run's alone. It is told by a lock on OUT.lock,
/// which the system lets go of however the run ends; a file of that name that a killed run left says nothing. A pipe,
/// /dev/null and file systems without locks are not claimed.
class OutputClaim {
 public:
  /// Throws Error where OUT could not be written, and where another run is writing it.
  explicit OutputClaim(const std::filesystem::path& out) {
    require_writable(out);
    std::error_code failure;
    const std::filesystem::file_status status = std::filesystem::status(out, failure);
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) return;
    lock_ = out.string() + ".lock";
    while (!take(out)) continue;
  }
  OutputClaim(const OutputClaim&) = delete;
  OutputClaim& operator=(const OutputClaim&) = delete;
  ~OutputClaim() {
    if (descriptor_ < 0) return;
    ::unlink(lock_.c_str());  // before it is let go, so that nobody holds a file without its name
    ::close(descriptor_);
  }

 private:
  /// Whether it is settled; not where the file lost its name on the way, as a run that ends removes it.
  bool take(const std::filesystem::path& out) {
    const int descriptor = ::open(lock_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (descriptor < 0) throw error(lock_, ": could not be written (", std::generic_category().message(errno), ")");
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      const bool taken = errno == EWOULDBLOCK;
      const std::string holder = taken ? content(descriptor) : "";
      ::close(descriptor);
      if (taken)
        throw error(out.string(), ": another run is writing it (process ", holder, " holds ", lock_,
                    "): wait for its end, or write to another file");
      return true;
    }
    if (!names(descriptor)) {
      ::close(descriptor);
      return false;
    }
    descriptor_ = descriptor;
    const std::string process = std::to_string(::getpid());
    // Where the disk is full, only who holds it stays unsaid.
    [[maybe_unused]] const bool said =
        ::ftruncate(descriptor, 0) == 0 && ::write(descriptor, process.data(), process.size()) >= 0;
    return true;
  }

  static std::string content(int descriptor) {
    std::array<char, 32> text{};
    const ssize_t length = ::pread(descriptor, text.data(), text.size(), 0);
    return length > 0 ? std::string(text.data(), static_cast<std::size_t>(length)) : "unknown";
  }

  /// Whether lock_ is still the file's name.
  bool names(int descriptor) const {
    struct stat opened {};
    struct stat named {};
    return ::fstat(descriptor, &opened) == 0 && ::stat(lock_.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
           opened.st_dev == named.st_dev;
  }

  std::string lock_;
  int descriptor_ = -1;
};

}  // namespace neuroglot

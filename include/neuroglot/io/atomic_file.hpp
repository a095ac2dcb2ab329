/// Files that are whole or absent: written under a temporary name in the same folder, synced, then renamed.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "neuroglot/core/error.hpp"

namespace neuroglot {

/// Usage: AtomicFile file(path); file.write(...); ...; file.commit(). Without commit() the temporary file is removed
/// and an earlier file of that name stays as it was. A link is followed: the file it names is replaced. What can not be
/// replaced (a pipe, a terminal, /dev/null) is written to directly. All functions throw Error naming the path and the
/// system's reason.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path) : path_(std::move(path)) {
    std::error_code failure;
    const std::filesystem::file_status status = std::filesystem::status(path_, failure);
    if (std::filesystem::is_directory(status)) throw error(path_.string(), ": could not be written: it is a folder");
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
      descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
    } else {
      target_ = std::filesystem::exists(status) ? std::filesystem::canonical(path_, failure) : path_;
      if (target_.empty()) target_ = path_;
      temporary_ = target_.string() + ".tmp." + std::to_string(::getpid());
      descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
    }
    if (descriptor_ < 0) {
      const int code = errno;
      temporary_.clear();  // it is not ours to remove
      throw failed(code);
    }
  }
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
  }

  void write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) throw failed(errno);
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
  }
  void write(std::string_view text) { write(std::as_bytes(std::span(text))); }

  /// Gives the file its name, once all of it has reached the disk.
  void commit() {
    if (!temporary_.empty() && ::fsync(descriptor_) != 0) throw failed(errno);
    const int closed = ::close(std::exchange(descriptor_, -1));
    if (closed != 0) throw failed(errno);
    if (temporary_.empty()) return;
    if (::rename(temporary_.c_str(), target_.c_str()) != 0) throw failed(errno);
    temporary_.clear();
    sync_folder();
  }

 private:
  Error failed(int code) const {
    return error(path_.string(), ": could not be written (", std::generic_category().message(code), ")");
  }

  // So that the new name survives a power cut; some file systems can not, and the file is whole either way.
  void sync_folder() const {
    const std::filesystem::path folder = target_.has_parent_path() ? target_.parent_path() : ".";
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return;
    ::fsync(descriptor);
    ::close(descriptor);
  }

  std::filesystem::path path_;
  std::filesystem::path target_;  // path_ with links followed
  std::string temporary_;         // empty when written directly, and after the rename
  int descriptor_ = -1;
};

/// Writes `content` to a file, whole or not at all.
inline void write_file(const std::filesystem::path& path, std::string_view content) {
  AtomicFile file(path);
  file.write(content);
  file.commit();
}

/// Throws Error where `path` could not be written, before hours of work go into what is to be written there. Leaves
/// nothing behind.
inline void require_writable(const std::filesystem::path& path) {
  const AtomicFile probe(path);
}

}  // namespace neuroglot

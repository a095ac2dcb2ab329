/// A program run as a child process: its standard input given, its output and messages caught.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include "neuroglot/core/error.hpp"

namespace neuroglot {

struct ChildResult {
  int status = 0;  ///< exit status; 128 + n for one that signal n ended, as shells count
  bool timed_out = false;
  std::string out;
  std::string err;
};

namespace detail {

/// A file without a name, which goes away by itself.
class UnnamedFile {
 public:
  UnnamedFile() : file_(std::tmpfile(), &std::fclose) {
    if (!file_) throw failed(errno);
    ::fcntl(descriptor(), F_SETFD, FD_CLOEXEC);
  }
  int descriptor() const { return ::fileno(file_.get()); }

  /// Puts `content` in, to be read from its start.
  void fill(std::string_view content) const {
    if (std::fwrite(content.data(), 1, content.size(), file_.get()) != content.size() || std::fflush(file_.get()) != 0)
      throw failed(errno);
    std::rewind(file_.get());
  }
  std::string content() const {
    std::rewind(file_.get());
    std::string text;
    char part[1 << 16];
    while (const std::size_t got = std::fread(part, 1, sizeof part, file_.get())) text.append(part, got);
    if (std::ferror(file_.get())) throw failed(errno);
    return text;
  }

 private:
  static Error failed(int code) {
    return error("a temporary file could not be used (", std::generic_category().message(code), ")");
  }
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

/// In a process group of its own, so that what it starts can be ended with it. Returns an errno.
inline int start_child(std::vector<std::string> arguments, const UnnamedFile& in, const UnnamedFile& out,
                       const UnnamedFile& err, pid_t& child) {
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_adddup2(&files, in.descriptor(), STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, out.descriptor(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, err.descriptor(), STDERR_FILENO);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  const int code = ::posix_spawnp(&child, pointers.front(), &files, &attributes, pointers.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&files);
  return code;
}

/// Waits for the child; ends it and what it started after so many seconds (0: never). Returns whether it came to that.
inline bool wait_for_child(pid_t child, double seconds, int& status) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point begin = Clock::now();
  for (bool timed_out = false;;) {
    const pid_t ended = ::waitpid(child, &status, seconds > 0 && !timed_out ? WNOHANG : 0);
    if (ended == child) return timed_out;
    if (ended < 0 && errno != EINTR)
      throw error("a child process was lost (", std::generic_category().message(errno), ")");
    if (ended < 0 || seconds <= 0 || timed_out) continue;
    if (std::chrono::duration<double>(Clock::now() - begin).count() > seconds) {
      ::kill(-child, SIGKILL);
      timed_out = true;
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }
}

}  // namespace detail

/// Runs arguments[0], looked for in PATH, with `input` on its standard input; ended after `seconds` (0: never). Throws
/// Error where it could not be started, `advice` at the message's end.
inline ChildResult run_child(const std::vector<std::string>& arguments, std::string_view input, double seconds = 0,
                             std::string_view advice = "") {
  const detail::UnnamedFile in, out, err;
  in.fill(input);
  pid_t child = 0;
  if (const int code = detail::start_child(arguments, in, out, err, child); code != 0)
    throw error(arguments.front(), " could not be started (", std::generic_category().message(code), ")", advice);
  ChildResult result;
  int status = 0;
  result.timed_out = detail::wait_for_child(child, seconds, status);
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.out = out.content();
  result.err = err.content();
  return result;
}

}  // namespace neuroglot

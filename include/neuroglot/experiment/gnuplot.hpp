/// Draws by gnuplot (gnuplot.info), run as a child process with a script on its standard input.
#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include "neuroglot/core/error.hpp"

namespace neuroglot {

/// `text` as a double-quoted gnuplot string. Every byte but letters and blanks is written as an octal escape, so that
/// quotes, back-quotes, macros and line ends inside can not become commands (digits too: gnuplot would take one that
/// follows an escape for a part of it). Control characters become U+FFFD.
inline std::string gnuplot_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ' ') {
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\357\\277\\275";
    } else {
      out += {'\\', static_cast<char>('0' + (byte >> 6)), static_cast<char>('0' + ((byte >> 3) & 7)),
              static_cast<char>('0' + (byte & 7))};
    }
  }
  return out + "\"";
}

/// The same for the text of an axis tic, which gnuplot takes for a printf format.
inline std::string gnuplot_tic(std::string_view text) {
  std::string doubled;
  for (const char c : text) doubled += c == '%' ? "%%" : std::string(1, c);
  return gnuplot_string(doubled);
}

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

inline pid_t start_gnuplot(const UnnamedFile& in, const UnnamedFile& out, const UnnamedFile& err) {
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_adddup2(&files, in.descriptor(), STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, out.descriptor(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, err.descriptor(), STDERR_FILENO);
  char name[] = "gnuplot";
  char no_user_settings[] = "-d";
  char* arguments[] = {name, no_user_settings, nullptr};
  pid_t child = 0;
  const int code = ::posix_spawnp(&child, name, &files, nullptr, arguments, environ);
  ::posix_spawn_file_actions_destroy(&files);
  if (code != 0)
    throw error("gnuplot could not be started (", std::generic_category().message(code),
                "); on Debian and Ubuntu: apt-get install gnuplot-nox");
  return child;
}

/// What gnuplot complained about, on one line.
inline std::string gnuplot_complaint(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  const std::size_t first = text.find_first_not_of(' ');
  return first == std::string::npos ? "no message" : text.substr(first, 300);
}

}  // namespace detail

/// Runs a script and returns what gnuplot wrote to its standard output: the picture, where the script sets no output.
/// The user's own gnuplot settings are not read. Throws Error where gnuplot is not installed or refuses the script.
inline std::string run_gnuplot(std::string_view script) {
  const detail::UnnamedFile in;
  const detail::UnnamedFile out;
  const detail::UnnamedFile err;
  in.fill(script);
  const pid_t child = detail::start_gnuplot(in, out, err);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) throw error("gnuplot: lost (", std::generic_category().message(errno), ")");
  std::string picture = out.content();
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || picture.empty())
    throw error("gnuplot drew nothing: ", detail::gnuplot_complaint(err.content()));
  return picture;
}

}  // namespace neuroglot

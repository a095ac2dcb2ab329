/// The lines of a UTF-8 text file, plain or gzipped, one at a time.
#pragma once

#include <zlib.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/io/utf8_check.hpp"

namespace neuroglot {

/// Streams: holds one line and 64 KiB at most. Recognises gzip by its first bytes. Throws Error, naming file and line,
/// for invalid UTF-8, a gzip stream that is broken or ends early, a file named .gz that is not gzip, and a line beyond
/// 256 MiB.
class LineReader {
 public:
  static constexpr std::size_t longest_line = std::size_t{256} << 20;

  explicit LineReader(std::filesystem::path path) : path_(std::move(path)), buffer_(std::size_t{64} << 10) {
    std::error_code failure;
    if (std::filesystem::is_directory(path_, failure))
      throw error(path_.string(), ": is a folder, a file was expected");
    errno = 0;
    file_.reset(::gzopen(path_.c_str(), "rbe"));
    if (!file_) throw error(path_.string(), ": could not be opened (", std::generic_category().message(errno), ")");
    refill();
    if (path_.extension() == ".gz" && ::gzdirect(file_.get()) != 0)
      throw error(path_.string(), ": is named .gz but is not gzip: empty, damaged, or to be renamed?");
    skip_byte_order_mark();
  }

  /// Puts the next line into `line`, without its line end (LF or CR LF); false at the end of the file.
  bool next(std::string& line) {
    line.clear();
    if (begin_ == end_) return false;
    ++number_;
    while (!append_up_to_line_end(line)) {
      if (line.size() > longest_line) throw error(place(), ": a line of more than ", longest_line, " bytes");
      refill();
      if (begin_ == end_) break;
    }
    if (line.ends_with('\r')) line.pop_back();
    const std::size_t invalid = first_invalid_utf8(line);
    if (invalid != std::string_view::npos)
      throw error(place(), ": not valid UTF-8 at byte ", invalid,
                  " of the line; convert the file, e.g. with iconv -t UTF-8");
    return true;
  }

  const std::filesystem::path& path() const { return path_; }

  /// How much of the file has been read, in bytes of the file itself (gzipped ones where it is gzip), for progress.
  std::int64_t offset() const { return ::gzoffset(file_.get()); }

  /// "wiki.txt:17", the line that next() gave last; lines count from 1.
  std::string place() const { return path_.string() + ":" + std::to_string(number_); }

 private:
  struct Close {
    void operator()(gzFile file) const { ::gzclose_r(file); }
  };

  // Moves bytes to `line`, up to the end of the line or of the buffer; true when the line is complete.
  bool append_up_to_line_end(std::string& line) {
    const char* const from = buffer_.data() + begin_;
    const auto* const newline = static_cast<const char*>(std::memchr(from, '\n', end_ - begin_));
    const std::size_t count = newline != nullptr ? static_cast<std::size_t>(newline - from) : end_ - begin_;
    line.append(from, count);
    begin_ += count + (newline != nullptr ? 1 : 0);
    if (newline != nullptr && begin_ == end_) refill();  // so that an empty buffer always means the end
    return newline != nullptr;
  }

  void refill() {
    const int count = ::gzread(file_.get(), buffer_.data(), static_cast<unsigned>(buffer_.size()));
    int code = Z_OK;
    const char* const reason = ::gzerror(file_.get(), &code);
    if (count < 0 || code == Z_BUF_ERROR)
      throw error(path_.string(), ": could not be read after line ", number_, " (",
                  code == Z_ERRNO       ? std::generic_category().message(errno)
                  : code == Z_BUF_ERROR ? std::string("the gzip stream ends early: truncated")
                                        : std::string(reason),
                  ")");
    begin_ = 0;
    end_ = static_cast<std::size_t>(count);
  }

  void skip_byte_order_mark() {
    if (std::string_view(buffer_.data() + begin_, end_ - begin_).starts_with("\ufeff")) begin_ += 3;
    if (begin_ == end_) refill();
  }

  std::filesystem::path path_;
  std::unique_ptr<gzFile_s, Close> file_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  // of what is still to be read in the buffer
  std::size_t end_ = 0;
  std::size_t number_ = 0;
};

}  // namespace neuroglot

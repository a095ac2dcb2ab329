/// Lines that a run writes down as it goes, so that the next one can go on where it was interrupted.
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/io/atomic_file.hpp"

namespace neuroglot {

struct LoggedLine {
  std::string place;  ///< "OUT.partial:17"
  std::string text;
};

/// Its first line says what run it is of. A run that is killed leaves all lines but, at worst, the one that it was
/// writing: that one has no end and is left out.
class LineLog {
 public:
  /// Nothing is written before the first add(). With `resume`, what is there is taken up: throws Error where its first
  /// line is not `first`.
  LineLog(std::filesystem::path path, std::string first, bool resume)
      : path_(std::move(path)), first_(std::move(first)) {
    if (resume && std::filesystem::exists(path_)) take_up();
  }

  const std::filesystem::path& path() const { return path_; }
  const std::string& first() const { return first_; }
  /// The lines after the first that were there.
  const std::vector<LoggedLine>& left() const { return left_; }

  /// `line` holds no line end. Throws Error where it can not be written.
  void add(std::string_view line) {
    if (!out_.is_open()) begin();
    out_ << line << '\n' << std::flush;
    if (!out_) throw error(path_.string(), ": could not be written: is the disk full?");
  }

 private:
  void take_up() {
    std::ifstream in(path_, std::ios::binary);
    const std::string content(std::istreambuf_iterator<char>(in), {});
    std::size_t begin = content.find('\n');
    if (begin == std::string::npos || content.substr(0, begin) != first_)
      throw error(path_.string(),
                  ": was left by a run of another model, other inputs or options; remove it, or run without --resume");
    std::size_t number = 1;
    for (++begin; begin < content.size();) {
      const std::size_t end = content.find('\n', begin);
      if (end == std::string::npos) return;
      left_.push_back({path_.string() + ":" + std::to_string(++number), content.substr(begin, end - begin)});
      begin = end + 1;
    }
  }

  /// Anew with what was there, whole or not at all, and from then on by its end.
  void begin() {
    AtomicFile file(path_);
    file.write(first_ + "\n");
    for (const LoggedLine& line : left_) file.write(line.text + "\n");
    file.commit();
    out_.open(path_, std::ios::app | std::ios::binary);
  }

  std::filesystem::path path_;
  std::string first_;
  std::vector<LoggedLine> left_;
  std::ofstream out_;
};

}  // namespace neuroglot

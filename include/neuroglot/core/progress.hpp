/// A progress bar with rate and time left on stderr; on something that is not a terminal, a line now and then instead.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>

namespace neuroglot {

/// Counts work in `unit`s ("tokens") up to `total`. Usage: Progress p("recording fr", 20480, "tokens"); p.add(512); ...
/// The destructor ends the line. Nothing is printed when quiet.
class Progress {
 public:
  Progress(std::string label, std::int64_t total, std::string unit, bool quiet = false)
      : label_(std::move(label)),
        unit_(std::move(unit)),
        total_(total),
        quiet_(quiet),
        terminal_(::isatty(STDERR_FILENO) == 1),
        begin_(Clock::now()),
        shown_(begin_) {
    if (!quiet_ && terminal_) show();
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() {
    if (quiet_) return;
    show();
    if (terminal_) std::fputc('\n', stderr);
  }

  /// Work that an earlier run had done already: part of the bar, not of the rate.
  void skip(std::int64_t amount) {
    done_ += amount;
    before_ += amount;
  }

  void add(std::int64_t amount) {
    done_ += amount;
    const Clock::time_point now = Clock::now();
    if (quiet_ || now - shown_ < (terminal_ ? std::chrono::milliseconds(100) : std::chrono::milliseconds(10'000)))
      return;
    shown_ = now;
    show();
  }

 private:
  using Clock = std::chrono::steady_clock;

  void show() const {
    const double seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
    const double rate = seconds > 0 ? static_cast<double>(done_ - before_) / seconds : 0;
    const double part = total_ > 0 ? std::min(1.0, static_cast<double>(done_) / static_cast<double>(total_)) : 1.0;
    const std::int64_t left = rate > 0 ? static_cast<std::int64_t>(static_cast<double>(total_ - done_) / rate) : 0;
    std::string bar(bar_width, '.');
    std::fill_n(bar.begin(), static_cast<std::ptrdiff_t>(part * bar_width), '#');
    std::fprintf(stderr, "%s%-24s [%s] %3.0f%% %lld/%lld %s, %.4g/s, %s %lld:%02lld%s", terminal_ ? "\r" : "",
                 label_.c_str(), bar.c_str(), part * 100, static_cast<long long>(done_), static_cast<long long>(total_),
                 unit_.c_str(), rate, done_ >= total_ ? "took" : "left",
                 static_cast<long long>((done_ >= total_ ? static_cast<std::int64_t>(seconds) : left) / 60),
                 static_cast<long long>((done_ >= total_ ? static_cast<std::int64_t>(seconds) : left) % 60),
                 terminal_ ? "\033[K" : "\n");
    std::fflush(stderr);
  }

  static constexpr int bar_width = 24;

  std::string label_;
  std::string unit_;
  std::int64_t total_;
  std::int64_t done_ = 0;
  std::int64_t before_ = 0;
  bool quiet_;
  bool terminal_;
  Clock::time_point begin_;
  Clock::time_point shown_;
};

}  // namespace neuroglot

/// Where the time of a run goes, step by step: what --timing prints.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <iomanip>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace neuroglot {

/// Steps by name. A step within a step counts for itself alone, so that all times add up to that of the run. For one
/// thread.
class Profile {
 public:
  using Clock = std::chrono::steady_clock;

  struct Step {
    std::int64_t calls = 0;
    double milliseconds = 0;
    std::int64_t copies = 0, copied_bytes = 0;  ///< between device and host, for hooks that work on the host
  };

  const std::map<std::string, Step, std::less<>>& steps() const { return steps_; }
  Step& step(std::string_view name) {
    const auto found = steps_.find(name);
    return found == steps_.end() ? steps_[std::string(name)] : found->second;
  }

  /// Called before the clock is read: a device is to be waited for, or the time would be that of asking it.
  void settle_with(std::function<void()> settle) { settle_ = std::move(settle); }
  Clock::time_point now() const {
    if (settle_) settle_();
    return Clock::now();
  }

 private:
  friend class Timed;

  std::map<std::string, Step, std::less<>> steps_;
  std::function<void()> settle_;
  class Timed* innermost_ = nullptr;
};

/// Measures a step from here to the end of a block: `const Timed timed(profile, "matmul");`. Nothing at all without a
/// profile.
class Timed {
 public:
  Timed(Profile* profile, std::string_view name) : Timed(profile, name, {}) {}
  /// A step of two words, which are put together only where there is a profile: "hooks at ", "mlp.hook_act".
  Timed(Profile* profile, std::string_view name, std::string_view of) : profile_(profile) {
    if (profile != nullptr) begin(name, of);
  }
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;
  /// Throws what waiting for a device throws: a step that fails there does so here. Not while another error is on its
  /// way.
  ~Timed() noexcept(false) {
    if (profile_ != nullptr) end();
  }

  void copied(std::int64_t copies, std::int64_t bytes) const {
    if (profile_ == nullptr) return;
    step_->copies += copies;
    step_->copied_bytes += bytes;
  }

 private:
  // Out of line: where nobody measures, an operation has one comparison more and nothing else.
  [[gnu::noinline]] void begin(std::string_view name, std::string_view of) {
    step_ = &profile_->step(of.empty() ? std::string(name) : std::string(name) + std::string(of));
    errors_before_ = std::uncaught_exceptions();
    around_ = std::exchange(profile_->innermost_, this);
    begin_ = profile_->now();
  }
  [[gnu::noinline]] void end() {
    profile_->innermost_ = around_;
    if (std::uncaught_exceptions() > errors_before_) return;
    const double elapsed = std::chrono::duration<double, std::milli>(profile_->now() - begin_).count();
    step_->milliseconds += elapsed - within_;
    ++step_->calls;
    if (around_ != nullptr) around_->within_ += elapsed;
  }

  // Set by begin alone.
  Profile* profile_;
  Profile::Step* step_ = nullptr;
  Timed* around_ = nullptr;
  Profile::Clock::time_point begin_{};
  double within_ = 0;
  int errors_before_ = 0;
};

/// A line a step, the longest first.
inline void print(std::ostream& out, const Profile& profile) {
  std::vector<std::pair<std::string, Profile::Step>> steps(profile.steps().begin(), profile.steps().end());
  std::stable_sort(steps.begin(), steps.end(),
                   [](const auto& a, const auto& b) { return a.second.milliseconds > b.second.milliseconds; });
  double total = 0;
  for (const auto& [name, step] : steps) total += step.milliseconds;
  const auto flags = out.flags();
  out << std::fixed << std::setprecision(1) << std::setw(12) << "ms" << std::setw(8) << "share" << std::setw(10)
      << "calls"
      << "  step\n";
  for (const auto& [name, step] : steps) {
    out << std::setw(12) << step.milliseconds << std::setw(7) << 100 * step.milliseconds / std::max(total, 1e-9) << '%'
        << std::setw(10) << step.calls << "  " << name;
    if (step.copies > 0)
      out << " (" << step.copied_bytes << " bytes between device and host in " << step.copies << " copies)";
    out << '\n';
  }
  out << std::setw(12) << total << "  in all\n";
  out.flags(flags);
}

}  // namespace neuroglot

/// Asking a service again that is busy or out of order for the moment: exponential backoff, unless the service says how
/// long it wants to be left alone. (RFC 9110, sections 10.2.3 and 15)
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <ctime>
#include <iomanip>
#include <locale>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>

#include "neuroglot/core/error.hpp"

namespace neuroglot {

struct RetryOptions {
  int attempts = 6;                  ///< in all
  double first_wait = 1;             ///< seconds before the second attempt; doubled before each further one
  double longest_wait = 60;          ///< that doubling leads to
  double longest_asked_wait = 3600;  ///< a service that asks for more is not waited for
};

/// What came of an attempt: a reply, or why there is none.
struct Attempt {
  std::optional<std::string> reply;
  std::string trouble;
  bool may_pass = false;       ///< another attempt may succeed
  std::optional<double> wait;  ///< seconds that the service asked for
};

/// Seconds that a Retry-After asks for: "120", or a date, from `now` on; nothing for what is neither.
inline std::optional<double> retry_after_seconds(std::string_view text, std::time_t now) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  double seconds = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (failure == std::errc() && end == text.data() + text.size())
    return std::isfinite(seconds) && seconds >= 0 ? std::optional(seconds) : std::nullopt;
  std::tm date{};
  std::istringstream in{std::string(text)};
  in.imbue(std::locale::classic());
  in >> std::get_time(&date, "%a, %d %b %Y %H:%M:%S GMT");
  if (in.fail()) return std::nullopt;
  return std::max(0.0, std::difftime(::timegm(&date), now));
}

/// Before attempt 2, 3, ...: what the service asked for, else first_wait, twice first_wait, ...
inline double wait_before(int attempt, const Attempt& last, const RetryOptions& options) {
  if (last.wait) return *last.wait;
  return std::min(options.longest_wait, std::ldexp(options.first_wait, attempt - 2));
}

/// attempt() until it replies; sleep(seconds) in between. Throws Error with the last attempt's trouble.
template <class Try, class Sleep>
std::string ask_persistently(Try attempt, Sleep sleep, const RetryOptions& options) {
  for (int number = 1;; ++number) {
    Attempt made = attempt();
    if (made.reply) return std::move(*made.reply);
    if (!made.may_pass) throw error(made.trouble);
    if (number >= options.attempts)
      throw error(made.trouble, " (attempt ", number, " of ", options.attempts,
                  "); what was judged is kept, run again to go on");
    const double wait = wait_before(number + 1, made, options);
    if (wait > options.longest_asked_wait)
      throw error(made.trouble, ": asks to be left alone for ", wait, " s; what was judged is kept, run again then");
    sleep(wait);
  }
}

/// So many requests a minute at most, evenly spaced. (now, sleep): seconds of a clock, and waiting.
class RateLimit {
 public:
  explicit RateLimit(double per_minute = 0) : spacing_(per_minute > 0 ? 60 / per_minute : 0) {}

  template <class Sleep>
  void wait(double now, Sleep sleep) {
    if (spacing_ > 0 && next_ > now) sleep(next_ - now);
    next_ = std::max(now, next_) + spacing_;
  }

 private:
  double spacing_;
  double next_ = 0;
};

}  // namespace neuroglot

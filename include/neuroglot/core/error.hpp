/// Errors: what was wrong, where, and what to do. Every failure a user can cause arrives as one of these two types.
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

namespace neuroglot {

/// A run that failed (bad file, bad shape, full disk); programs print what() and exit with status 1.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A request that can not be meant (an unknown option, a language given twice); programs exit with status 2.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// The parts written one after the other, as << writes them.
template <class... Parts>
std::string text_of(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

/// Usage: `throw error(path, ": the header ends at byte ", n, ", the file at ", size);`
template <class... Parts>
Error error(const Parts&... parts) {
  return Error(text_of(parts...));
}

/// The same for requests that can not be meant.
template <class... Parts>
UsageError usage_error(const Parts&... parts) {
  return UsageError(text_of(parts...));
}

}  // namespace neuroglot

/// Counts how deep a reader has gone: a hostile template must not fill the stack.
#pragma once

#include <string_view>

#include "neuroglot/core/error.hpp"

namespace neuroglot::jinja {

class Nesting {
 public:
  /// Throws Error beyond 100.
  Nesting(int& depth, std::string_view what) : depth_(depth) {
    if (depth_ == 100) throw error(what, " are nested too deep");
    ++depth_;
  }
  Nesting(const Nesting&) = delete;
  ~Nesting() { --depth_; }

 private:
  int& depth_;
};

}  // namespace neuroglot::jinja

/// A stack of its own for each thread of a block, and switching between them. (Boost.Context)
#pragma once

#include <sys/mman.h>

#include <boost/context/detail/fcontext.hpp>
#include <cstddef>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace neuroglot::emulation {

/// Runs a function on a stack of its own; the function gives way with suspend() and is gone on with by resume(). One
/// that is left half-way is simply started anew: kernels hold nothing that needs a destructor.
class Fiber {
 public:
  static constexpr std::size_t stack_bytes = std::size_t{1} << 17, page = 4096;

  Fiber() {
    void* const mapped =
        mmap(nullptr, stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc();
    stack_ = static_cast<char*>(mapped);
    mprotect(stack_, page, PROT_NONE);  // below it: a kernel with too large arrays crashes here and nowhere else
  }
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;
  ~Fiber() { munmap(stack_, stack_bytes); }

  /// `body` runs at the first resume. It must not return or throw: it ends by a last suspend().
  void start(void (*body)(Fiber&)) {
#if defined(__SANITIZE_ADDRESS__)
    ASAN_UNPOISON_MEMORY_REGION(stack_ + page, stack_bytes - page);
#endif
    body_ = body;
    inside_ = boost::context::detail::make_fcontext(stack_ + stack_bytes, stack_bytes - page, enter);
  }
  void resume() {
#if defined(__SANITIZE_ADDRESS__)
    void* fake_stack = nullptr;
    __sanitizer_start_switch_fiber(&fake_stack, stack_, stack_bytes);
#endif
    inside_ = boost::context::detail::jump_fcontext(inside_, this).fctx;
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(fake_stack, nullptr, nullptr);
#endif
  }
  void suspend() {
#if defined(__SANITIZE_ADDRESS__)
    void* fake_stack = nullptr;
    __sanitizer_start_switch_fiber(&fake_stack, outer_stack_, outer_bytes_);
#endif
    outside_ = boost::context::detail::jump_fcontext(outside_, nullptr).fctx;
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(fake_stack, &outer_stack_, &outer_bytes_);
#endif
  }

 private:
  static void enter(boost::context::detail::transfer_t from) {
    Fiber& self = *static_cast<Fiber*>(from.data);
    self.outside_ = from.fctx;
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(nullptr, &self.outer_stack_, &self.outer_bytes_);
#endif
    self.body_(self);
  }

  char* stack_ = nullptr;
  void (*body_)(Fiber&) = nullptr;
  boost::context::detail::fcontext_t inside_ = nullptr, outside_ = nullptr;
#if defined(__SANITIZE_ADDRESS__)
  const void* outer_stack_ = nullptr;
  std::size_t outer_bytes_ = 0;
#endif
};

}  // namespace neuroglot::emulation

/// Memory that a const operation needs while it runs, kept from call to call and safe from several threads.
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace neuroglot::detail {

/// Usage: `auto memory = pool.borrow(); memory->...` It goes back when `memory` ends.
template <class T>
class MemoryPool {
  struct Return {
    MemoryPool* pool;
    void operator()(T* item) const {
      std::unique_ptr<T> owned(item);
      const std::lock_guard lock(pool->mutex_);
      pool->items_.push_back(std::move(owned));
    }
  };

 public:
  std::unique_ptr<T, Return> borrow() const {
    auto* const self = const_cast<MemoryPool*>(this);  // what is borrowed is no part of the tokenizer's value
    const std::lock_guard lock(mutex_);
    if (items_.empty()) return {new T(), Return{self}};
    T* const item = items_.back().release();
    items_.pop_back();
    return {item, Return{self}};
  }

 private:
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<T>> items_;
};

}  // namespace neuroglot::detail

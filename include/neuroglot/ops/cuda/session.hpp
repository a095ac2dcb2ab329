/// What the operations of the CUDA backend share: one device, one stream, memory on both sides, and the ways to and
/// fro.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "neuroglot/core/profile.hpp"
#include "neuroglot/core/threads.hpp"
#include "neuroglot/core/workspace.hpp"
#include "neuroglot/ops/cuda/device.hpp"
#include "neuroglot/ops/cuda/hook_device.hpp"
#include "neuroglot/ops/cuda/memory.hpp"
#include "neuroglot/ops/cuda/staging.hpp"

namespace neuroglot::cuda {

/// The thread that makes it is the one that uses it, and the device becomes that thread's.
class Session {
 public:
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Workspace& workspace() { return workspace_; }
  Threads& threads() { return threads_; }
  Stream stream() const { return stream_; }
  int device() const { return device_; }
  /// Waits until all that was asked for has been done.
  void synchronise() {
    wait_for(stream_);
    staging_.reuse();
  }

  /// From now on every operation is timed, and waited for; null: none is. The profile must not outlive this.
  void measure(Profile* profile) {
    if (profile_ != nullptr) profile_->settle_with(nullptr);
    profile_ = profile;
    if (profile != nullptr) profile->settle_with([this] { wait_for(stream_); });
  }
  Profile* profile() const { return profile_; }

  /// f sees a copy on the host, and what it has made of it goes back. Waits for the device.
  template <class F>
  void on_host(MatrixView<float> m, F&& f) {
    const MatrixView<float> shown = hook_device_.show(m);
    f(shown);
    hook_device_.take_back(shown, m);
  }
  /// Hooks are not shown more on the host than they want to see (hooks/device_view.hpp).
  Device& device_for_hooks() { return hook_device_; }

 protected:
  /// Throws Error where there is no such device.
  Session(int threads, int device) : device_(chosen_device(device)), threads_(threads) {}
  ~Session() {
    measure(nullptr);
    destroy(stream_);
  }

  MatrixView<float> pinned_matrix(Index rows, Index cols) {
    return {static_cast<float*>(staging_.take(static_cast<std::size_t>(rows * cols) * sizeof(float))), rows, cols};
  }
  /// A copy in pinned memory that stays until the stream is waited for the next time.
  MatrixView<float> fetch(MatrixView<const float> m) {
    synchronise();
    const MatrixView<float> here = pinned_matrix(m.rows, m.cols);
    copy_rows<float>(stream_, m, here);
    wait_for(stream_);
    return here;
  }
  const long long* row_numbers(std::span<const Index> rows) {
    const std::vector<long long> numbers(rows.begin(), rows.end());
    return staging_.up(stream_, workspace_, std::span<const long long>(numbers));
  }

  int device_;
  Threads threads_;
  Profile* profile_ = nullptr;
  Stream stream_ = make_stream();
  Staging staging_;
  Workspace workspace_{device_buffer};

  HookDevice& device_of_hooks() { return hook_device_; }

 private:
  HookDevice hook_device_{stream_, workspace_, staging_};
};

}  // namespace neuroglot::cuda

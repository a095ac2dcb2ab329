/// Whether two uses of one place in memory are ordered by barriers. If they are not, if they are by different threads
/// and if one of them writes, the result depends on luck: a race. (Lamport 1978, "happened before"; compute-sanitizer's
/// racecheck asks the same on a device)
#pragma once

#include <cstdint>

namespace neuroglot::emulation {

/// One use of memory: by whom, and how many barriers lay behind them.
struct Use {
  std::uint32_t launch = 0;  ///< launches are numbered from 1 and ordered
  std::uint32_t block = 0;
  std::uint32_t thread = 0;
  std::uint32_t barriers = 0;    ///< __syncthreads that the block has passed
  std::uint32_t warp_syncs = 0;  ///< __syncwarp of all lanes that the warp has passed
  bool atomic = false;

  bool by_same_thread(const Use& other) const { return block == other.block && thread == other.thread; }
  bool in_same_warp(const Use& other) const { return block == other.block && thread / 32 == other.thread / 32; }

  /// Whether no barrier of the block, nor the end of a launch, lies between this earlier use and `now`.
  bool concurrent_with(const Use& now) const {
    return launch == now.launch && (block != now.block || barriers == now.barriers);
  }
  /// Whether nothing at all orders this earlier use before `now`.
  bool races_with(const Use& now) const {
    if (!concurrent_with(now) || by_same_thread(now) || (atomic && now.atomic)) return false;
    return !in_same_warp(now) || warp_syncs == now.warp_syncs;
  }
};

/// What is remembered of one place: the last write, and the reads that no barrier has ordered yet.
class Shadow {
 public:
  /// The earlier use that races with this read; null where there is none.
  const Use* read(const Use& now) {
    if (write_.races_with(now)) return &write_;
    const bool same_warp = read_.in_same_warp(now);
    if (!read_.concurrent_with(now) || (same_warp && readers_ != Readers::any && read_.warp_syncs < now.warp_syncs))
      readers_ = Readers::one;
    else if (!same_warp)
      readers_ = Readers::any;
    else if (readers_ == Readers::one && !read_.by_same_thread(now))
      readers_ = Readers::of_a_warp;
    read_ = now;
    return nullptr;
  }

  /// The earlier use that races with this write; null where there is none.
  const Use* write(const Use& now) {
    if (write_.races_with(now)) return &write_;
    const bool others_have_read = readers_ != Readers::one || !read_.by_same_thread(now);
    const bool ordered_in_warp =
        readers_ != Readers::any && read_.in_same_warp(now) && read_.warp_syncs < now.warp_syncs;
    if (read_.concurrent_with(now) && others_have_read && !ordered_in_warp) return &read_;
    write_ = now;
    return nullptr;
  }

 private:
  enum class Readers : std::uint8_t { one, of_a_warp, any };

  Use write_, read_;
  Readers readers_ = Readers::one;
};

}  // namespace neuroglot::emulation

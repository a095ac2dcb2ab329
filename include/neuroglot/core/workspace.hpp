/// Scratch memory of a forward pass: allocated once, in huge pages, and reused by every layer of every pass.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

#include "neuroglot/core/buffer.hpp"
#include "neuroglot/core/matrix.hpp"

namespace neuroglot {

/// A stack of matrices. Take what a step needs inside a Scope; leaving the scope gives all of it back at once:
///
///     Workspace::Scope scope(workspace);
///     MatrixView<float> gate = workspace.matrix<float>(tokens, intermediate_size);
///
/// It grows while it is too small; once everything has been given back, the pieces become one, so that from the second
/// pass on nothing is allocated. Elements are not initialised. Not for use from several threads at once.
class Workspace {
 public:
  /// Gives back, when it ends, everything taken after it began.
  class Scope {
   public:
    explicit Scope(Workspace& workspace) : workspace_(workspace), piece_(workspace.piece_), used_(workspace.used_) {}
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope() { workspace_.rewind(piece_, used_); }

   private:
    Workspace& workspace_;
    std::size_t piece_;
    std::size_t used_;
  };

  /// Where memory comes from: the host's, unless a backend says otherwise.
  using Allocate = Buffer (*)(std::size_t bytes);
  Workspace() = default;
  explicit Workspace(Allocate allocate) : allocate_(allocate) {}

  template <class T>
  MatrixView<T> matrix(Index rows, Index cols) {
    const std::size_t bytes = static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols) * sizeof(T);
    return {static_cast<T*>(take(bytes)), rows, cols};
  }

  /// Bytes held from the system, or asked for with the next matrix.
  std::size_t capacity() const {
    return std::accumulate(pieces_.begin(), pieces_.end(), outgrown_,
                           [](std::size_t sum, const Buffer& piece) { return sum + piece.bytes(); });
  }

 private:
  static constexpr std::size_t alignment = 64;  // a cache line; also the widest vector register

  void* take(std::size_t bytes) {
    bytes = (bytes + alignment - 1) / alignment * alignment;
    while (piece_ < pieces_.size() && used_ + bytes > pieces_[piece_].bytes()) {
      ++piece_;
      used_ = 0;
    }
    if (piece_ == pieces_.size()) {
      pieces_.push_back(allocate_(std::max(bytes, capacity())));
      outgrown_ = 0;
    }
    void* const taken = static_cast<std::byte*>(pieces_[piece_].data()) + used_;
    used_ += bytes;
    return taken;
  }

  void rewind(std::size_t piece, std::size_t used) {
    piece_ = piece;
    used_ = used;
    if (piece_ != 0 || used_ != 0 || pieces_.size() < 2) return;
    outgrown_ = capacity();  // a scope's end must not throw: the one piece is allocated when it is asked for
    pieces_.clear();
  }

  Allocate allocate_ = [](std::size_t bytes) { return Buffer(bytes); };
  std::vector<Buffer> pieces_;
  std::size_t piece_ = 0;     // the piece that is being filled
  std::size_t used_ = 0;      // bytes taken of it
  std::size_t outgrown_ = 0;  // bytes of the pieces that were given up to become one
};

}  // namespace neuroglot

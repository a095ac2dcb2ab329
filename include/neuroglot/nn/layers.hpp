/// The blocks of a decoder by their number: all of them in memory, or a few that come and go.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "neuroglot/core/matrix.hpp"

namespace neuroglot {

/// Where blocks come from that are not all in memory (models/layer_stream.hpp).
template <class Block>
class BlockSource {
 public:
  virtual ~BlockSource() = default;
  /// Valid until another block is asked for.
  virtual const Block& block(Index layer) = 0;
  /// Of weights, held at the same time.
  virtual std::size_t bytes() const = 0;
};

template <class Block>
class Layers {
 public:
  Layers() = default;

  void reserve(std::size_t blocks) { blocks_.reserve(blocks); }
  template <class... Arguments>
  void emplace_back(Arguments&&... arguments) {
    blocks_.emplace_back(std::forward<Arguments>(arguments)...);
  }
  /// From now on blocks are this source's; there must be none.
  void come_from(std::unique_ptr<BlockSource<Block>> source) { source_ = std::move(source); }
  /// Null where all blocks are in memory.
  const BlockSource<Block>* source() const { return source_.get(); }

  /// Blocks in memory for good.
  std::size_t size() const { return blocks_.size(); }
  Block& operator[](std::size_t layer) { return blocks_[layer]; }
  const Block& operator[](std::size_t layer) const {
    return source_ == nullptr ? blocks_[layer] : source_->block(static_cast<Index>(layer));
  }
  const Block& front() const { return (*this)[0]; }
  auto begin() const { return blocks_.begin(); }
  auto end() const { return blocks_.end(); }

 private:
  std::vector<Block> blocks_;
  std::unique_ptr<BlockSource<Block>> source_;
};

}  // namespace neuroglot

/// XXH3-128 (xxhash.com) of contents, for provenance: says which weights, corpus or tokenizer a result came from.
#pragma once

#include <xxhash.h>

#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <string_view>

namespace neuroglot {

/// Fed piece by piece; the pieces' borders do not matter. text() equals what `xxh128sum` prints for the same bytes.
class ContentHash {
 public:
  ContentHash() : state_(XXH3_createState()) {
    if (state_ == nullptr) throw std::bad_alloc();
    XXH3_128bits_reset(state_.get());
  }

  void add(std::span<const std::byte> bytes) { XXH3_128bits_update(state_.get(), bytes.data(), bytes.size()); }
  void add(std::string_view bytes) { XXH3_128bits_update(state_.get(), bytes.data(), bytes.size()); }

  /// A text of several: their borders matter.
  void add_text(std::string_view text) {
    add(text);
    add(std::string_view("\0", 1));
  }

  /// "xxh3-128:" and 32 hexadecimal digits, for everything added so far.
  std::string text() const {
    XXH128_canonical_t digest;
    XXH128_canonicalFromHash(&digest, XXH3_128bits_digest(state_.get()));
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out = "xxh3-128:";
    for (const unsigned char byte : digest.digest) {
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
    return out;
  }

 private:
  struct Free {
    void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
  };
  std::unique_ptr<XXH3_state_t, Free> state_;
};

}  // namespace neuroglot

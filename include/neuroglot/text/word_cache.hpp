/// Remembers what common words became: a text repeats its words, and a look-up is cheaper than the merges.
#pragma once

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "neuroglot/text/tokenizer.hpp"

namespace neuroglot {

/// A table of fixed size (1 MiB: it should stay in the processor's second-level cache) in which a word overwrites the
/// one that was there. Short words of few tokens only.
class WordCache {
 public:
  /// A word's place in the table, found once for find and put.
  struct Place {
    std::size_t slot;
    bool fits;  ///< the word is short enough to be remembered
  };

  Place place(std::string_view word) const {
    const bool fits = word.size() <= longest_word;
    return {fits ? static_cast<std::size_t>(XXH3_64bits(word.data(), word.size())) % slot_count : 0, fits};
  }
  /// Empty where the word is not remembered (a word never becomes no tokens and is put).
  std::span<const TokenId> find(Place place, std::string_view word) const {
    const Slot& slot = slots_[place.slot];
    if (!place.fits || slot.size != word.size() || std::memcmp(slot.word.data(), word.data(), word.size()) != 0)
      return {};
    return {slot.ids.data(), slot.count};
  }
  void put(Place place, std::string_view word, std::span<const TokenId> ids) {
    if (!place.fits || ids.size() > most_tokens || word.empty()) return;
    Slot& slot = slots_[place.slot];
    slot.size = static_cast<std::uint8_t>(word.size());
    slot.count = static_cast<std::uint8_t>(ids.size());
    std::copy(word.begin(), word.end(), slot.word.begin());
    std::copy(ids.begin(), ids.end(), slot.ids.begin());
  }

 private:
  static constexpr std::size_t slot_count = std::size_t{1} << 14;
  static constexpr std::size_t longest_word = 30;  // bytes; with eight ids a slot fills a cache line
  static constexpr std::size_t most_tokens = 8;

  struct alignas(64) Slot {
    std::uint8_t size = 0;
    std::uint8_t count = 0;
    std::array<char, longest_word> word{};
    std::array<TokenId, most_tokens> ids{};
  };

  std::vector<Slot> slots_{slot_count};
};

}  // namespace neuroglot

/// tokenizer.json's "BertNormalizer": BERT's basic tokenizer up to where it splits words (Devlin et al. 2018).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "neuroglot/text/aligned_writer.hpp"
#include "neuroglot/text/category_history.hpp"
#include "neuroglot/text/lowercase.hpp"
#include "neuroglot/text/unicode_normal_form.hpp"

namespace neuroglot {

/// BERT's Chinese characters: the CJK ideographs, neither kana nor Hangul.
inline bool is_bert_chinese(char32_t c) {
  return (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf) || (c >= 0x20000 && c <= 0x2a6df) ||
         (c >= 0x2a700 && c <= 0x2b81f) || (c >= 0x2b920 && c <= 0x2ceaf) || (c >= 0xf900 && c <= 0xfaff) ||
         (c >= 0x2f800 && c <= 0x2fa1f);
}

struct BertNormalizerOptions {
  bool clean_text = true;             ///< control characters go, white space becomes a space
  bool handle_chinese_chars = true;   ///< a space on either side of each
  std::optional<bool> strip_accents;  ///< else as `lowercase`
  bool lowercase = true;
};

class BertNormalizer {
 public:
  explicit BertNormalizer(const BertNormalizerOptions& options)
      : options_(options), strips_(options.strip_accents.value_or(options.lowercase)) {
    for (char32_t c = 0; c < 0x10000; ++c) fates_.push_back(find_fate(c));
  }

  AlignedText operator()(AlignedText text) const {
    for (std::size_t at = 0; strips_ && at < text.text().size();) {
      const CodePoint c = code_point_at(text.text(), at);
      if (fate(c.value) == Fate::needs_order) return step_by_step(std::move(text));
      at += c.bytes;
    }
    return rewrite_characters(
        std::move(text), [&](char32_t c) { return fate(c) != Fate::stays; },
        [&](char32_t c, auto put) { put_cleaned(c, [&](char32_t cleaned) { put_letters(cleaned, put); }); });
  }

 private:
  // needs_order: what is left once accents are gone has a combining class, so marks around it may change places.
  enum class Fate : std::uint8_t { stays, changes, needs_order };

  Fate fate(char32_t c) const { return c < fates_.size() ? fates_[c] : find_fate(c); }

  Fate find_fate(char32_t c) const {
    std::size_t count = 0;
    bool same = true, ordered = false;
    put_cleaned(c, [&](char32_t cleaned) {
      put_letters(cleaned, [&](char32_t letter) {
        ++count;
        same = same && letter == c;
        ordered = ordered || detail::combining_class(letter) != 0;
      });
    });
    if (strips_ && ordered) return Fate::needs_order;
    return same && count == 1 ? Fate::stays : Fate::changes;
  }

  // The first half of the work: clean_text and handle_chinese_chars.
  template <class Put>
  void put_cleaned(char32_t c, Put&& put) const {
    if (options_.clean_text) {
      if (c == 0 || c == 0xfffd || is_bert_control(c)) return;
      if (is_white_space(c)) c = ' ';
    }
    if (!options_.handle_chinese_chars || !is_bert_chinese(c)) return put(c);
    put(U' ');
    put(c);
    put(U' ');
  }

  // The other half: strip_accents and lowercase.
  template <class Put>
  void put_letters(char32_t c, Put&& put) const {
    if (!strips_) return put_small(c, put);
    std::array<utf8proc_int32_t, 32> parts{};
    const std::size_t count = detail::decompose(c, false, parts);
    for (std::size_t i = 0; i < count; ++i)
      if (const auto part = static_cast<char32_t>(parts[i]); !is_bert_accent(part)) put_small(part, put);
  }
  template <class Put>
  void put_small(char32_t c, Put&& put) const {
    if (options_.lowercase)
      put_lowercase(c, put);
    else
      put(c);
  }

  // As the definition has it, one step after the other, with the marks put in order.
  AlignedText step_by_step(AlignedText text) const {
    const auto always = [](char32_t) { return true; };
    text = rewrite_characters(std::move(text), always, [&](char32_t c, auto put) { put_cleaned(c, put); });
    text = UnicodeNormalForm{.compatible = false, .composed = false}(std::move(text));
    return rewrite_characters(std::move(text), always, [&](char32_t c, auto put) {
      if (!is_bert_accent(c)) put_small(c, put);
    });
  }

  BertNormalizerOptions options_;
  bool strips_;
  std::vector<Fate> fates_;  // of the characters below U+10000
};

}  // namespace neuroglot

/// tokenizer.json's "Precompiled": SentencePiece's rules, applied to what a reader sees as one character.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/text/aligned_text.hpp"
#include "neuroglot/text/grapheme.hpp"
#include "neuroglot/text/precompiled_charsmap.hpp"
#include "neuroglot/text/utf8.hpp"

namespace neuroglot {

/// Clusters of less than six bytes are looked up whole, others character by character, as Hugging Face does. (A rule
/// for the beginning of a cluster replaces all of it: "ｅ" and a combining accent become "e".)
struct PrecompiledNormalizer {
  PrecompiledCharsmap charsmap;

  AlignedText operator()(AlignedText text) const {
    const std::string_view from = text.text();
    std::vector<RewrittenCharacter> out;
    out.reserve(from.size());
    bool modified = false;
    for (std::size_t at = 0; at < from.size();) {
      const std::size_t end = grapheme_end(from, at);
      const std::string_view cluster = from.substr(at, end - at);
      if (cluster.size() < 6 && replace(cluster, out))
        modified = true;
      else
        modified = each_character(cluster, out) || modified;
      at = end;
    }
    return modified ? rewrite(text, out) : std::move(text);
  }

 private:
  bool each_character(std::string_view cluster, std::vector<RewrittenCharacter>& out) const {
    if (cluster.size() == 1) {  // has just been looked up
      out.push_back({static_cast<char32_t>(cluster[0]), 0});
      return false;
    }
    bool modified = false;
    for (std::size_t at = 0; at < cluster.size();) {
      const CodePoint c = code_point_at(cluster, at);
      if (replace(cluster.substr(at, c.bytes), out))
        modified = true;
      else
        out.push_back({c.value, 0});
      at += c.bytes;
    }
    return modified;
  }

  // Characters more than before are new ones, the last of them; characters less go with the last that was written.
  bool replace(std::string_view part, std::vector<RewrittenCharacter>& out) const {
    const auto found = charsmap.find(part);
    if (!found) return false;
    int old_count = 0, new_count = 0;
    for (std::size_t at = 0; at < part.size(); at += utf8_length(part[at])) ++old_count;
    for (std::size_t at = 0; at < found->size(); ++new_count) {
      const CodePoint c = code_point_at(*found, at);
      out.push_back({c.value, 0});
      at += c.bytes;
    }
    for (int i = old_count; i < new_count; ++i)
      out[out.size() - 1 - static_cast<std::size_t>(i - old_count)].change = 1;
    if (new_count < old_count && !out.empty()) out.back().change += new_count - old_count;
    return true;
  }
};

}  // namespace neuroglot

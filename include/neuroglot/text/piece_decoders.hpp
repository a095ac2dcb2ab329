/// The steps from pieces back to text that tokenizer.json's "decoder" is made of.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/text/byte_alphabet.hpp"
#include "neuroglot/text/byte_pieces.hpp"
#include "neuroglot/text/pattern.hpp"
#include "neuroglot/text/utf8.hpp"

namespace neuroglot {

using Pieces = std::vector<std::string>;

namespace detail {

inline void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
    text.replace(at, what.size(), by);
}

}  // namespace detail

/// Pieces of the byte alphabet become bytes, other pieces are taken as they are; U+FFFD where that is not UTF-8.
struct ByteLevelDecoder {
  Pieces operator()(const Pieces& pieces) const {
    std::string bytes;
    for (const std::string& piece : pieces) bytes += bytes_of_spelling(piece).value_or(piece);
    return {lossy_utf8(bytes)};
  }
};

/// BERT's: a space before each piece that does not go on with a word; with `cleanup` none before punctuation and
/// English contractions, each piece looked at by itself.
struct WordPieceDecoder {
  std::string prefix = "##";
  bool cleanup = true;

  Pieces operator()(Pieces pieces) const {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 11> tidied{{{" .", "."},
                                                                                           {" ?", "?"},
                                                                                           {" !", "!"},
                                                                                           {" ,", ","},
                                                                                           {" ' ", "'"},
                                                                                           {" n't", "n't"},
                                                                                           {" 'm", "'m"},
                                                                                           {" do not", " don't"},
                                                                                           {" 's", "'s"},
                                                                                           {" 've", "'ve"},
                                                                                           {" 're", "'re"}}};
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      std::string& piece = pieces[i];
      if (i > 0 && piece.starts_with(prefix))
        piece.erase(0, prefix.size());
      else if (i > 0)
        piece.insert(0, 1, ' ');
      for (std::size_t k = 0; cleanup && k < tidied.size(); ++k)
        detail::replace_all(piece, tidied[k].first, tidied[k].second);
    }
    return pieces;
  }
};

/// SentencePiece's: visible spaces become spaces; those of the first piece go, if encoding may have put one there.
struct MetaspaceDecoder {
  std::string space = "\u2581";
  bool drops_first = true;

  Pieces operator()(Pieces pieces) const {
    for (std::size_t i = 0; i < pieces.size(); ++i)
      detail::replace_all(pieces[i], space, i == 0 && drops_first ? "" : " ");
    return pieces;
  }
};

/// Byte pieces in a row (<0xE2> ...) become the characters they spell, or one U+FFFD each where they spell none.
struct ByteFallbackDecoder {
  Pieces operator()(const Pieces& pieces) const {
    Pieces out;
    std::string bytes;
    const auto end_bytes = [&] {
      if (!bytes.empty() && !find_utf8_fault(bytes))
        out.push_back(bytes);
      else
        out.insert(out.end(), bytes.size(), "\ufffd");
      bytes.clear();
    };
    for (const std::string& piece : pieces) {
      if (const auto byte = byte_of_piece(piece)) {
        bytes += *byte;
        continue;
      }
      end_bytes();
      out.push_back(piece);
    }
    end_bytes();
    return out;
  }
};

/// All pieces become one.
struct FuseDecoder {
  Pieces operator()(const Pieces& pieces) const {
    std::string text;
    for (const std::string& piece : pieces) text += piece;
    return {text};
  }
};

/// Up to `left` characters `content` go from the beginning of each piece, up to `right` from its end.
struct StripDecoder {
  std::string content = " ";
  std::size_t left = 0;
  std::size_t right = 0;

  Pieces operator()(Pieces pieces) const {
    for (std::string& piece : pieces) {
      for (std::size_t i = 0; i < left && piece.starts_with(content); ++i) piece.erase(0, content.size());
      for (std::size_t i = 0; i < right && piece.ends_with(content); ++i) piece.resize(piece.size() - content.size());
    }
    return pieces;
  }
};

/// Every match of the pattern in a piece becomes `content`.
struct ReplaceDecoder {
  Pattern pattern;
  std::string content;

  Pieces operator()(const Pieces& pieces) const {
    Pieces out;
    for (const std::string& piece : pieces) {
      std::string text;
      std::size_t kept = 0;
      pattern.for_each_match(piece, [&](std::size_t begin, std::size_t end) {
        text.append(piece, kept, begin - kept) += content;
        kept = end;
      });
      out.push_back(text.append(piece, kept));
    }
    return out;
  }
};

}  // namespace neuroglot

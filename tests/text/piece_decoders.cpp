// Decoders, one by one. Expected pieces are those of Hugging Face's tokenizers 0.23.
#include "neuroglot/text/piece_decoders.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "neuroglot/text/decoder.hpp"

using namespace neuroglot;

TEST_CASE("WordPiece joins what goes on with a word and tidies up piece by piece") {
  CHECK(WordPieceDecoder{}({"un", "##aff", "able", ".", "do", "n't", "'", "s"}) ==
        Pieces{"un", "aff", " able", ".", " do", "n't", " '", " s"});
  CHECK(WordPieceDecoder{.cleanup = false}({"a", ".", "##b"}) == Pieces{"a", " .", "b"});
  CHECK(WordPieceDecoder{}({"##a"}) == Pieces{"##a"});  // the first piece keeps its prefix
}

TEST_CASE("Metaspace makes spaces of visible ones, of the first piece's nothing") {
  CHECK(MetaspaceDecoder{}({"▁▁a▁b", "▁c"}) == Pieces{"ab", " c"});
  CHECK(MetaspaceDecoder{.drops_first = false}({"▁a", "▁c"}) == Pieces{" a", " c"});
}

TEST_CASE("byte pieces in a row become characters, or one U+FFFD each where they spell none") {
  CHECK(ByteFallbackDecoder{}({"a", "<0xC3>", "<0xa9>", "b"}) == Pieces{"a", "é", "b"});
  CHECK(ByteFallbackDecoder{}({"<0xC3>", "<0xC3>", "<0xA9>"}) == Pieces{"\ufffd", "\ufffd", "\ufffd"});
  CHECK(ByteFallbackDecoder{}({"<0xZZ>", "<0x4>"}) == Pieces{"<0xZZ>", "<0x4>"});
}

TEST_CASE("Strip takes no more characters than it is told to") {
  CHECK(StripDecoder{" ", 1, 0}({"  a ", "b"}) == Pieces{" a ", "b"});
  CHECK(StripDecoder{"é", 0, 2}({"éaéé", "é"}) == Pieces{"éa", ""});
}

TEST_CASE("Replace and Fuse") {
  CHECK(ReplaceDecoder{Pattern::literal("▁"), " "}({"▁a▁", "b"}) == Pieces{" a ", "b"});
  CHECK(FuseDecoder{}({"a", "b"}) == Pieces{"ab"});
}

TEST_CASE("steps are taken in order; without any the pieces are joined with spaces") {
  CHECK(PieceDecoder::of(ReplaceDecoder{Pattern::literal("▁"), " "}, FuseDecoder{},
                         StripDecoder{" ", 1, 0})({"▁a", "▁b"}) == "a b");
  CHECK(PieceDecoder{}({"a", "b"}) == "a b");
}

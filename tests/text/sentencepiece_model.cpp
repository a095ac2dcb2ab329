// Reading SentencePiece's model files.
#include "neuroglot/text/sentencepiece_model.hpp"

#include <sentencepiece_processor.h>

#include <catch2/catch.hpp>
#include <string>

#include "neuroglot/text/text_file.hpp"

using namespace neuroglot;
using Catch::Contains;

namespace {

const std::string data = NEUROGLOT_TESTS_DIR "/golden/data/tokenizers/";

}  // namespace

TEST_CASE("pieces, scores and types are what libsentencepiece reads") {
  for (const char* file : {"xlm_roberta/sentencepiece.bpe.model", "gemma/tokenizer.model", "albert/spiece.model"}) {
    const std::string bytes = detail::read_text_file(data + file);
    const SentencePieceModel model = read_sentencepiece_model(bytes);
    sentencepiece::SentencePieceProcessor processor;
    REQUIRE(processor.LoadFromSerializedProto(bytes).ok());
    REQUIRE(processor.GetPieceSize() == static_cast<int>(model.pieces.size()));
    for (int id = 0; id < processor.GetPieceSize(); ++id) {
      const auto& piece = model.pieces[static_cast<std::size_t>(id)];
      CHECK(piece.text == processor.IdToPiece(id));
      CHECK(piece.score == processor.GetScore(id));
      CHECK((piece.type == SentencePieceModel::Type::control) == processor.IsControl(id));
      CHECK((piece.type == SentencePieceModel::Type::byte) == processor.IsByte(id));
    }
  }
}

TEST_CASE("the algorithm and the rules are read") {
  const auto unigram = read_sentencepiece_model(detail::read_text_file(data + "albert/spiece.model"));
  CHECK(unigram.algorithm == SentencePieceModel::Algorithm::unigram);
  CHECK(unigram.charsmap.size() > 100);
  const auto bpe = read_sentencepiece_model(detail::read_text_file(data + "gemma/tokenizer.model"));
  CHECK(bpe.algorithm == SentencePieceModel::Algorithm::bpe);
}

TEST_CASE("a file that is cut short anywhere is refused or has fewer pieces") {
  const std::string whole = detail::read_text_file(data + "albert/spiece.model");
  const std::size_t pieces = read_sentencepiece_model(whole).pieces.size();
  for (std::size_t size = 0; size < whole.size() / 2; size += 7) {
    try {
      const SentencePieceModel model = read_sentencepiece_model(whole.substr(0, size));
      CHECK(model.pieces.size() < pieces);
    } catch (const Error& failure) {
      CHECK_THAT(failure.what(), Contains("not a SentencePiece model"));
    }
  }
}

TEST_CASE("other bytes are refused") {
  CHECK_THROWS_WITH(read_sentencepiece_model(""), Contains("there are no pieces in it"));
  CHECK_THROWS_WITH(read_sentencepiece_model("this is not a protocol buffer"), Contains("not a SentencePiece model"));
  CHECK_THROWS_WITH(read_sentencepiece_model(std::string(12, '\xff')), Contains("a number has no end"));
  CHECK_THROWS_WITH(read_sentencepiece_model("\x0a\x03\x0a\x01\xff"), Contains("a piece is not valid UTF-8"));
}

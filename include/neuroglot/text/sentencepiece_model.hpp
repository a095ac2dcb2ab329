/// Reads what a SentencePiece model file says: its pieces and how it was trained (sentencepiece_model.proto, in the
/// wire format of protocol buffers).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/utf8.hpp"

namespace neuroglot {

struct SentencePieceModel {
  enum class Type { normal = 1, unknown = 2, control = 3, user_defined = 4, unused = 5, byte = 6 };
  struct Piece {
    std::string text;
    float score = 0;
    Type type = Type::normal;
  };
  enum class Algorithm { unigram = 1, bpe = 2, word = 3, character = 4 };

  std::vector<Piece> pieces;
  Algorithm algorithm = Algorithm::unigram;
  std::string charsmap;  ///< for PrecompiledCharsmap; empty where the text is taken as it is
};

namespace detail {

/// One field of a message: a number, or bytes.
struct ProtobufField {
  std::uint32_t number = 0;
  std::uint64_t value = 0;
  std::string_view bytes;
};

/// The fields of a message in order.
class ProtobufReader {
 public:
  explicit ProtobufReader(std::string_view message) : rest_(message) {}

  /// Nothing at the end of the message. Throws Error where it is no message.
  std::optional<ProtobufField> next() {
    if (rest_.empty()) return std::nullopt;
    const std::uint64_t tag = read_number();
    ProtobufField field{static_cast<std::uint32_t>(tag >> 3), 0, {}};
    switch (tag & 7) {
      case 0:
        field.value = read_number();
        break;
      case 1:
        field.value = read_fixed(8);
        break;
      case 2:
        field.bytes = take(read_number());
        break;
      case 5:
        field.value = read_fixed(4);
        break;
      default:
        throw error("not a SentencePiece model: is the file complete?");
    }
    return field;
  }

 private:
  std::string_view take(std::uint64_t size) {
    if (size > rest_.size()) throw error("not a SentencePiece model: is the file complete?");
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::uint64_t read_number() {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1)[0]);
      number |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return number;
    }
    throw error("not a SentencePiece model: a number has no end");
  }
  std::uint64_t read_fixed(std::size_t size) {
    const std::string_view bytes = take(size);
    std::uint64_t number = 0;
    for (std::size_t i = size; i-- > 0;) number = number << 8 | static_cast<unsigned char>(bytes[i]);
    return number;
  }

  std::string_view rest_;
};

inline SentencePieceModel::Piece read_sentencepiece(std::string_view message) {
  SentencePieceModel::Piece piece;
  ProtobufReader reader(message);
  while (const auto field = reader.next()) {
    if (field->number == 1) piece.text = field->bytes;
    if (field->number == 2) piece.score = std::bit_cast<float>(static_cast<std::uint32_t>(field->value));
    if (field->number == 3) piece.type = static_cast<SentencePieceModel::Type>(field->value);
  }
  require_utf8(piece.text, "a piece");
  return piece;
}

}  // namespace detail

/// `bytes`: the file's. Throws Error where they are no SentencePiece model.
inline SentencePieceModel read_sentencepiece_model(std::string_view bytes) {
  SentencePieceModel model;
  detail::ProtobufReader reader(bytes);
  while (const auto part = reader.next()) {
    if (part->number == 1) model.pieces.push_back(detail::read_sentencepiece(part->bytes));
    if (part->number != 2 && part->number != 3) continue;
    detail::ProtobufReader specification(part->bytes);
    while (const auto field = specification.next()) {
      if (part->number == 2 && field->number == 3)
        model.algorithm = static_cast<SentencePieceModel::Algorithm>(field->value);
      if (part->number == 3 && field->number == 2) model.charsmap = field->bytes;
    }
  }
  if (model.pieces.empty()) throw error("not a SentencePiece model: there are no pieces in it");
  return model;
}

}  // namespace neuroglot

/// A character as UTF-8 (RFC 3629).
#pragma once

#include <string>

namespace neuroglot {

/// `value` is a code point below 0x110000 and no surrogate.
inline void append_utf8(std::string& out, char32_t value) {
  const auto put = [&](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (value < 0x80) {
    put(value);
  } else if (value < 0x800) {
    put(0xc0 | value >> 6), put(0x80 | (value & 0x3f));
  } else if (value < 0x10000) {
    put(0xe0 | value >> 12), put(0x80 | (value >> 6 & 0x3f)), put(0x80 | (value & 0x3f));
  } else {
    put(0xf0 | value >> 18), put(0x80 | (value >> 12 & 0x3f)), put(0x80 | (value >> 6 & 0x3f));
    put(0x80 | (value & 0x3f));
  }
}

}  // namespace neuroglot

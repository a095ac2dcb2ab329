/// A tokenizer's files as a whole: what they hold and the hash that provenance names them by.
#pragma once

#include <xxhash.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "neuroglot/core/error.hpp"

namespace neuroglot::detail {

/// Throws Error where the file can not be read.
inline std::string read_text_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in) throw error(path.string(), ": could not be read");
  return text;
}

/// "tokenizer.json xxh3-128:" and 32 hexadecimal digits, as `xxh128sum` prints them.
inline std::string named_hash(const std::string& name, std::string_view contents) {
  XXH128_canonical_t digest;
  XXH128_canonicalFromHash(&digest, XXH3_128bits(contents.data(), contents.size()));
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = name + " xxh3-128:";
  for (const unsigned char byte : digest.digest) (out += digits[byte >> 4]) += digits[byte & 15];
  return out;
}

/// What load() gives; its errors name the file.
template <class Load>
auto naming_file(const std::filesystem::path& path, Load&& load) {
  try {
    return load();
  } catch (const Error& failure) {
    const std::string message = failure.what();
    if (message.starts_with(path.parent_path().string())) throw;  // names it already
    throw error(path.string(), ": ", message);
  }
}

/// Calls each(line, number) for the lines of a text, which end with \n or \r\n; numbers count from 0.
template <class Each>
void for_each_line(std::string_view text, Each&& each) {
  for (std::size_t number = 0; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    each(line, number);
  }
}

}  // namespace neuroglot::detail

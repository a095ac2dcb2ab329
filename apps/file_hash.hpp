/// The hash of a whole file, for a program's provenance.
#pragma once

#include <filesystem>
#include <string>

#include "neuroglot/io/hash.hpp"
#include "neuroglot/io/mapped_file.hpp"

namespace ng {

inline std::string hash_of(const std::filesystem::path& path) {
  const neuroglot::MappedFile file(path);
  neuroglot::ContentHash hash;
  hash.add(file.bytes());
  return hash.text();
}

}  // namespace ng

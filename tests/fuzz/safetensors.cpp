// Any bytes are a valid safetensors file or an Error; a valid one can be read whole, written, and parsed again the
// same.
#include "neuroglot/io/safetensors.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "neuroglot/io/safetensors_writer.hpp"

using namespace neuroglot;

namespace {

void require(bool claim) {
  if (!claim) std::abort();
}

void read_all(const TensorInfo& tensor) {
  try {
    if (tensor.dtype == DType::f16 || tensor.dtype == DType::bf16 || tensor.dtype == DType::f32 ||
        tensor.dtype == DType::f64)
      require(values<float>(tensor).size() == static_cast<std::size_t>(tensor.elements()));
    else
      require(values<std::int64_t>(tensor).size() == static_cast<std::size_t>(tensor.elements()));
  } catch (const Error&) {  // a U64 beyond I64
    require(tensor.dtype == DType::u64);
  }
}

void write_and_parse_again(const SafetensorsContent& content) {
  SafetensorsWriter writer;
  writer.metadata = content.metadata;
  std::size_t size = 0;
  for (const TensorInfo& tensor : content.tensors) {
    writer.add(tensor);
    size += tensor.bytes.size();
  }
  const std::string again = writer.header() + std::string(size, '\0');
  const SafetensorsContent second = parse_safetensors(std::as_bytes(std::span(again)), "again");
  require(second.tensors.size() == content.tensors.size());
  require(second.metadata == content.metadata);
}

void check(std::span<const std::byte> file) {
  SafetensorsContent content;
  try {
    content = parse_safetensors(file, "fuzz");
  } catch (const Error& failure) {
    require(std::strchr(failure.what(), '\n') == nullptr);
    return;
  }
  for (const TensorInfo& tensor : content.tensors) read_all(tensor);
  write_and_parse_again(content);
}

}  // namespace

// The input as a file; and, because a random length seldom fits, as header and 16 bytes of data behind the length that
// fits.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check(std::as_bytes(std::span(data, size)));
  const std::uint64_t length = size;
  std::string file(sizeof length, '\0');
  std::memcpy(file.data(), &length, sizeof length);
  file.append(reinterpret_cast<const char*>(data), size).append(16, '\x81');
  check(std::as_bytes(std::span(file)));
  return 0;
}

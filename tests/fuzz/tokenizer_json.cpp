// Any bytes as a tokenizer.json: a tokenizer or one Error, and whatever loads can encode and decode.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/tokenizer_json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace neuroglot;
  try {
    const auto tokenizer = read_tokenizer_json({reinterpret_cast<const char*>(data), size}, "tokenizer.json", "fuzz");
    const Tokens tokens = tokenizer->encode("The 12 été\n <s> 日本 \x01", SpecialTokens::added);
    tokenizer->decode(tokens.ids);
  } catch (const Error& failure) {
    if (std::string_view(failure.what()).find('\n') != std::string_view::npos) __builtin_trap();  // one line
  }
  return 0;
}

// Any bytes as a chat template: it is refused by one line, or renders the same text twice.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "memory_file.hpp"
#include "neuroglot/text/chat_template/chat_template.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace neuroglot;
  try {
    const ChatTemplate chat(std::string(reinterpret_cast<const char*>(data), size), "chat_template",
                            {{"bos_token", "<s>"}, {"eos_token", "</s>"}});
    const jinja::Value messages = {{{"role", "system"}, {"content", " Be brief. "}},
                                   {{"role", "user"}, {"content", "1 + 1 = été?"}},
                                   {{"role", "assistant"}, {"content", "2"}}};
    const std::string rendered = chat.render(messages, true);
    require(chat.render(messages, true) == rendered);
  } catch (const Error& failure) {
    require(std::strchr(failure.what(), '\n') == nullptr);
  }
  return 0;
}

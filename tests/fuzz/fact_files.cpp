// Any bytes as each of the files about facts, neurons and prompts: what they say, or an Error of one line. As a folder
// of facts the bytes are templates.jsonl up to the first zero, a relation's facts after it.
#include <stdlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "memory_file.hpp"
#include "neuroglot/experiment/facts/bmlama.hpp"
#include "neuroglot/experiment/facts/candidates.hpp"
#include "neuroglot/experiment/facts/fact_plan.hpp"
#include "neuroglot/experiment/facts/hits_file.hpp"
#include "neuroglot/experiment/facts/read_facts.hpp"
#include "neuroglot/experiment/generation/prompt_file.hpp"
#include "neuroglot/experiment/neuron_file.hpp"

using namespace neuroglot;

namespace {

template <class F>
void one_line_or_result(F read) {
  try {
    read();
  } catch (const Error& failure) {
    require(std::strchr(failure.what(), '\n') == nullptr);
  }
}

/// A folder of one language, in memory where the system has one.
class FactsInMemory {
 public:
  FactsInMemory() {
    std::string name = std::filesystem::exists("/dev/shm") ? "/dev/shm/fuzz-XXXXXX" : "/tmp/fuzz-XXXXXX";
    require(::mkdtemp(name.data()) != nullptr);
    folder_ = name;
    std::filesystem::create_directory(folder_ / "en");
  }
  FactsInMemory(const FactsInMemory&) = delete;
  FactsInMemory& operator=(const FactsInMemory&) = delete;
  ~FactsInMemory() { std::filesystem::remove_all(folder_); }

  const std::filesystem::path& holding(std::string_view bytes) const {
    const std::size_t end = std::min(bytes.find('\0'), bytes.size());
    std::ofstream(folder_ / "en/templates.jsonl", std::ios::binary) << bytes.substr(0, end);
    std::ofstream(folder_ / "en/P1.jsonl", std::ios::binary) << bytes.substr(std::min(end + 1, bytes.size()));
    return folder_;
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const MemoryFile file(data, size);
  one_line_or_result([&] { read_hits(file.path()); });
  one_line_or_result([&] { detail::read_bmlama_rows(file.path()); });
  one_line_or_result([&] { read_fact_plan(file.path()); });
  one_line_or_result([&] { read_typed_objects(file.path()); });
  one_line_or_result([&] { read_neurons(file.path(), 4, 8); });
  one_line_or_result([&] { read_prompts(file.path()); });
  static const FactsInMemory facts;
  one_line_or_result([&] { read_facts(facts.holding({reinterpret_cast<const char*>(data), size})); });
  return 0;
}

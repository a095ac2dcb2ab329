/// generations.jsonl: {"provenance": ...} in the first line, then a line a prompt: its own members and "ids", "text",
/// "ended".
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/experiment/generation/sequence.hpp"
#include "neuroglot/experiment/provenance.hpp"
#include "neuroglot/io/atomic_file.hpp"
#include "neuroglot/io/line_log.hpp"

namespace neuroglot {

/// A prompt's object with what came of it.
inline Provenance generation_line(Provenance prompt, const Generated& generated) {
  prompt["ids"] = generated.ids;
  prompt["text"] = generated.text;
  prompt["ended"] = generated.ended;
  return prompt;
}

/// Grows under the name OUT.partial, which an interrupted run leaves.
class GenerationFile {
 public:
  /// With `resume`, goes on with what OUT.partial holds, if there is one. Throws Error where it is another run's.
  GenerationFile(std::filesystem::path out, const Provenance& provenance, bool resume)
      : out_(std::move(out)), log_(out_.string() + ".partial", provenance_line(provenance), resume) {
    require_writable(out_);
    for (const LoggedLine& line : log_.left()) lines_.push_back(line.text);
  }

  /// Prompts that are done.
  std::size_t size() const { return lines_.size(); }

  void add(const Provenance& line) {
    lines_.push_back(line.dump());
    log_.add(lines_.back());
  }
  void finish() const {
    AtomicFile file(out_);
    file.write(log_.first() + "\n");
    for (const std::string& line : lines_) file.write(line + "\n");
    file.commit();
    std::filesystem::remove(log_.path());
  }

 private:
  std::filesystem::path out_;
  LineLog log_;
  std::vector<std::string> lines_;
};

}  // namespace neuroglot

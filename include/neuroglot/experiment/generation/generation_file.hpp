/// generations.jsonl: {"provenance": ...} in the first line, then a line a prompt: its own members and "ids", "text",
/// "ended".
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/generation/sequence.hpp"
#include "neuroglot/experiment/provenance.hpp"
#include "neuroglot/io/atomic_file.hpp"
#include "neuroglot/io/json.hpp"
#include "neuroglot/io/line_reader.hpp"

namespace neuroglot {

/// A prompt's object with what came of it.
inline Provenance generation_line(Provenance prompt, const Generated& generated) {
  prompt["ids"] = generated.ids;
  prompt["text"] = generated.text;
  prompt["ended"] = generated.ended;
  return prompt;
}

/// Grows under the name OUT.partial, which an interrupted run leaves; each saved state is a whole file.
class GenerationFile {
 public:
  GenerationFile(std::filesystem::path out, const Provenance& provenance)
      : out_(std::move(out)), partial_(out_.string() + ".partial"), lines_{first_line(provenance)} {
    require_writable(out_);
  }

  /// Prompts that are done.
  std::size_t size() const { return lines_.size() - 1; }

  /// Takes over what OUT.partial holds, if there is one. Throws Error where it is another run's.
  void resume() {
    if (!std::filesystem::exists(partial_)) return;
    std::vector<std::string> found;
    LineReader reader(partial_);
    for (std::string line; reader.next(line);) found.push_back(line);
    if (found.empty() || found.front() != lines_.front())
      throw error(partial_.string(), ": is of another model, prompts or options; remove it, or run without --resume");
    lines_ = std::move(found);
  }

  void add(const Provenance& line) { lines_.push_back(line.dump()); }
  void save_partial() const { write(partial_); }
  void finish() const {
    write(out_);
    std::filesystem::remove(partial_);
  }

 private:
  static std::string first_line(const Provenance& provenance) { return Provenance{{"provenance", provenance}}.dump(); }
  void write(const std::filesystem::path& path) const {
    AtomicFile file(path);
    for (const std::string& line : lines_) {
      file.write(line);
      file.write("\n");
    }
    file.commit();
  }

  std::filesystem::path out_, partial_;
  std::vector<std::string> lines_;
};

}  // namespace neuroglot

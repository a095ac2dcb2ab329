/// What judges replied, on disk: a file a request, so that nothing is asked, or paid for, twice.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/provenance.hpp"
#include "neuroglot/experiment/report_json.hpp"
#include "neuroglot/io/atomic_file.hpp"
#include "neuroglot/io/hash.hpp"

namespace neuroglot {

/// FOLDER/HASH.json: {"request": ..., "reply": ...}, HASH the XXH3-128 of the request's text. Each file is whole or
/// absent, so that an interrupted run leaves all that it was told, and several may share a folder.
class ReplyCache {
 public:
  /// Makes the folder. Throws Error where that can not be.
  explicit ReplyCache(std::filesystem::path folder) : folder_(std::move(folder)) {
    std::error_code failure;
    std::filesystem::create_directories(folder_, failure);
    if (failure) throw error(folder_.string(), ": the folder could not be made (", failure.message(), ")");
  }

  /// Throws Error for a file that this class did not write.
  std::optional<std::string> find(const Provenance& request) const {
    const std::filesystem::path path = path_of(request);
    if (std::error_code failure; !std::filesystem::exists(path, failure)) return std::nullopt;
    const report::Json file = report::read_ordered(path);
    const report::Field all{file, path.string()};
    if (report::member(all, "request").value != request) return std::nullopt;  // another of the same hash
    return report::text(report::member(all, "reply"));
  }

  void keep(const Provenance& request, const std::string& reply) const {
    write_file(path_of(request), Provenance{{"request", request}, {"reply", reply}}.dump(1) + "\n");
  }

  std::filesystem::path path_of(const Provenance& request) const {
    ContentHash hash;
    hash.add(request.dump());
    const std::string text = hash.text();
    return folder_ / (text.substr(text.find(':') + 1) + ".json");
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace neuroglot

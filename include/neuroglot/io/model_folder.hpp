/// Where a model lies: a folder, or a hub id that is in the local Hugging Face cache. Nothing is downloaded.
/// (The cache's layout: huggingface_hub's file_download.py; the variables: its constants.py.)
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"

namespace neuroglot {

/// The folder that hub models are cached in: HF_HUB_CACHE, HF_HOME/hub, XDG_CACHE_HOME/huggingface/hub or
/// ~/.cache/huggingface/hub.
inline std::filesystem::path hub_cache() {
  const auto variable = [](const char* name) { return std::string(std::getenv(name) ? std::getenv(name) : ""); };
  for (const char* const name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"})
    if (!variable(name).empty()) return variable(name);
  if (!variable("HF_HOME").empty()) return std::filesystem::path(variable("HF_HOME")) / "hub";
  if (!variable("XDG_CACHE_HOME").empty())
    return std::filesystem::path(variable("XDG_CACHE_HOME")) / "huggingface" / "hub";
  return std::filesystem::path(variable("HOME")) / ".cache" / "huggingface" / "hub";
}

namespace detail {

/// "name" or "organisation/name" of letters, digits, '-', '_' and '.'.
inline bool is_hub_id(std::string_view id) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.' || c == '/';
  };
  return !id.empty() && id.front() != '/' && id.front() != '.' && id.back() != '/' &&
         std::count(id.begin(), id.end(), '/') <= 1 && std::all_of(id.begin(), id.end(), is_plain) &&
         id.find("..") == std::string_view::npos;
}

/// A branch or tag's commit, as refs/NAME holds it; empty where the cache has no such name.
inline std::string commit_of(const std::filesystem::path& model, const std::string& revision) {
  std::ifstream file(model / "refs" / revision);
  std::string commit;
  file >> commit;
  return commit;
}

inline std::vector<std::filesystem::path> snapshots_of(const std::filesystem::path& model) {
  std::vector<std::filesystem::path> found;
  std::error_code failure;
  for (std::filesystem::directory_iterator at(model / "snapshots", failure), end; !failure && at != end;
       at.increment(failure))
    if (at->is_directory(failure)) found.push_back(at->path());
  std::sort(found.begin(), found.end());
  return found;
}

/// The snapshot of a branch, tag or commit (or its first digits); without a revision what `main` was when it was
/// fetched last, or, where nobody fetched main, the newest. Empty where there is none.
inline std::filesystem::path snapshot_of(const std::filesystem::path& model, const std::string& revision) {
  const std::vector<std::filesystem::path> all = snapshots_of(model);
  const std::string named = commit_of(model, revision.empty() ? "main" : revision);
  const std::string wanted = named.empty() ? revision : named;
  if (!wanted.empty()) {
    for (const std::filesystem::path& snapshot : all)
      if (snapshot.filename().string().starts_with(wanted)) return snapshot;
    if (!revision.empty()) return {};
  }
  const auto age = [](const std::filesystem::path& a, const std::filesystem::path& b) {
    return std::filesystem::last_write_time(a) < std::filesystem::last_write_time(b);
  };
  return all.empty() ? std::filesystem::path{} : *std::max_element(all.begin(), all.end(), age);
}

}  // namespace detail

/// The folder of MODEL: itself where it is one, else the snapshot of "organisation/name" or
/// "organisation/name@revision" in the cache. Throws Error with the command that fetches the model where it is not
/// there.
inline std::filesystem::path model_folder(const std::string& model) {
  if (std::error_code failure; std::filesystem::is_directory(model, failure)) return model;
  const std::size_t at = model.find('@');
  const std::string id = model.substr(0, at);
  const std::string revision = at == std::string::npos ? "" : model.substr(at + 1);
  if (!detail::is_hub_id(id) || revision.find("..") != std::string::npos ||
      (at != std::string::npos && revision.empty()))
    throw error(model,
                ": is not a folder; a model is a Hugging Face folder (config.json, *.safetensors, ...) or a hub "
                "id such as meta-llama/Llama-3.2-1B that lies in the local cache");
  std::string folder = "models--" + id;
  if (const std::size_t slash = folder.find('/'); slash != std::string::npos) folder.replace(slash, 1, "--");
  const std::filesystem::path cached = hub_cache() / folder;
  std::filesystem::path snapshot = detail::snapshot_of(cached, revision);
  if (!snapshot.empty()) return snapshot;
  throw error(model, ": is neither a folder nor in the local cache (", hub_cache().string(),
              "); fetch it with: hf download ", id, revision.empty() ? "" : " --revision " + revision);
}

}  // namespace neuroglot

// MODEL on the command line: a folder, or a hub id in the local cache.
#include "neuroglot/io/model_folder.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>

#include "io/scratch.hpp"

using namespace neuroglot;
using Catch::Contains;

namespace {

/// A cache of its own, named by HF_HUB_CACHE for as long as it lives.
struct Cache {
  Scratch scratch;
  Cache() { ::setenv("HF_HUB_CACHE", scratch.path("").c_str(), 1); }
  ~Cache() { ::unsetenv("HF_HUB_CACHE"); }

  std::filesystem::path snapshot(const std::string& commit, int minutes_old = 0) const {
    const auto folder = scratch.write("models--lab--tiny/snapshots/" + commit + "/config.json", "{}").parent_path();
    std::filesystem::last_write_time(folder,
                                     std::filesystem::file_time_type::clock::now() - std::chrono::minutes(minutes_old));
    return folder;
  }
  void ref(const std::string& name, const std::string& commit) const {
    scratch.write("models--lab--tiny/refs/" + name, commit);
  }
};

}  // namespace

TEST_CASE("a folder is itself, whatever the cache holds") {
  const Scratch scratch;
  CHECK(model_folder(scratch.path("").string()) == scratch.path(""));
}

TEST_CASE("an id is the snapshot of main, or the newest where nobody fetched main") {
  const Cache cache;
  const auto older = cache.snapshot("aaa111", 10), newer = cache.snapshot("bbb222", 1);
  CHECK(model_folder("lab/tiny") == newer);
  cache.ref("main", "aaa111");
  CHECK(model_folder("lab/tiny") == older);
}

TEST_CASE("a revision is a branch, a tag, a commit or its first digits") {
  const Cache cache;
  const auto first = cache.snapshot("aaa111", 10), second = cache.snapshot("bbb222");
  cache.ref("v1", "aaa111");
  cache.ref("refs/pr/3", "bbb222");
  CHECK(model_folder("lab/tiny@v1") == first);
  CHECK(model_folder("lab/tiny@refs/pr/3") == second);
  CHECK(model_folder("lab/tiny@bbb222") == second);
  CHECK(model_folder("lab/tiny@aaa") == first);
}

TEST_CASE("what is not there is said with the command that fetches it") {
  const Cache cache;
  cache.snapshot("aaa111");
  CHECK_THROWS_WITH(model_folder("lab/other"),
                    Contains("hf download lab/other") && Contains(cache.scratch.path("").string()));
  CHECK_THROWS_WITH(model_folder("lab/tiny@v9"), Contains("hf download lab/tiny --revision v9"));
}

TEST_CASE("what can not be an id is called what it is: not a folder") {
  const Cache cache;
  for (const std::string model :
       {"", "/nowhere/at all", "../lab/tiny", "a/b/c", "lab/tiny@", "lab/tiny@../x", "lab/ti ny"})
    CHECK_THROWS_WITH(model_folder(model), Contains("is not a folder"));
}

TEST_CASE("the cache is where huggingface_hub has it") {
  ::setenv("HF_HOME", "/tmp/hf", 1);
  CHECK(hub_cache() == "/tmp/hf/hub");
  ::setenv("HF_HUB_CACHE", "/tmp/elsewhere", 1);
  CHECK(hub_cache() == "/tmp/elsewhere");
  ::unsetenv("HF_HUB_CACHE");
  ::unsetenv("HF_HOME");
  CHECK(hub_cache().string().ends_with("huggingface/hub"));
}

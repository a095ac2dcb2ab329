// Small uploads: all arrive, and those that nobody waits for do not fill ever more pinned memory.
#include "neuroglot/ops/cuda/staging.hpp"

#include <numeric>

#include "device.hpp"

using namespace neuroglot;

TEST_CASE("uploads that nobody waits for arrive, in a MiB of pinned memory") {
  const cuda::Stream stream = cuda::make_stream();
  {
    cuda::Staging staging;
    Workspace workspace{cuda::device_buffer};
    const Workspace::Scope scope(workspace);
    std::vector<std::vector<int>> sent;
    std::vector<const int*> there;
    for (int i = 0; i < 40; ++i) {  // 40 times 100 kB
      sent.emplace_back(25000 + i);
      std::iota(sent.back().begin(), sent.back().end(), 1000 * i);
      there.push_back(staging.up(stream, workspace, std::span(std::as_const(sent.back()))));
    }
    CHECK(staging.capacity() == std::size_t{1} << 20);
    cuda::wait_for(stream);
    for (std::size_t i = 0; i < sent.size(); ++i) {
      std::vector<int> found(sent[i].size());
      cuda::copy_bytes(stream, there[i], found.data(), found.size() * sizeof(int));
      cuda::wait_for(stream);
      CHECK(found == sent[i]);
    }
  }
  cuda::destroy(stream);
}

TEST_CASE("an upload larger than that has its own room, which is kept") {
  const cuda::Stream stream = cuda::make_stream();
  {
    cuda::Staging staging;
    Workspace workspace{cuda::device_buffer};
    const Workspace::Scope scope(workspace);
    const std::vector<int> small(10, 1), large(1 << 19, 2);
    staging.up(stream, workspace, std::span(small));
    staging.up(stream, workspace, std::span(large));
    staging.up(stream, workspace, std::span(large));
    cuda::wait_for(stream);
    staging.reuse();
    CHECK(staging.capacity() == large.size() * sizeof(int));
  }
  cuda::destroy(stream);
}

#include "neuroglot/core/profile.hpp"

#include <catch2/catch.hpp>
#include <sstream>
#include <stdexcept>
#include <thread>

using namespace neuroglot;

namespace {

void wait_some(int milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
}

}  // namespace

TEST_CASE("a step within a step counts for itself alone") {
  Profile profile;
  const auto begin = Profile::Clock::now();
  {
    const Timed outer(&profile, "outer");
    wait_some(5);
    for (int i = 0; i < 2; ++i) {
      const Timed inner(&profile, "inner");
      wait_some(20);
    }
  }
  CHECK(profile.steps().at("outer").calls == 1);
  CHECK(profile.steps().at("inner").calls == 2);
  CHECK(profile.steps().at("inner").milliseconds >= 40);
  CHECK(profile.steps().at("outer").milliseconds >= 5);
  const std::chrono::duration<double, std::milli> all = Profile::Clock::now() - begin;
  CHECK(profile.steps().at("outer").milliseconds + profile.steps().at("inner").milliseconds <= all.count());
}

TEST_CASE("without a profile nothing is measured") {
  Profile profile;
  {
    const Timed outer(&profile, "outer");
    const Timed timed(nullptr, "hooks at ", "mlp.hook_act");
    timed.copied(1, 2);
  }
  REQUIRE(profile.steps().size() == 1);
  CHECK(profile.steps().at("outer").copies == 0);
}

TEST_CASE("the clock is read after what was asked of a device has been done") {
  Profile profile;
  int settled = 0;
  profile.settle_with([&] {
    ++settled;
    wait_some(10);
  });
  { const Timed timed(&profile, "step"); }
  CHECK(settled == 2);  // before the step, which it does not count for, and after it
  CHECK(profile.steps().at("step").milliseconds >= 10);
}

TEST_CASE("an error that waiting for a device brings is thrown, and no second one on top of another") {
  Profile profile;
  bool fails = false;
  profile.settle_with([&] {
    if (fails) throw std::runtime_error("the device has failed");
  });
  const auto step = [&](bool fails_itself) {
    const Timed outer(&profile, "outer");
    const Timed inner(&profile, "inner");
    fails = true;
    if (fails_itself) throw std::logic_error("the step has failed");
  };
  CHECK_THROWS_WITH(step(false), "the device has failed");
  fails = false;
  CHECK_THROWS_WITH(step(true), "the step has failed");
  fails = false;
  { const Timed after(&profile, "after"); }
  CHECK(profile.steps().at("after").calls == 1);
  CHECK(profile.steps().at("inner").calls == 0);
}

TEST_CASE("a profile is printed with the longest step first, and with what was copied") {
  Profile profile;
  profile.step("matmul") = {7, 90, 0, 0};
  {
    const Timed hooks(&profile, "hooks at ", "mlp.hook_act");
    hooks.copied(2, 4096);
  }
  std::ostringstream out;
  print(out, profile);
  const std::string text = out.str();
  CHECK(text.find("7  matmul\n") <
        text.find("hooks at mlp.hook_act (4096 bytes between device and host in 2 copies)\n"));
  CHECK(text.find("90.0") != std::string::npos);
  CHECK(text.find("in all") != std::string::npos);
}

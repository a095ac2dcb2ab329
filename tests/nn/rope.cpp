// Rotary frequencies: by hand, and the values of transformers 5.23 (modeling_rope_utils.ROPE_INIT_FUNCTIONS, printed
// with nine digits).
#include "neuroglot/nn/rope.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "neuroglot/core/workspace.hpp"
#include "neuroglot/hooks/hook.hpp"
#include "neuroglot/nn/pass.hpp"
#include "neuroglot/ops/cpu/backend.hpp"

using namespace neuroglot;

namespace {

Config config_of(const std::string& type, Index head_dim = 8, Index length = 2048) {
  Config config;
  config.head_dim = head_dim;
  config.max_position_embeddings = length;
  config.rope.rope_type = type;
  return config;
}

/// To the last of the nine digits: no more than one unit in the last place apart.
void check_frequencies(const Config& config, Index seen, const std::vector<float>& expected,
                       double attention_factor = 1) {
  const RopeFrequencies found = rope_frequencies(config, seen);
  REQUIRE(found.inverse.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i)
    CHECK(found.inverse[i] == Approx(expected[i]).epsilon(1.3e-7).margin(0));
  CHECK(found.attention_factor == Approx(attention_factor).epsilon(1e-12));
}

Config yarn() {
  Config config = config_of("yarn", 16);
  config.rope.factor = 4;
  config.rope.original_max_position_embeddings = 512;
  return config;
}

}  // namespace

TEST_CASE("plain frequencies are theta^(-2i/d): 1, 1/10, 1/100, 1/1000 for a head of 8 and theta 10000") {
  check_frequencies(config_of("default"), 0, {1.0f, 0.1f, 0.01f, 0.001f});
}

TEST_CASE("linear scaling divides every frequency by the factor") {
  Config config = config_of("linear");
  config.rope.factor = 2.5;
  check_frequencies(config, 0, {0.4f, 0.04f, 0.004f, 0.0004f});
}

TEST_CASE("dynamic scaling leaves sequences up to the trained length alone and stretches the base beyond it") {
  Config config = config_of("dynamic");
  config.rope.factor = 3;
  check_frequencies(config, 10, {1.0f, 0.1f, 0.01f, 0.001f});
  check_frequencies(config, 2048, {1.0f, 0.1f, 0.01f, 0.001f});
  check_frequencies(config, 2049, {1.0f, 0.0999512151f, 0.00999024604f, 0.000998537289f});
  check_frequencies(config, 5000, {1.0f, 0.057268355f, 0.00327966455f, 0.000187820988f});
}

TEST_CASE("llama3 scaling keeps short waves, slows long ones, and passes between") {
  Config config = config_of("llama3", 16, 131072);  // Llama 3.1's own
  config.rope.rope_theta = 500000;
  config.rope.factor = 8;
  config.rope.original_max_position_embeddings = 8192;
  check_frequencies(config, 0,
                    {1.0f, 0.193922758f, 0.0376060307f, 0.00729266508f, 0.000524846022f, 3.42810235e-05f,
                     6.64786967e-06f, 1.28917316e-06f});
  config.rope.rope_theta = 10000;
  config.rope.original_max_position_embeddings = 512;
  check_frequencies(config, 0,
                    {1.0f, 0.316227764f, 0.1f, 0.0184966773f, 0.00125f, 0.000395284733f, 0.000125f, 3.95284733e-05f});
}

TEST_CASE("yarn interpolates long waves, extrapolates short ones, and raises cosines and sines by 0.1 ln factor + 1") {
  check_frequencies(yarn(), 0,
                    {1.0f, 0.25693506f, 0.0625f, 0.0138349654f, 0.0025f, 0.000790569466f, 0.00025f, 7.90569466e-05f},
                    0.1 * std::log(4.0) + 1);
}

TEST_CASE("yarn without the trained length takes max_position_embeddings") {
  Config config = yarn();
  config.rope.factor = 8;
  config.rope.original_max_position_embeddings = 0;
  check_frequencies(
      config, 0, {1.0f, 0.316227764f, 0.1f, 0.0247052945f, 0.00562499976f, 0.00108703296f, 0.000125f, 3.95284733e-05f},
      1.2079441541679836);
}

TEST_CASE("yarn with its own betas and mscales (0.7 over 1.0)") {
  Config config = yarn();
  config.rope.beta_fast = 16;
  config.rope.beta_slow = 2;
  config.rope.mscale = 0.7;
  config.rope.mscale_all_dim = 1;
  check_frequencies(
      config, 0,
      {1.0f, 0.316227764f, 0.0749999955f, 0.0158113893f, 0.0025f, 0.000790569466f, 0.00025f, 7.90569466e-05f},
      0.9634746568860826);
}

TEST_CASE("yarn that does not truncate its range, and one with an attention factor of its own") {
  Config config = yarn();
  config.rope.truncate = false;
  config.rope.attention_factor = 1.5;
  check_frequencies(
      config, 0,
      {1.0f, 0.301406473f, 0.0703986362f, 0.0143833589f, 0.0025f, 0.000790569466f, 0.00025f, 7.90569466e-05f}, 1.5);
}

TEST_CASE("a rope_type that is not known is refused by name, when the part is made") {
  CHECK_THROWS_WITH(Rope(config_of("ntk")), Catch::Contains("\"ntk\"") && Catch::Contains("yarn"));
}

TEST_CASE("angles are position times frequency; each sequence of a batch starts at its own position") {
  Cpu cpu(1);
  const Rope rope(config_of("default"));
  PackedBatch batch;
  batch.add(std::vector<std::int32_t>{1, 2, 3});
  batch.add(std::vector<std::int32_t>{4}, 100);
  HookSet<> none;
  const Workspace::Scope scope(cpu.workspace());
  Pass<Cpu, HookSet<>> pass(cpu, batch, none);
  rope.prepare(pass);
  REQUIRE((pass.angles.cosine.rows == 4 && pass.angles.cosine.cols == 4));
  CHECK((pass.angles.cosine(0, 0) == 1 && pass.angles.sine(0, 0) == 0));
  CHECK(pass.angles.cosine(2, 0) == Approx(std::cos(2.0)).epsilon(1e-7));
  CHECK(pass.angles.sine(2, 1) == Approx(std::sin(0.2)).epsilon(1e-7));
  CHECK(pass.angles.sine(3, 0) == Approx(std::sin(100.0)).epsilon(1e-6));
  CHECK(pass.angles.cosine(3, 3) == Approx(std::cos(0.1)).epsilon(1e-7));
}

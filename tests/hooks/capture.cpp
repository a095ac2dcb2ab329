// Capturing: what is kept, under which names and shapes. (The values: tests/models compares all of them with Hugging
// Face.)
#include "neuroglot/hooks/capture.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "hooks/small_model.hpp"

using namespace neuroglot;

TEST_CASE("all sites of all layers are captured, in their shapes") {
  SmallModel model;
  Capture<> capture;
  model.logits(random_batch({6}), capture);
  CHECK(capture.captured().size() == 4 * 19 + 3);
  CHECK(capture.at("hook_embed").shape == std::vector<Index>{6, 64});
  CHECK(capture.at("blocks.0.attn.hook_q").shape == std::vector<Index>{6, 64});
  CHECK(capture.at("blocks.0.attn.hook_rot_k").shape == std::vector<Index>{6, 32});
  CHECK(capture.at("blocks.3.attn.hook_pattern").shape == std::vector<Index>{4, 6, 6});
  CHECK(capture.at("blocks.3.mlp.hook_post").shape == std::vector<Index>{6, 100});
  CHECK(capture.at("logits").shape == std::vector<Index>{6, 97});
  for (const auto& [name, kept] : capture.captured()) {
    INFO(name);
    Index size = 1;
    for (const Index extent : kept.shape) size *= extent;
    CHECK(static_cast<Index>(kept.values.size()) == size);
  }
}

TEST_CASE("sites are chosen by type, and of those by pattern") {
  SmallModel model;
  Capture<site::mlp_act, site::logits> by_type;
  Capture<site::mlp_act, site::mlp_pre> by_both(SitePatterns("blocks.2.*,logits"));
  model.logits(random_batch({3}), by_type, by_both);
  CHECK(by_type.captured().size() == 4 + 1);
  CHECK(by_both.captured().size() == 2);
  CHECK(by_both.captured().contains("blocks.2.mlp.hook_act"));
  CHECK_THROWS_WITH(by_both.at("logits"), Catch::Contains("logits"));
}

TEST_CASE("captured logits are the logits") {
  SmallModel model;
  Capture<site::logits> capture;
  const Matrix<float> logits = model.logits(random_batch({3, 5}), capture);
  CHECK(std::equal(capture.at("logits").values.begin(), capture.at("logits").values.end(), logits.view().data));
}

TEST_CASE("rows of several passes are appended, and are those of one pass over both") {
  SmallModel model;
  Capture<> apart("blocks.1.hook_resid_mid"), together("blocks.1.hook_resid_mid");
  model.logits(random_batch({3}), apart);
  model.logits(random_batch({5}), apart);
  model.logits(random_batch({3, 5}), together);
  CHECK(apart.at("blocks.1.hook_resid_mid").shape == std::vector<Index>{8, 64});
  CHECK(apart.at("blocks.1.hook_resid_mid").values == together.at("blocks.1.hook_resid_mid").values);
}

TEST_CASE("a pattern's rows sum to 1 over the keys that are seen; the scores of the others are -inf") {
  SmallModel model;
  Capture<site::attn_pattern> pattern;
  Capture<site::attn_scores> scores;
  model.logits(random_batch({7}), pattern, scores);
  const Captured &p = pattern.at("blocks.1.attn.hook_pattern"), &s = scores.at("blocks.1.attn.hook_attn_scores");
  for (std::size_t head = 0; head < 4; ++head)
    for (std::size_t query = 0; query < 7; ++query) {
      double sum = 0;
      for (std::size_t key = 0; key < 7; ++key) {
        const std::size_t at = (head * 7 + query) * 7 + key;
        sum += static_cast<double>(p.values[at]);
        CHECK((p.values[at] == 0) == (key > query));
        CHECK(std::isinf(s.values[at]) == (key > query));
      }
      CHECK(sum == Approx(1).margin(1e-6));
    }
}

TEST_CASE("patterns of several sequences or passes are ragged and are refused") {
  SmallModel model;
  Capture<site::attn_pattern> of_two, of_two_passes;
  CHECK_THROWS_WITH(model.logits(random_batch({3, 5}), of_two), Catch::Contains("single sequence"));
  model.logits(random_batch({3}), of_two_passes);
  CHECK_THROWS_WITH(model.logits(random_batch({3}), of_two_passes), Catch::Contains("single sequence"));
}

TEST_CASE("a hook of one's own hears each head of each sequence with its place") {
  SmallModel model;
  std::vector<std::array<Index, 5>> heard;
  const auto note = [&](site::attn_pattern, const Place& at, ConstMatrixRef p) {
    heard.push_back({at.layer, at.sequence, at.head, p.rows(), p.cols()});
  };
  model.logits(random_batch({3, 5}), note);
  REQUIRE(heard.size() == 4 * 2 * 4);
  CHECK(heard.front() == std::array<Index, 5>{0, 0, 0, 3, 3});
  CHECK(heard.back() == std::array<Index, 5>{3, 1, 3, 5, 5});
}

TEST_CASE("outside the blocks a place's layer is -1, and at matrices of tokens its head and sequence are") {
  SmallModel model;
  const auto check = [](auto, const Place& at, ConstMatrixRef m) {
    CHECK(at.layer == -1);
    CHECK((at.sequence == -1 && at.head == -1));
    CHECK(m.rows() == at.batch.rows());
  };
  const auto embed = [&](site::embed s, const Place& at, ConstMatrixRef m) { check(s, at, m); };
  const auto norm = [&](site::ln_final s, const Place& at, ConstMatrixRef m) { check(s, at, m); };
  const auto logits = [&](site::logits s, const Place& at, ConstMatrixRef m) { check(s, at, m); };
  model.logits(random_batch({3, 5}), embed, norm, logits);
}

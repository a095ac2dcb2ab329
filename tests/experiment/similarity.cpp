// Sentence embeddings, their similarity and dominance: against numpy, in closed forms, and whatever the packing.
#include "neuroglot/experiment/similarity.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <string>
#include <vector>

#include "hooks/random_llama.hpp"
#include "neuroglot/experiment/measure_similarity.hpp"
#include "neuroglot/io/json.hpp"
#include "neuroglot/ops/cpu/backend.hpp"

namespace {

using namespace neuroglot;

/// Languages called "0", "1", ...
std::vector<std::string> numbered(std::size_t n) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < n; ++i) names.push_back(std::to_string(i));
  return names;
}

/// One depth; rows[k] holds language k's sentences.
SentenceEmbeddings embeddings_of(const std::vector<std::vector<std::vector<float>>>& rows) {
  SentenceEmbeddings made(numbered(rows.size()), 1, static_cast<Index>(rows[0].size()),
                          static_cast<Index>(rows[0][0].size()));
  for (std::size_t k = 0; k < rows.size(); ++k)
    for (std::size_t s = 0; s < rows[k].size(); ++s)
      std::copy(rows[k][s].begin(), rows[k][s].end(), made.at(k, 0).row(static_cast<Index>(s)).begin());
  return made;
}

SentenceEmbeddings golden_embeddings(const nlohmann::json& values) {
  const auto size = [](const nlohmann::json& array) { return static_cast<Index>(array.size()); };
  SentenceEmbeddings made(numbered(values.size()), size(values[0]), size(values[0][0]), size(values[0][0][0]));
  for (std::size_t k = 0; k < values.size(); ++k)
    for (Index depth = 0; depth < made.depths(); ++depth)
      for (Index s = 0; s < made.sentences(); ++s)
        for (Index i = 0; i < made.width(); ++i)
          made.at(k, depth)(s, i) =
              values[k][static_cast<std::size_t>(depth)][static_cast<std::size_t>(s)][static_cast<std::size_t>(i)]
                  .get<float>();
  return made;
}

void check_close(const nlohmann::json& expected, const LanguagePairs& got) {
  for (std::size_t k = 0; k < got.size(); ++k)
    for (std::size_t c = 0; c < got[k].size(); ++c)
      CHECK(got[k][c] == Approx(expected[k][c].get<double>()).margin(1e-12).epsilon(1e-12));
}

/// Three "languages" of seven sentences of 1 to 13 random tokens.
ParallelTokens random_sentences() {
  ParallelTokens tokens{{"a", "b", "c"}, {}};
  for (unsigned k = 0; k < 3; ++k) {
    tokens.ids.emplace_back();
    for (unsigned s = 0; s < 7; ++s) tokens.ids.back().push_back(random_ids(1 + (5 * s + 3 * k) % 13, 10 * k + s));
  }
  return tokens;
}

template <class P>
std::vector<float> embedded(Index batch, int threads = 1) {
  Cpu cpu(threads);
  const Llama<> model = random_llama(cpu);
  const SentenceEmbeddings made = embed_sentences<P, site::resid_post>(model, random_sentences(), batch, true);
  std::vector<float> values;
  for (std::size_t k = 0; k < 3; ++k)
    for (Index depth = 0; depth < made.depths(); ++depth)
      for (Index s = 0; s < made.sentences(); ++s)
        for (const float value : made.at(k, depth).row(s)) values.push_back(value);
  return values;
}

}  // namespace

TEST_CASE("similarity, dominance and map of random embeddings are numpy's") {
  const nlohmann::json golden = read_json(std::string(NEUROGLOT_TESTS_DIR) + "/golden/data/similarity/random.json");
  Threads threads(2);
  const LanguageSimilarity measured = measure_similarity(golden_embeddings(golden["embeddings"]), threads);
  REQUIRE(measured.layers.size() == golden["layers"].size());
  for (std::size_t i = 0; i < measured.layers.size(); ++i) {
    const nlohmann::json& expected = golden["layers"][i];
    const LayerSimilarity& at = measured.layers[i];
    CHECK(at.layer == expected["layer"].get<Index>());
    CHECK(at.mean_ses() == Approx(expected["mean_ses"].get<double>()).epsilon(1e-12));
    check_close(expected["ses"], at.ses);
    check_close(expected["alignment"], at.aligned);
    for (std::size_t c = 0; c < at.aligned.size(); ++c) {
      CHECK(at.dominance()[c] == Approx(expected["dominance"][c].get<double>()).epsilon(1e-12));
      for (const std::size_t axis : {0, 1})
        CHECK(at.map.points[c][axis] == Approx(expected["map"][c][axis].get<double>()).epsilon(1e-9));
    }
    CHECK(at.map.share == Approx(expected["map_share"].get<double>()).epsilon(1e-12));
  }
}

TEST_CASE("the same sentences in both languages have similarity and dominance 1") {
  const std::vector<std::vector<float>> rows = {{1, 2, 3}, {-1, 0.5f, 2}, {0, 0, -4}};
  const SentenceEmbeddings embeddings = embeddings_of({rows, rows});
  CHECK(sentence_similarity(embeddings, 0)[0][1] == Approx(1).epsilon(1e-15));
  CHECK(alignment(embeddings, 0, mean_embeddings(embeddings, 0))[1][0] == Approx(1).epsilon(1e-15));
}

TEST_CASE("similarity is the mean of the cosines, whatever the lengths") {
  // 60 degrees, then 90 degrees
  const SentenceEmbeddings embeddings = embeddings_of({{{2, 0}, {0, 3}}, {{0.5f, 0.5f * std::sqrt(3.0f)}, {7, 0}}});
  CHECK(sentence_similarity(embeddings, 0)[0][1] == Approx(0.25).epsilon(1e-7));
  CHECK(sentence_similarity(embeddings, 0)[1][0] == sentence_similarity(embeddings, 0)[0][1]);
}

TEST_CASE("a language that is the target moved by a constant falls onto it") {
  const std::vector<std::vector<float>> target = {{1, 2, 3}, {-1, 0.5f, 2}, {0, 0, -4}};
  std::vector<std::vector<float>> moved = target;
  for (std::vector<float>& row : moved)
    for (std::size_t i = 0; i < 3; ++i) row[i] += std::vector<float>{8, -16, 32}[i];
  const SentenceEmbeddings embeddings = embeddings_of({target, moved});
  CHECK(sentence_similarity(embeddings, 0)[0][1] < 0.7);
  const LanguagePairs aligned = alignment(embeddings, 0, mean_embeddings(embeddings, 0));
  CHECK(aligned[0][1] == Approx(1).epsilon(1e-12));
  CHECK(aligned[1][0] == Approx(1).epsilon(1e-12));
}

TEST_CASE("a target counts itself neither in the mean of pairs nor in its dominance") {
  const LayerSimilarity at{
      0, {{1, 0.2, 0.4}, {0.2, 1, 0.6}, {0.4, 0.6, 1}}, {{1, 0.1, 0.3}, {0.5, 1, 0.7}, {0, 0, 1}}, {}};
  CHECK(at.mean_ses() == Approx(0.4));
  CHECK(at.dominance()[0] == Approx(0.2));
  CHECK(at.dominance()[1] == Approx(0.6));
  CHECK(at.dominance()[2] == 0);
}

TEST_CASE("a vector of zeros has no similarity: an error names the languages and the depth") {
  const SentenceEmbeddings embeddings = embeddings_of({{{1, 0}}, {{0, 0}}});
  CHECK_THROWS_WITH(sentence_similarity(embeddings, 0), Catch::Contains("0 or 1 has after 0 blocks"));
}

TEST_CASE("languages on a line have a map on a line") {
  const LanguageMap map = language_map({{0, 0, 1}, {3, 4, 1}, {6, 8, 1}});
  CHECK(map.share == Approx(1));
  CHECK(std::abs(map.points[0][0]) == Approx(5));
  CHECK(map.points[1][0] == Approx(0).margin(1e-12));
  CHECK(map.points[2][1] == Approx(0).margin(1e-6));
}

TEST_CASE("packing and threads do not change a bit of a sentence's embedding") {
  const std::vector<float> alone = embedded<MeanPooling>(1);
  CHECK(alone == embedded<MeanPooling>(20));
  CHECK(alone == embedded<MeanPooling>(2048));
  CHECK(alone == embedded<MeanPooling>(2048, 2));
  CHECK(embedded<LastPooling>(1) == embedded<LastPooling>(40));
}

TEST_CASE("depth 0 is what the first block is handed, depth d what block d - 1 gives") {
  Cpu cpu(1);
  const Llama<> model = random_llama(cpu);
  ParallelTokens tokens{{"a", "b"}, {{{5, 6, 7}}, {{8}}}};
  const SentenceEmbeddings made = embed_sentences<LastPooling, site::resid_post>(model, tokens, 2048, true);
  CHECK(made.depths() == 5);
  std::vector<std::vector<float>> seen;
  const auto keep = [&](auto, const Place&, ConstMatrixRef matrix) {
    const auto last = matrix.row(matrix.rows() - 1);
    seen.emplace_back(last.begin(), last.end());
  };
  struct Streams {
    decltype(keep)& each;
    void operator()(site::resid_pre at, const Place& place, ConstMatrixRef matrix) {
      if (place.layer == 0) each(at, place, matrix);
    }
    void operator()(site::resid_post at, const Place& place, ConstMatrixRef matrix) { each(at, place, matrix); }
  };
  PackedBatch batch{{5, 6, 7}};
  forward<output::None>(model, batch, hooks(Streams{keep}));
  REQUIRE(seen.size() == 5);
  for (Index depth = 0; depth < 5; ++depth)
    CHECK(std::ranges::equal(made.at(0, depth).row(0), seen[static_cast<std::size_t>(depth)]));
}

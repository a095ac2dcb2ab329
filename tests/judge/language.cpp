// In which language answers are.
#include "neuroglot/experiment/judging/cld2_identifier.hpp"

#include <catch2/catch.hpp>

using namespace neuroglot;

namespace {

const Cld2Identifier cld2;

/// An identifier that says what it was told.
struct Says {
  LanguageReading reading;
  LanguageReading operator()(std::string_view) const { return reading; }
  std::string description() const { return "says"; }
};

Verdict verdict(const LanguageReading& reading, const std::string& target, const ReadingOptions& options = {}) {
  return identify_answer(Says{reading}, "text", target, options).verdict;
}

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

}  // namespace

TEST_CASE("CLD2 tells the seven languages of the paper") {
  for (const auto& [language, text] : std::vector<std::pair<std::string, std::string>>{
           {"en", "The garden behind the old house was full of apple trees when we were children."},
           {"zh", "我们小的时候，老房子后面的花园里种满了苹果树，每年秋天都能摘很多苹果。"},
           {"fr", "Le jardin derrière la vieille maison était plein de pommiers quand nous étions enfants."},
           {"es", "El jardín detrás de la casa vieja estaba lleno de manzanos cuando éramos niños."},
           {"vi", "Khu vườn phía sau ngôi nhà cũ có rất nhiều cây táo khi chúng tôi còn nhỏ."},
           {"id",
            "Kebun di belakang rumah tua itu penuh dengan pohon apel ketika kami masih kecil dan sering bermain."},
           {"ja", "私たちが子供の頃、古い家の裏の庭にはりんごの木がたくさんありました。"}}) {
    INFO(text);
    const IdentifiedLanguage found = identify_answer(cld2, text, language, {});
    CHECK(found.language == language);
    CHECK(found.verdict == Verdict::target);
    CHECK(identify_answer(cld2, text, "de", {}).verdict == Verdict::other);
  }
}

TEST_CASE("traditional Chinese is Chinese") {
  const std::string text = "我們小的時候，老房子後面的花園裡種滿了蘋果樹，每年秋天都能摘很多蘋果。";
  CHECK(cld2(text).summary == "zh-Hant");
  CHECK(identify_answer(cld2, text, "zh", {}).verdict == Verdict::target);
  CHECK(folded_language("zh_TW") == "zh");
  CHECK(folded_language("iw") == "he");
  CHECK(folded_language("pt-BR") == "pt");
  CHECK(folded_language("NB") == "no");
}

TEST_CASE("an answer of white space is empty, one of digits or a word can not be told") {
  CHECK(identify_answer(cld2, "", "en", {}).verdict == Verdict::empty);
  CHECK(identify_answer(cld2, " \n\u3000", "en", {}).verdict == Verdict::empty);
  CHECK(identify_answer(cld2, "1, 2, 3, 4.", "en", {}).verdict == Verdict::unreliable);
  CHECK(identify_answer(cld2, "ok", "en", {}).verdict == Verdict::unreliable);
}

TEST_CASE("control characters do not end a text") {
  const std::string text = "Le jardin\x01 derrière la\tvieille maison était plein de pommiers.\n";
  CHECK(cld2(text).summary == "fr");
}

TEST_CASE("an answer in two languages is the summary's, or mixed where no language has the share") {
  const std::string chinese = repeated("我是一個登上珠穆朗瑪峰頂峰的登山者。當我站在山頂，我感到非常興奮。", 3);
  const std::string english = repeated("I am a mountaineer who has climbed to the top of Mount Everest. ", 4);
  const LanguageReading reading = cld2(chinese + english);
  REQUIRE(reading.shares.size() == 2);
  CHECK(reading.shares[0].share + reading.shares[1].share == Approx(1).margin(0.03));
  CHECK(identify_answer(cld2, chinese + english, "zh", {0.9}).verdict == Verdict::mixed);
  CHECK(identify_answer(cld2, chinese + english, "zh", {0.3}).verdict != Verdict::mixed);
}

TEST_CASE("the share decides, with the scripts of a language added up") {
  const LanguageReading mixed{"en", {{"en", 0.4}, {"zh", 0.3}, {"zh-Hant", 0.3}}, true};
  CHECK(verdict(mixed, "en") == Verdict::target);
  CHECK(verdict(mixed, "zh", {0.5}) == Verdict::target);
  CHECK(verdict(mixed, "en", {0.5}) == Verdict::other);
  CHECK(verdict(mixed, "zh", {0.7}) == Verdict::mixed);
}

TEST_CASE("what is unreliable is taken only where that is wanted") {
  const LanguageReading unsure{"fr", {{"fr", 1}}, false};
  CHECK(verdict(unsure, "fr") == Verdict::unreliable);
  CHECK(verdict(unsure, "fr", {0, true}) == Verdict::target);
  CHECK(verdict({"", {}, true}, "fr", {0, true}) == Verdict::unreliable);
  CHECK_THROWS_AS(check(ReadingOptions{1.5}), UsageError);
}

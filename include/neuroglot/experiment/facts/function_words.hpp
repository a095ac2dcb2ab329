/// Articles, prepositions, conjunctions, particles and pronouns of some languages, for the patterns of partial match.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace neuroglot {

namespace detail {

/// Language and words between spaces, in small letters.
inline constexpr std::array<std::pair<std::string_view, std::string_view>, 14> function_words{{
    {"af", " die 'n n in op van aan vir met by uit tot na oor onder en of is wat te om deur as "},
    {"de",
     " der die das des dem den ein eine einer eines einem einen in im an am auf aus bei beim mit nach von vom zu zum "
     "zur für über unter durch gegen um und oder als ist war "},
    {"en",
     " the a an of in on at by for with to from into over under about as and or nor is was are were be that this its "
     "his her their it he she they "},
    {"es",
     " el la los las lo un una unos unas de del en a al por para con sin sobre entre desde hasta y e o u que es su "
     "se "},
    {"fr",
     " le la les l un une des de du d en dans à au aux par pour avec sans sur sous entre chez et ou que qui est son sa "
     "ses se "},
    {"id", " di ke dari pada dalam dengan untuk oleh kepada yang dan atau itu ini adalah sebuah seorang para sang si "},
    {"it",
     " il lo la i gli le l un uno una di del dello della dei degli delle d in nel nello nella nei negli nelle a al "
     "allo alla ai agli alle da dal dallo dalla dai dagli dalle per con su sul sulla tra fra e ed o che è si suo "},
    {"ja", "の は が を に へ と で や も から まで より など か ね よ です だ である "},
    {"nl", " de het een 't in op van aan voor met bij uit tot naar over onder en of is als te door om dat die zijn "},
    {"pl", " w we na z ze do od o u po dla przez przy za nad pod i oraz lub a jest to się "},
    {"pt",
     " o a os as um uma uns umas de do da dos das em no na nos nas por pelo pela para com sem sobre entre e ou que é "
     "se ao à "},
    {"ru", " в во на с со к ко из от до о об по за у для при над под и или а но что это не как "},
    {"tr", " ve veya ile için bir bu şu o de da ki gibi kadar göre olan "},
    {"zh", "的 了 在 和 与 是 于 之 及 或 也 把 被 从 到 對 对 為 为 與 於 從 中 里 上 "},
}};

}  // namespace detail

inline bool has_function_words(std::string_view language) {
  return std::ranges::find(detail::function_words, language, &std::pair<std::string_view, std::string_view>::first) !=
         detail::function_words.end();
}

/// `word` in small letters. False for languages that have no list here. In Japanese and Chinese, written without
/// spaces, a word may be several of the list one after the other.
inline bool is_function_word(std::string_view language, std::string_view word) {
  for (const auto& [of, words] : detail::function_words) {
    if (of != language) continue;
    const auto listed = [words = words](std::string_view part) {
      for (std::size_t at = words.find(part); at != std::string_view::npos; at = words.find(part, at + 1))
        if ((at == 0 || words[at - 1] == ' ') && at + part.size() < words.size() && words[at + part.size()] == ' ')
          return true;
      return false;
    };
    if (listed(word)) return true;
    if (language != "ja" && language != "zh") return false;
    std::size_t done = 0;
    for (std::size_t length = word.size(); length > 0 && done < word.size(); --length)
      if (done + length <= word.size() && listed(word.substr(done, length))) {
        done += length;
        length = word.size() - done + 1;
      }
    return done == word.size();
  }
  return false;
}

}  // namespace neuroglot

/// One number a language, by name: sizes of corpora, P@1.
#pragma once

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace neuroglot {

struct LanguageNumbers {
  std::string name;    ///< "mbert_full", "wiki_article_sizes"
  std::string source;  ///< the file
  std::vector<std::pair<std::string, double>> values;

  std::optional<double> of(std::string_view language) const {
    const auto found = std::ranges::find(values, language, &std::pair<std::string, double>::first);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  }
};

}  // namespace neuroglot

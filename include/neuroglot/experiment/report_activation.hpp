/// stats.safetensors as a report reads it: how often the neurons of a model are active in each language.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/matrix.hpp"
#include "neuroglot/experiment/report_json.hpp"
#include "neuroglot/io/json.hpp"
#include "neuroglot/io/safetensors.hpp"
#include "neuroglot/io/tensor_info.hpp"

namespace neuroglot::report {

/// Of one language's activation probabilities, count / tokens, over all neurons.
struct ActivationProfile {
  std::int64_t tokens = 0;
  std::array<double, 5> quantiles{};  ///< 5, 25, 50, 75 and 95 in a hundred neurons are at most this probable
  double above_half = 0;              ///< share of neurons that are active in more than half of the tokens
  double above_95 = 0;                ///< ... in more than 95 in a hundred
  double never = 0;                   ///< ... in none
};

struct Activations {
  std::vector<std::string> languages;
  Index layers = 0;
  Index neurons_per_layer = 0;
  std::vector<ActivationProfile> profiles;  ///< (languages)
  Json provenance;
};

namespace detail {

/// The JSON value that the metadata hold under `key`.
inline Json metadata_json(const SafetensorsFile& file, const std::string& key) {
  const auto found = file.metadata().find(key);
  const std::string where = file.path().string() + ": metadata field " + key;
  if (found == file.metadata().end()) throw error(where, ": is missing");
  return parse_ordered(found->second, where);
}

/// counts: of one language, all neurons; reordered.
inline ActivationProfile profile(std::span<std::int64_t> counts, std::int64_t tokens) {
  ActivationProfile result;
  result.tokens = tokens;
  const auto n = static_cast<double>(counts.size());
  const auto share = [&](auto&& is_meant) {
    return static_cast<double>(std::count_if(counts.begin(), counts.end(), is_meant)) / n;
  };
  result.above_half = share([&](std::int64_t c) { return static_cast<double>(c) > 0.5 * static_cast<double>(tokens); });
  result.above_95 = share([&](std::int64_t c) { return static_cast<double>(c) > 0.95 * static_cast<double>(tokens); });
  result.never = share([](std::int64_t c) { return c == 0; });
  constexpr std::array<double, 5> levels = {0.05, 0.25, 0.5, 0.75, 0.95};
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const auto at = counts.begin() + std::lround(levels[i] * (n - 1));
    std::nth_element(counts.begin(), at, counts.end());
    result.quantiles[i] = static_cast<double>(*at) / static_cast<double>(tokens);
  }
  return result;
}

inline void check_counts(std::span<const std::int64_t> counts, std::int64_t tokens, const std::string& what) {
  if (tokens <= 0) throw error(what, ": tokens is ", tokens, ", nothing was recorded");
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (counts[i] < 0 || counts[i] > tokens)
      throw error(what, ": count of neuron ", i, " is ", counts[i], ", with ", tokens, " tokens");
}

}  // namespace detail

/// Throws Error naming the file and the tensor or metadata field that is missing or can not be meant.
inline Activations read_activations(const std::filesystem::path& path) {
  const SafetensorsFile file(path);
  Activations result;
  const Json languages = detail::metadata_json(file, "languages");
  result.languages = names({languages, path.string() + ": metadata field languages"});
  if (file.metadata().contains("provenance")) {
    const Json provenance = detail::metadata_json(file, "provenance");
    result.provenance = object({provenance, path.string() + ": metadata field provenance"}).value;
  }
  const TensorInfo& count = file.at("count");
  const auto n = static_cast<Index>(result.languages.size());
  if (count.shape.size() != 3 || count.shape[0] != n || count.shape[1] <= 0 || count.shape[2] <= 0)
    throw error(path.string(), ": tensor count has shape ", shape_text(count.shape), ", not (", n,
                " languages, layers, neurons)");
  result.layers = count.shape[1];
  result.neurons_per_layer = count.shape[2];
  const std::vector<std::int64_t> tokens = values<std::int64_t>(file.at("tokens"));
  if (static_cast<Index>(tokens.size()) != n)
    throw error(path.string(), ": tensor tokens has ", tokens.size(), " elements, not one for each of ", n,
                " languages");
  std::vector<std::int64_t> counts(static_cast<std::size_t>(result.layers * result.neurons_per_layer));
  for (Index k = 0; k < n; ++k) {
    convert_row(count, k, std::span(counts));
    const auto language = static_cast<std::size_t>(k);
    detail::check_counts(counts, tokens[language],
                         path.string() + ": language " + in_quotes(result.languages[language]));
    result.profiles.push_back(detail::profile(counts, tokens[language]));
  }
  return result;
}

}  // namespace neuroglot::report

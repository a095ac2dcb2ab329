/// The tokens that end a generated sequence, as a model folder names them.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/io/json.hpp"
#include "neuroglot/text/tokenizer.hpp"

namespace neuroglot {

/// eos_token_id of generation_config.json, a number or a list; where it has none, that of config.json; without either
/// nothing. (GenerationConfig.from_pretrained in Hugging Face)
inline std::vector<TokenId> end_tokens(const std::filesystem::path& folder) {
  for (const char* const name : {"generation_config.json", "config.json"}) {
    const std::filesystem::path path = folder / name;
    if (!std::filesystem::exists(path)) continue;
    const nlohmann::json config = read_json(path);
    if (!config.is_object()) throw error(path.string(), ": an object expected, not ", config.type_name());
    const auto found = config.find("eos_token_id");
    if (found == config.end() || found->is_null()) continue;
    std::vector<TokenId> ids;
    for (const nlohmann::json& id : found->is_array() ? *found : nlohmann::json::array({*found})) {
      if (!id.is_number_integer()) throw error(path.string(), ": eos_token_id: ", id.dump(), " is not a token id");
      ids.push_back(id.get<TokenId>());
    }
    return ids;
  }
  return {};
}

}  // namespace neuroglot

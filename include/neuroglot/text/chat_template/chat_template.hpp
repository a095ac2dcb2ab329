/// The chat template of a model folder: messages become the text that the model was tuned on. A part of Jinja, enough
/// for the common templates; anything outside of it is refused by name and line. (apply_chat_template in Hugging Face)
#pragma once

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/chat_template/statement.hpp"
#include "neuroglot/text/chat_template/template_reader.hpp"
#include "neuroglot/text/json_node.hpp"
#include "neuroglot/text/text_file.hpp"
#include "neuroglot/text/tokenizer_settings.hpp"
#include "neuroglot/text/utf8.hpp"

namespace neuroglot {

class ChatTemplate {
 public:
  using Value = jinja::Value;

  /// `where` names the template in errors; `tokens` are bos_token, eos_token, ... by their roles.
  ChatTemplate(std::string source, std::string where, std::map<std::string, Value> tokens = {})
      : where_(std::move(where)), variables_(std::move(tokens)), statements_(read(std::move(source))) {}

  /// messages: [{"role": "user", "content": "..."}, ...]; with add_generation_prompt the text goes on to where the
  /// assistant's answer begins. Throws Error where the template complains, or does what is not supported.
  std::string render(const Value& messages, bool add_generation_prompt) const {
    std::map<std::string, Value> variables = variables_;
    variables["messages"] = messages;
    variables["add_generation_prompt"] = add_generation_prompt;
    variables["tools"] = nullptr;
    variables["documents"] = nullptr;
    jinja::Scope scope(std::move(variables));
    std::string rendered;
    naming_place([&] { jinja::run(statements_, scope, rendered); });
    return rendered;
  }

 private:
  template <class F>
  void naming_place(F&& f) const {
    try {
      f();
    } catch (const Error& failure) {
      throw error(where_, ": ", in_one_line(failure.what()));
    }
  }

  /// What a template says, or what stands in it, may have line ends.
  static std::string in_one_line(std::string text) {
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
    std::ranges::replace_if(text, is_control, ' ');
    return text;
  }

  jinja::Statements read(std::string source) const {
    jinja::Statements statements;
    naming_place([&] {
      require_utf8(source, "the template");
      statements = jinja::TemplateReader(std::move(source)).read();
    });
    return statements;
  }

  std::string where_;
  std::map<std::string, Value> variables_;
  jinja::Statements statements_;
};

namespace detail {

/// chat_template of tokenizer_config.json: the template, or a list of named ones of which "default" is taken.
inline std::string template_in(const JsonNode& node) {
  if (node.is_string()) return node.string();
  for (std::size_t i = 0; i < node.size(); ++i)
    if (node.at(i).at("name").string() == "default") return node.at(i).at("template").string();
  throw node.fault("none of the templates is named \"default\"");
}

}  // namespace detail

/// chat_template.jinja of the folder, else tokenizer_config.json's. Throws Error where the folder has none.
inline ChatTemplate load_chat_template(const std::filesystem::path& folder) {
  const TokenizerSettings settings(folder);
  std::map<std::string, ChatTemplate::Value> tokens;
  for (const std::string_view role : token_roles)
    if (const auto token = settings.named_token(role)) tokens[std::string(role)] = token->content;
  const std::filesystem::path file = folder / "chat_template.jinja";
  if (std::filesystem::exists(file)) return {detail::read_text_file(file), file.string(), std::move(tokens)};
  const auto node = settings.config().find("chat_template");
  if (!node)
    throw error(folder.string(),
                ": no chat template is there: looked for chat_template.jinja and \"chat_template\" in "
                "tokenizer_config.json; a base model has none");
  return {detail::template_in(*node), (folder / "tokenizer_config.json").string() + ": chat_template",
          std::move(tokens)};
}

}  // namespace neuroglot

// Chat templates against transformers' apply_chat_template, and what is refused.
#include "neuroglot/text/chat_template/chat_template.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

#include "io/scratch.hpp"

using namespace neuroglot;
using jinja::Value;

namespace {

std::string rendered(const std::string& source) {
  return ChatTemplate(source, "t").render(Value::array({{{"role", "user"}, {"content", "Hi"}}}), true);
}

}  // namespace

TEST_CASE("templates of the common forms render what transformers renders, and refuse what they refuse") {
  const auto path = std::filesystem::path(NEUROGLOT_TESTS_DIR) / "golden/data/chat_templates.json";
  const Value golden = Value::parse(neuroglot::detail::read_text_file(path));
  std::map<std::string, Value> tokens;
  for (const auto& [role, token] : golden.at("tokens").items()) tokens[role] = token;
  REQUIRE(golden.at("templates").size() >= 10);
  for (const Value& of : golden["templates"]) {
    const auto name = of.at("name").get<std::string>();
    const ChatTemplate chat(of.at("template").get<std::string>(), name, tokens);
    for (const Value& one : of.at("cases")) {
      INFO(name << " " << one.dump());
      const auto render = [&] { return chat.render(one.at("messages"), one.at("add_generation_prompt").get<bool>()); };
      if (one.at("expected").is_null())
        CHECK_THROWS_WITH(render(), Catch::Contains("the template says"));
      else
        CHECK(render() == one["expected"].get<std::string>());
    }
  }
}

TEST_CASE("what is outside of the supported part is refused by name and line") {
  const auto refused = [](const std::string& source, const std::string& what) {
    CHECK_THROWS_WITH(rendered(source), Catch::Contains("t: line 2: ") && Catch::Contains(what));
  };
  refused("\n{% macro f() %}{% endmacro %}", "\"macro\"");
  refused("\n{% include 'x' %}", "\"include\"");
  refused("\n{{ messages | xmlattr }}", "\"xmlattr\"");
  refused("\n{{ 1 is divisibleby }}", "\"divisibleby\"");
  refused("\n{{ lipsum() }}", "\"lipsum\"");
  refused("\n{{ 'a'.zfill(3) }}", "\"zfill\"");
  refused("\n{{ messages }}", "tojson");
  refused("\n{% for x in messages %}", "not ended");
  refused("\n{% if true %}{% endfor %}", "\"endfor\"");
  refused("\n{{ 'a", "not closed");
  refused("\n{{ 1.5 }}", "not whole");
  refused("\n{{ nobody.name }}", "undefined");
  refused("\n{% set a %}x{% endset %}", "\"set\"");
  refused("\n{{ 1 + 'a' }}", "\"+\"");
  refused("\n{{ 1 // 0 }}", "zero");
  refused("\n{{ " + std::string(1000, '(') + "1 }}", "too deep");
}

TEST_CASE("the template of a folder is its own file's, else that of tokenizer_config.json, by itself or by name") {
  const Scratch scratch;
  const Value messages = Value::array({{{"role", "user"}, {"content", "Hi"}}});
  CHECK_THROWS_WITH(load_chat_template(scratch.path("")), Catch::Contains("a base model has none"));
  scratch.write("tokenizer_config.json", R"({"bos_token": "<s>", "chat_template": "{{ bos_token }}A"})");
  CHECK(load_chat_template(scratch.path("")).render(messages, true) == "<s>A");
  scratch.write("tokenizer_config.json",
                R"({"chat_template": [{"name": "rag", "template": "B"}, {"name": "default", "template": "C"}]})");
  CHECK(load_chat_template(scratch.path("")).render(messages, true) == "C");
  scratch.write("chat_template.jinja", "{{ messages[0].content }}");
  CHECK(load_chat_template(scratch.path("")).render(messages, true) == "Hi");
}

TEST_CASE("what would go round in circles or beyond whole numbers is refused; a refusal is one line") {
  const auto refused = [](const std::string& source, const std::string& what) {
    CHECK_THROWS_WITH(rendered(source), Catch::Contains("t: ") && Catch::Contains(what) && !Catch::Contains("\n"));
  };
  refused("{{ messages[nobody:] }}", "a slice of a value of type undefined");
  refused("{{ messages[::'a'] }}", "a slice of a value of type string");
  refused("{{ 9223372036854775807 + 1 }}", "\"+\" is too large");
  refused("{{ (-9223372036854775807 - 1) // -1 }}", "\"//\" is too large");
  refused("{{ 9223372036854775807 * 2 }}", "\"*\" is too large");
  refused("{{ range(1000000000) | length }}", "a range of more than");
  refused("{{ [1] | tojson(indent=-3) }}", "an indent of -3");
  refused("{{ namespace(a=nobody) | tojson }}", "undefined");
  refused("{% set ns = namespace(x='a') %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
          "a text of more than");
  refused("{{ raise_exception('two\nlines') }}", "two lines");
  refused("{{ '\xff' }}", "is not valid UTF-8");
  CHECK(rendered("{{ (-9223372036854775807 - 1) % -1 }}") == "0");
}

// ng-tokenize: text lines on stdin to lines of token ids on stdout, and back.
#include <charconv>
#include <cstddef>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "command_line.hpp"
#include "neuroglot/text/load_tokenizer.hpp"
#include "neuroglot/text/utf8.hpp"

namespace {

using namespace neuroglot;
using nlohmann::json;

enum class Shown { ids, pieces, spans };

std::string line_name(std::size_t number) {
  return text_of("stdin: line ", number);
}

/// A line that holds one JSON string, which may stand for several lines of text.
std::string text_of_json(std::string_view line, const std::string& name) {
  const json value = detail::parse_json_file(line, name);
  if (!value.is_string()) throw error(name, ": a JSON string expected, not ", value.type_name());
  return value.get<std::string>();
}

std::vector<TokenId> ids_of_line(std::string_view line, const std::string& name, const Tokenizer& tokenizer) {
  std::vector<TokenId> ids;
  for (std::size_t at = 0; (at = line.find_first_not_of(" \t", at)) != std::string_view::npos;) {
    const std::string_view word = line.substr(at, line.find_first_of(" \t", at) - at);
    TokenId id = -1;
    const auto [end, failure] = std::from_chars(word.data(), word.data() + word.size(), id);
    if (failure != std::errc() || end != word.data() + word.size())
      throw error(name, ": ", detail::quoted(word), " is not a token id");
    if (id < 0 || id >= tokenizer.vocab_size())
      throw error(name, ": there is no token ", id, ": ids are from 0 to ", tokenizer.vocab_size() - 1);
    ids.push_back(id);
    at += word.size();
  }
  return ids;
}

void write_tokens(const Tokenizer& tokenizer, const Tokens& tokens, Shown shown) {
  if (shown == Shown::pieces) {
    json pieces = json::array();
    for (const TokenId id : tokens.ids) pieces.push_back(tokenizer.piece(id));
    std::cout << pieces.dump();
  }
  for (std::size_t i = 0; i < tokens.ids.size() && shown != Shown::pieces; ++i) {
    if (i > 0) std::cout << ' ';
    if (shown == Shown::spans)
      std::cout << tokens.spans[i].begin << ':' << tokens.spans[i].end;
    else
      std::cout << tokens.ids[i];
  }
  std::cout << '\n';
}

/// What to make of the lines.
struct Wanted {
  bool decode;
  bool json_lines;
  Shown shown;
  SpecialTokens special;
};

void translate_lines(const Tokenizer& tokenizer, const Wanted& wanted) {
  std::string text;
  for (std::size_t number = 1; std::getline(std::cin, text); ++number) {
    const std::string name = line_name(number);
    if (wanted.decode) {
      const std::string decoded = tokenizer.decode(ids_of_line(text, name, tokenizer));
      std::cout << (wanted.json_lines ? json(decoded).dump() : decoded) << '\n';
      continue;
    }
    require_utf8(text, name);
    const std::string input = wanted.json_lines ? text_of_json(text, name) : text;
    write_tokens(tokenizer, tokenizer.encode(input, wanted.special), wanted.shown);
  }
  if (std::cin.bad()) throw error("stdin: could not be read");
}

int run(int argc, char** argv) {
  ng::CommandLine line("ng-tokenize", "MODEL [options] < lines",
                       "Each line of text on stdin becomes a line of token ids on stdout, separated by spaces.",
                       "  ng-tokenize SmolLM2-135M < text.txt > ids.txt\n"
                       "  ng-tokenize SmolLM2-135M --decode < ids.txt\n"
                       "  echo 'Bonjour le monde' | ng-tokenize SmolLM2-135M --pieces\n"
                       "  echo '\"two\\nlines\"' | ng-tokenize SmolLM2-135M --json-lines --special\n");
  line.positional_model("tokenizer.json or the files that came before it");
  line.add()("decode", ng::po::bool_switch(), "lines of ids to lines of text (with --json-lines: JSON strings)");
  line.add()("pieces", ng::po::bool_switch(), "the vocabulary's pieces instead of ids, a JSON array a line");
  line.add()("spans", ng::po::bool_switch(), "begin:end of each token in bytes of the line's text instead of ids");
  line.add()("special", ng::po::bool_switch(), "add the special tokens that the model expects around a text");
  line.add()("json-lines", ng::po::bool_switch(),
             "each line of text is a JSON string, so that it may hold line breaks");
  if (!line.parse(argc, argv)) return 0;
  if (line.flag("decode") + line.flag("pieces") + line.flag("spans") > 1)
    throw usage_error("--decode, --pieces and --spans exclude each other");
  if (line.flag("decode") && line.flag("special"))
    throw usage_error("--special says how to encode, not how to --decode");

  const Shown shown = line.flag("pieces") ? Shown::pieces : line.flag("spans") ? Shown::spans : Shown::ids;
  const SpecialTokens special = line.flag("special") ? SpecialTokens::added : SpecialTokens::none;
  translate_lines(*load_tokenizer(line.model()), {line.flag("decode"), line.flag("json-lines"), shown, special});
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  return ng::guarded("ng-tokenize", [&] { return run(argc, argv); });
}

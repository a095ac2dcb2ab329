/// Reads a template once: its pieces become statements, nested as its tags are.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/chat_template/lexeme_reader.hpp"
#include "neuroglot/text/chat_template/nesting.hpp"
#include "neuroglot/text/chat_template/pieces.hpp"
#include "neuroglot/text/chat_template/statement.hpp"

namespace neuroglot::jinja {

/// Throws Error with the line for what is not in the supported part of Jinja.
class TemplateReader {
 public:
  explicit TemplateReader(std::string source) : pieces_(pieces_of(std::move(source))) {}

  Statements read() { return statements({}); }

 private:
  using Names = std::initializer_list<std::string_view>;

  // Runs `of` and puts the line in front of what it complains about, once.
  template <class F>
  static auto at_line(std::size_t line, F&& of) {
    try {
      return of();
    } catch (const LineError&) {
      throw;
    } catch (const Error& failure) {
      throw LineError(text_of("line ", line, ": ", failure.what()));
    }
  }
  struct LineError : Error {
    using Error::Error;
  };

  template <class F>
  static Statement with_line(std::size_t line, F of) {
    return [line, of = std::move(of)](Scope& scope, std::string& rendered) {
      at_line(line, [&] { of(scope, rendered); });
    };
  }

  // Up to a tag of one of these names, which is left to be read.
  Statements statements(Names ends) {
    const Nesting deeper(depth_, "tags");
    Statements list;
    for (; at_ < pieces_.size(); ++at_) {
      const Piece& piece = pieces_[at_];
      if (piece.kind == Piece::Kind::text)
        list.push_back([text = piece.text](Scope&, std::string& rendered) { rendered += text; });
      else if (piece.kind == Piece::Kind::output)
        list.push_back(with_line(piece.line, at_line(piece.line, [&] { return output(piece.text); })));
      else if (at_line(piece.line, [&] { return is_one_of(piece.text, ends); }))
        break;
      else
        list.push_back(with_line(piece.line, at_line(piece.line, [&] { return statement(piece.text); })));
    }
    return list;
  }

  static bool is_one_of(std::string_view tag, Names names) {
    LexemeReader lexemes(tag);
    return std::ranges::any_of(names, [&](std::string_view name) { return lexemes.take_name(name); });
  }

  static Expression whole_expression(LexemeReader& lexemes) {
    Expression value = ExpressionReader(lexemes).expression();
    lexemes.expect_end();
    return value;
  }

  static Statement output(const std::string& tag) {
    LexemeReader lexemes(tag);
    return
        [value = whole_expression(lexemes)](Scope& scope, std::string& rendered) { rendered += written(value(scope)); };
  }

  Statement statement(const std::string& tag) {
    LexemeReader lexemes(tag);
    const std::string name = lexemes.name("a tag");
    if (name == "if") return choice(lexemes);
    if (name == "for") return loop(lexemes);
    if (name == "set") return assignment(lexemes);
    if (name == "generation") return generation(lexemes);
    throw error("the tag \"", name, "\" is not supported or stands where it can not");
  }

  // The tag that ended a list of statements, which must be there.
  LexemeReader end_tag(std::string_view opened) {
    if (at_ == pieces_.size()) throw error("\"", opened, "\" is not ended");
    return LexemeReader(pieces_[at_].text);
  }

  Choice choice(LexemeReader& lexemes) {
    Choice made;
    Expression condition = whole_expression(lexemes);
    for (;;) {
      ++at_;
      made.branches.emplace_back(std::move(condition), statements({"elif", "else", "endif"}));
      LexemeReader end = end_tag("if");
      if (end.take_name("endif")) return end.expect_end(), made;
      if (end.take_name("elif")) {
        condition = at_line(pieces_[at_].line, [&] { return whole_expression(end); });
      } else {
        ++at_;
        made.branches.emplace_back([](const Scope&) { return Value(true); }, statements({"endif"}));
        end_tag("if");
        return made;
      }
    }
  }

  Loop loop(LexemeReader& lexemes) {
    Loop made;
    do made.names.push_back(lexemes.name("a variable"));
    while (lexemes.take_sign(","));
    lexemes.expect_name("in");
    ExpressionReader reader(lexemes);
    made.list = reader.alternatives();
    if (lexemes.take_name("if")) made.condition = reader.expression();
    lexemes.expect_end();
    ++at_;
    made.body = statements({"endfor"});
    end_tag("for");
    return made;
  }

  static Statement assignment(LexemeReader& lexemes) {
    const std::string name = lexemes.name("a variable");
    const std::string member = lexemes.take_sign(".") ? lexemes.name("a member") : "";
    if (!lexemes.take_sign("=")) throw error("\"set\" of a block or of several variables is not supported");
    Expression value = whole_expression(lexemes);
    return [name, member, value](Scope& scope, std::string&) {
      if (member.empty())
        scope.set(name, value(scope));
      else
        scope.set_member(name, member, value(scope));
    };
  }

  // Marks the assistant's part, for training: its content is all that counts here.
  Statement generation(LexemeReader& lexemes) {
    lexemes.expect_end();
    ++at_;
    Statements body = statements({"endgeneration"});
    end_tag("generation");
    return [body](Scope& scope, std::string& rendered) { run(body, scope, rendered); };
  }

  std::vector<Piece> pieces_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace neuroglot::jinja

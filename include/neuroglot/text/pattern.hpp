/// Regular expressions of tokenizer.json, run by PCRE2's just-in-time compiler.
#pragma once

#ifndef PCRE2_CODE_UNIT_WIDTH
#define PCRE2_CODE_UNIT_WIDTH 0  // the names that end in _8 are meant throughout
#endif
#include <pcre2.h>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/oniguruma_pattern.hpp"
#include "neuroglot/text/quoted.hpp"
#include "neuroglot/text/utf8.hpp"

namespace neuroglot {

namespace detail {

template <auto free>
struct FreedBy {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};

// What a match needs besides the pattern; one for each thread, because the stack is too dear to make for each text.
struct MatchMemory {
  std::unique_ptr<pcre2_match_data_8, FreedBy<pcre2_match_data_free_8>> data{pcre2_match_data_create_8(1, nullptr)};
  std::unique_ptr<pcre2_match_context_8, FreedBy<pcre2_match_context_free_8>> context{
      pcre2_match_context_create_8(nullptr)};
  std::unique_ptr<pcre2_jit_stack_8, FreedBy<pcre2_jit_stack_free_8>> stack{
      pcre2_jit_stack_create_8(std::size_t{64} << 10, std::size_t{64} << 20, nullptr)};

  MatchMemory() {
    if (!data || !context || !stack) throw error("out of memory: no stack for regular expressions");
    pcre2_jit_stack_assign_8(context.get(), nullptr, stack.get());
  }
};

inline const MatchMemory& match_memory() {
  static thread_local const MatchMemory memory;
  return memory;
}

inline std::string pcre2_message(int code) {
  std::array<unsigned char, 256> text{};
  pcre2_get_error_message_8(code, text.data(), text.size());
  return reinterpret_cast<const char*>(text.data());
}

}  // namespace detail

/// A compiled pattern; matching is const and safe from several threads.
class Pattern {
 public:
  /// `source` in Oniguruma's dialect, as tokenizer.json has it. Throws Error for what can not be carried over to PCRE2.
  static Pattern oniguruma(const std::string& source) {
    using detail::NewCharacterSets;
    // In Oniguruma ^ and $ always match at lines.
    Pattern pattern(source, detail::OnigurumaPattern(source, NewCharacterSets::left_out).translated(),
                    PCRE2_UCP | PCRE2_MULTILINE);
    const std::string full = detail::OnigurumaPattern(source, NewCharacterSets::named).translated();
    pattern.with_new_characters_ = pattern.compile(full, PCRE2_UCP | PCRE2_MULTILINE);
    return pattern;
  }
  /// Matches exactly `text`.
  static Pattern literal(const std::string& text) { return Pattern(text, text, PCRE2_LITERAL); }

  /// Calls found(begin, end) for the matches in order, leftmost first, none inside another. An empty match counts
  /// unless it is where the last one ended. `text` is valid UTF-8. Throws Error when PCRE2 gives up.
  template <class Found>
  void for_each_match(std::string_view text, Found&& found) const {
    const Program& program =
        with_new_characters_.code && detail::has_new_characters(text) ? with_new_characters_ : plain_;
    const detail::MatchMemory& memory = detail::match_memory();
    const std::size_t* const bounds = pcre2_get_ovector_pointer_8(memory.data.get());
    std::size_t last_end = text.size() + 1;  // of the last match; none ends there
    for (std::size_t at = 0; at <= text.size();) {
      if (!match(program, text, at, memory)) return;
      if (bounds[0] == bounds[1] && bounds[1] == last_end) {
        at = last_end < text.size() ? last_end + utf8_length(text[last_end]) : text.size() + 1;
        continue;
      }
      at = last_end = bounds[1];
      found(bounds[0], bounds[1]);
    }
  }

 private:
  struct Program {
    std::unique_ptr<pcre2_code_8, detail::FreedBy<pcre2_code_free_8>> code;
    bool compiled = false;  // else PCRE2 interprets it, more slowly
  };

  Pattern(std::string source, const std::string& translated, std::uint32_t options)
      : source_(std::move(source)), plain_(compile(translated, options)) {}

  Program compile(const std::string& translated, std::uint32_t options) const {
    int code = 0;
    std::size_t offset = 0;
    const std::unique_ptr<pcre2_compile_context_8, detail::FreedBy<pcre2_compile_context_free_8>> context(
        pcre2_compile_context_create_8(nullptr));
    pcre2_set_newline_8(context.get(), PCRE2_NEWLINE_LF);
    Program program;
    program.code.reset(pcre2_compile_8(reinterpret_cast<const unsigned char*>(translated.data()), translated.size(),
                                       options | PCRE2_UTF, &code, &offset, context.get()));
    if (!program.code)
      throw error("the pattern ", detail::quoted(source_), " is not supported: ", detail::pcre2_message(code));
    program.compiled = pcre2_jit_compile_8(program.code.get(), PCRE2_JIT_COMPLETE) == 0;
    return program;
  }

  bool match(const Program& program, std::string_view text, std::size_t from, const detail::MatchMemory& memory) const {
    const auto* const subject = reinterpret_cast<const unsigned char*>(text.data());
    const auto run = program.compiled ? pcre2_jit_match_8 : pcre2_match_8;
    const int result = run(program.code.get(), subject, text.size(), from, PCRE2_NO_UTF_CHECK, memory.data.get(),
                           memory.context.get());
    if (result >= 0) return true;
    if (result == PCRE2_ERROR_NOMATCH) return false;
    throw error("the pattern ", detail::quoted(source_), " gave up on a text of ", text.size(), " bytes after byte ",
                from, ": ", detail::pcre2_message(result));
  }

  std::string source_;
  Program plain_;
  Program with_new_characters_;
};

}  // namespace neuroglot

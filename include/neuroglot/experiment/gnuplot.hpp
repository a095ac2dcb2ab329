/// Draws by gnuplot (gnuplot.info), run as a child process with a script on its standard input.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "neuroglot/core/error.hpp"
#include "neuroglot/io/child_process.hpp"

namespace neuroglot {

/// `text` as a double-quoted gnuplot string. Every byte but letters and blanks is written as an octal escape, so that
/// quotes, back-quotes, macros and line ends inside can not become commands (digits too: gnuplot would take one that
/// follows an escape for a part of it). Control characters become U+FFFD.
inline std::string gnuplot_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ' ') {
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\357\\277\\275";
    } else {
      out += {'\\', static_cast<char>('0' + (byte >> 6)), static_cast<char>('0' + ((byte >> 3) & 7)),
              static_cast<char>('0' + (byte & 7))};
    }
  }
  return out + "\"";
}

/// The same for the text of an axis tic, which gnuplot takes for a printf format.
inline std::string gnuplot_tic(std::string_view text) {
  std::string doubled;
  for (const char c : text) doubled += c == '%' ? "%%" : std::string(1, c);
  return gnuplot_string(doubled);
}

namespace detail {

/// What gnuplot complained about, on one line.
inline std::string gnuplot_complaint(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  const std::size_t first = text.find_first_not_of(' ');
  return first == std::string::npos ? "no message" : text.substr(first, 300);
}

}  // namespace detail

/// Runs a script and returns what gnuplot wrote to its standard output: the picture, where the script sets no output.
/// The user's own gnuplot settings are not read. Throws Error where gnuplot is not installed or refuses the script.
inline std::string run_gnuplot(std::string_view script) {
  // -d: without the user's settings
  ChildResult drawn = run_child({"gnuplot", "-d"}, script, 0, "; on Debian and Ubuntu: apt-get install gnuplot-nox");
  if (drawn.status != 0 || drawn.out.empty())
    throw error("gnuplot drew nothing: ", detail::gnuplot_complaint(drawn.err));
  return std::move(drawn.out);
}

}  // namespace neuroglot

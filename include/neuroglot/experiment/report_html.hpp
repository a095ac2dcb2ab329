/// HTML out of texts: escaping, paragraphs, tables, figures, and the page around them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/experiment/report_css.hpp"
#include "neuroglot/io/utf8_check.hpp"

namespace neuroglot::report {

/// Any bytes as text of a page or an attribute: the five special characters escaped, control characters and what is not
/// UTF-8 as U+FFFD.
inline std::string html(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = neuroglot::detail::utf8_sequence_length(text.substr(at));
    const char c = text[at];
    const bool is_control = (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
    if (length == 0 || is_control)
      out += "\uFFFD";
    else if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (c == '\'')
      out += "&#39;";
    else
      out.append(text, at, length);
    at += length == 0 ? 1 : length;
  }
  return out;
}

/// The functions below take HTML that is escaped already, but for names that end in `_text`.
inline std::string element(std::string_view tag, std::string_view content, std::string_view kind = "") {
  std::string out = "<" + std::string(tag);
  if (!kind.empty()) out += " class=\"" + std::string(kind) + "\"";
  return out.append(">").append(content).append("</").append(tag).append(">\n");
}

inline std::string section(std::string_view heading_text, std::string_view content) {
  return element("section", element("h2", html(heading_text)) + std::string(content));
}

/// The caption begins with the figure's number.
inline std::string figure(std::string_view svg, int number, std::string_view title_text, std::string_view caption) {
  std::string picture(svg);
  picture.insert(picture.find("<svg") + 4, " role=\"img\" aria-label=\"" + html(title_text) + "\"");
  return element("figure",
                 element("div", picture, "picture") +
                     element("figcaption", "<b>Figure " + std::to_string(number) + ".</b> " + std::string(caption)));
}

struct HtmlCell {
  std::string content;
  bool is_own = false;  ///< set off by its colour: where row and column are of one language

  HtmlCell(const char* html_content) : content(html_content) {}
  HtmlCell(std::string html_content, bool own = false) : content(std::move(html_content)), is_own(own) {}
};

/// The first column names the rows.
struct HtmlTable {
  std::string caption;
  std::vector<std::string> head;
  std::vector<std::vector<HtmlCell>> rows;
};

inline std::string to_html(const HtmlTable& table) {
  std::string head, body;
  for (const std::string& cell : table.head) head += "<th scope=\"col\">" + cell + "</th>";
  for (const std::vector<HtmlCell>& row : table.rows) {
    body += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i)
      body += i == 0 ? "<th scope=\"row\">" + row[i].content + "</th>"
                     : (row[i].is_own ? "<td class=\"own\">" : "<td>") + row[i].content + "</td>";
    body += "</tr>\n";
  }
  const std::string caption = table.caption.empty() ? "" : element("caption", table.caption);
  return element("div",
                 element("table", caption + "<thead><tr>" + head + "</tr></thead>\n<tbody>\n" + body + "</tbody>"),
                 "scroll");
}

/// A whole document, which loads nothing from elsewhere and runs no script (the policy in its head forbids both).
inline std::string page(std::string_view title_text, std::string_view body) {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
         html(title_text) + "</title>\n<style>\n" + std::string(page_style) + "</style>\n</head>\n<body>\n<main>\n" +
         std::string(body) + "</main>\n</body>\n</html>\n";
}

}  // namespace neuroglot::report

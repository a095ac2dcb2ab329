/// Reads numbers of languages from a JSON object, from lines of a language and a number in either order, or from the
/// columns of a TSV or CSV. (the five files of wiki2018_sizes; tables of P@1)
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/facts/language_numbers.hpp"
#include "neuroglot/io/json.hpp"
#include "neuroglot/io/line_reader.hpp"
#include "neuroglot/io/utf8_check.hpp"

namespace neuroglot {

namespace detail {

/// The finite number that the whole text is.
inline std::optional<double> number_in(std::string_view text) {
  double value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

/// Cells between tabs, or else commas, or else white space; blanks around them are not theirs.
inline std::vector<std::string> cells_of(std::string_view line) {
  constexpr std::string_view blanks = " \t\r";
  const bool by_tab = line.find('\t') != std::string_view::npos, by_comma = line.find(',') != std::string_view::npos;
  const std::string_view between = by_tab ? "\t" : by_comma ? "," : blanks;
  std::vector<std::string> cells;
  for (std::size_t at = 0; at <= line.size();) {
    const std::size_t end = std::min(line.find_first_of(between, at), line.size());
    std::string_view cell = line.substr(at, end - at);
    while (!cell.empty() && blanks.find(cell.front()) != std::string_view::npos) cell.remove_prefix(1);
    while (!cell.empty() && blanks.find(cell.back()) != std::string_view::npos) cell.remove_suffix(1);
    if (!cell.empty() || between != blanks) cells.emplace_back(cell);
    at = end + 1;
  }
  return cells;
}

/// Gathers what is read; refuses a second number of a language and one below 0.
class NumberColumns {
 public:
  explicit NumberColumns(std::string source) : source_(std::move(source)) {}

  std::size_t add_column(std::string name) {
    columns_.push_back({std::move(name), source_, {}});
    return columns_.size() - 1;
  }
  void add(std::size_t column, const std::string& language, double value, const std::string& place) {
    if (language.empty()) throw error(place, ": a number without a language");
    if (value < 0) throw error(place, ": ", shown(value), " for ", language, " is below 0");
    if (columns_[column].of(language)) throw error(place, ": the language ", in_quotes(language), " was there before");
    columns_[column].values.emplace_back(language, value);
  }
  std::vector<LanguageNumbers> take() {
    std::erase_if(columns_, [](const LanguageNumbers& column) { return column.values.empty(); });
    if (columns_.empty()) throw error(source_, ": holds no number of a language");
    return std::move(columns_);
  }

 private:
  static std::string shown(double value) { return text_of(value); }
  std::string source_;
  std::vector<LanguageNumbers> columns_;
};

/// The lines below a head with names.
class NumberTable {
 public:
  NumberTable(std::vector<std::string> head, const std::string& place, NumberColumns& columns)
      : head_(std::move(head)), columns_(&columns), column_(head_.size()) {
    constexpr std::array<std::string_view, 3> names = {"language", "lang", "code"};
    const auto is_language = [&](const std::string& cell) { return std::ranges::find(names, cell) != names.end(); };
    language_ = static_cast<std::size_t>(std::ranges::find_if(head_, is_language) - head_.begin());
    if (language_ == head_.size())
      throw error(place, ": neither a language with a number nor a head with a column called language, lang or code");
  }

  /// A column is one of numbers where its first cell that is not empty is a number; others are texts.
  void add(const std::vector<std::string>& cells, const std::string& place) {
    if (cells.size() != head_.size())
      throw error(place, ": ", cells.size(), " cells below ", head_.size(), " names of columns",
                  std::ranges::any_of(cells, [](auto& cell) { return cell.starts_with('"'); })
                      ? " (cells in quotes are not read)"
                      : "");
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i == language_ || cells[i].empty() || is_text(i)) continue;
      const std::optional<double> value = number_in(cells[i]);
      if (!value && column_[i])
        throw error(place, ": ", in_quotes(cells[i]), " under ", in_quotes(head_[i]), " is not a number");
      if (!column_[i]) column_[i] = value ? columns_->add_column(head_[i]) : text;
      if (value) columns_->add(*column_[i], cells[language_], *value, place);
    }
  }

 private:
  static constexpr std::size_t text = ~std::size_t{0};
  bool is_text(std::size_t i) const { return column_[i] == text; }

  std::vector<std::string> head_;
  NumberColumns* columns_;
  std::vector<std::optional<std::size_t>> column_;
  std::size_t language_ = 0;
};

inline void read_number_object(const std::filesystem::path& path, NumberColumns& columns) {
  const nlohmann::json object = read_json(path);
  columns.add_column(path.stem().string());
  for (const auto& [language, value] : object.items()) {
    if (!value.is_number() || !std::isfinite(value.get<double>()))
      throw error(path.string(), ": ", in_quotes(language), ": is ", value.type_name(), ", a number was expected");
    columns.add(0, language, value.get<double>(), path.string());
  }
}

inline void read_number_lines(LineReader& lines, std::string line, NumberColumns& columns) {
  const std::vector<std::string> first = cells_of(line);
  const auto is_number = [](const std::string& cell) { return number_in(cell).has_value(); };
  if (std::ranges::none_of(first, is_number)) {
    NumberTable table(first, lines.place(), columns);
    while (lines.next(line))
      if (!is_white_space(line)) table.add(cells_of(line), lines.place());
    return;
  }
  columns.add_column(lines.path().stem().string());
  do {
    if (is_white_space(line)) continue;
    const std::vector<std::string> cells = cells_of(line);
    const std::size_t number = cells.size() == 2 && is_number(cells[0]) ? 0 : 1;
    if (cells.size() != 2 || !is_number(cells[number]) || is_number(cells[1 - number]))
      throw error(lines.place(), ": a language and a number expected, in either order");
    columns.add(0, cells[1 - number], *number_in(cells[number]), lines.place());
  } while (lines.next(line));
}

}  // namespace detail

/// Every column of numbers that the file has; one without a name is called by the file's. Throws Error naming file and
/// line for what can not be meant: a second number of a language, one that is negative or not finite, a cell that is
/// none.
inline std::vector<LanguageNumbers> read_language_numbers(const std::filesystem::path& path) {
  detail::NumberColumns columns(path.string());
  LineReader lines(path);
  std::string line;
  while (lines.next(line) && is_white_space(line)) {
  }
  if (line.find_first_not_of(" \t") != std::string::npos && line[line.find_first_not_of(" \t")] == '{')
    detail::read_number_object(path, columns);
  else if (!is_white_space(line))
    detail::read_number_lines(lines, line, columns);
  return columns.take();
}

}  // namespace neuroglot

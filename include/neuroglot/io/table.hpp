/// A small table: named columns, rows of text, whole and real numbers; written as TSV or as JSON.
#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/io/atomic_file.hpp"
#include "neuroglot/io/json.hpp"

namespace neuroglot {

using Cell = std::variant<std::string, double, std::int64_t>;

/// The shortest decimal text that reads back as exactly this number ("0.1", "1e-300", "nan").
inline std::string shortest_text(double value) {
  std::array<char, 32> text;
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

namespace detail {

template <class Value>
Cell cell(const Value& value) {
  if constexpr (std::integral<Value>) {
    static_assert(!std::is_same_v<Value, bool> && !std::is_same_v<Value, char>, "write a bool or a char as text");
    if (!std::in_range<std::int64_t>(value))
      throw error("table: the value ", value, " does not fit into 64 bits with a sign");
    return static_cast<std::int64_t>(value);
  } else if constexpr (std::floating_point<Value>) {
    return static_cast<double>(value);
  } else {
    return std::string(std::string_view(value));
  }
}

/// Tabs and line ends would break the table: they, and the backslash, are written as \t \n \r and \\.
inline void append_tsv(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '\t')
      out += "\\t";
    else if (c == '\n')
      out += "\\n";
    else if (c == '\r')
      out += "\\r";
    else if (c == '\\')
      out += "\\\\";
    else
      out += c;
  }
}

inline void append_tsv(std::string& out, const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell))
    append_tsv(out, std::string_view(*text));
  else if (const auto* real = std::get_if<double>(&cell))
    out += shortest_text(*real);
  else
    out += std::to_string(std::get<std::int64_t>(cell));
}

}  // namespace detail

/// Usage: Table table({"language", "ppl"}); table.add("fr", 7.25); write_tsv("ppl.tsv", table);
class Table {
 public:
  /// Throws Error where there is no column or two have the same name.
  explicit Table(std::vector<std::string> columns) : columns_(std::move(columns)) {
    if (columns_.empty()) throw error("table: no column");
    std::set<std::string_view> seen;
    for (const std::string& column : columns_)
      if (!seen.insert(column).second) throw error("table: two columns are called ", in_quotes(column));
  }

  /// A row of text, integers and floating-point numbers, one for each column.
  template <class... Values>
  void add(const Values&... cells) {
    add_row({detail::cell(cells)...});
  }
  void add_row(std::vector<Cell> row) {
    if (row.size() != columns_.size())
      throw error("table: a row of ", row.size(), " cells under ", columns_.size(), " columns");
    rows_.push_back(std::move(row));
  }

  const std::vector<std::string>& columns() const { return columns_; }
  const std::vector<std::vector<Cell>>& rows() const { return rows_; }

 private:
  std::vector<std::string> columns_;
  std::vector<std::vector<Cell>> rows_;
};

/// A line of column names, then a line a row, cells separated by tabs; tabs, line ends and backslashes inside escaped.
inline std::string to_tsv(const Table& table) {
  std::string out;
  for (std::size_t i = 0; i < table.columns().size(); ++i) {
    if (i != 0) out += '\t';
    detail::append_tsv(out, std::string_view(table.columns()[i]));
  }
  out += '\n';
  for (const std::vector<Cell>& row : table.rows()) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i != 0) out += '\t';
      detail::append_tsv(out, row[i]);
    }
    out += '\n';
  }
  return out;
}

/// A JSON array with an object a row, its keys in the order of the columns. JSON has no infinity and no NaN: they
/// become null. Throws Error where a text is not valid UTF-8.
inline std::string to_json(const Table& table) {
  nlohmann::ordered_json array = nlohmann::ordered_json::array();
  for (const std::vector<Cell>& row : table.rows()) {
    nlohmann::ordered_json object = nlohmann::ordered_json::object();
    for (std::size_t i = 0; i < row.size(); ++i)
      std::visit([&](const auto& value) { object[table.columns()[i]] = value; }, row[i]);
    array.push_back(std::move(object));
  }
  try {
    return array.dump(1) + "\n";
  } catch (const nlohmann::json::exception& failure) {
    throw error("table: ", detail::json_reason(failure));
  }
}

/// Files that are whole or absent (AtomicFile); throw Error naming the path and the reason.
inline void write_tsv(const std::filesystem::path& path, const Table& table) {
  write_file(path, to_tsv(table));
}
inline void write_json(const std::filesystem::path& path, const Table& table) {
  write_file(path, to_json(table));
}

}  // namespace neuroglot

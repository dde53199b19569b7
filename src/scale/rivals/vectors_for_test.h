// Test tables of other projects, kept beside the checkout: reading their rows.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "core/text.h"

namespace headroom::rivals {

using Row = std::vector<std::string>;

/// HEADROOM_SOURCE is defined for the tests that include this.
inline std::filesystem::path vectors_file(const std::string& name) {
  return std::filesystem::path(HEADROOM_SOURCE) / ".." / "shared" / "vectors" / name;
}

inline std::string vectors_text(const std::string& name) {
  std::ifstream in(vectors_file(name));
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// The rows of a table; lines that start with '#' are comments.
inline std::vector<Row> vectors_rows(const std::string& name) {
  std::vector<Row> rows;
  const std::string text = vectors_text(name);
  for (const std::string_view line : split(text, '\n')) {
    if (line.empty() || line.starts_with('#')) continue;
    Row& row = rows.emplace_back();
    for (const std::string_view cell : split(line, '\t')) row.emplace_back(cell);
  }
  return rows;
}

inline std::string joined(const Row& row) {
  std::string text;
  for (const std::string& cell : row) text += (text.empty() ? "" : " | ") + cell;
  return text;
}

/// A comma list; "-" is the empty one.
inline std::vector<std::string> listed(const std::string& cell) {
  if (cell == "-") return {};
  std::vector<std::string> items;
  for (const std::string_view item : split(cell, ',')) items.emplace_back(item);
  return items;
}

}  // namespace headroom::rivals

/// Ends a test where the tables are not there.
#define SKIP_WITHOUT_VECTORS(name)                                                               \
  if (!std::filesystem::exists(::headroom::rivals::vectors_file(name)))                          \
  GTEST_SKIP() << "the tables of other projects are not beside the checkout: ../shared/vectors/" \
               << (name)

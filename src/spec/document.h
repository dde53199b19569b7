// A YAML file as a plain tree that remembers lines. What surprises people in YAML is refused:
// duplicate keys, anchors, aliases, merge keys, tags, tabs, several documents.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "spec/problem.h"

namespace headroom::spec {

constexpr std::size_t file_bytes_max = 1 << 20;
constexpr std::size_t document_depth_max = 16;
constexpr std::size_t document_values_max = 100'000;

struct Entry;

struct Value {
  enum class Kind { nothing, text, list, map };
  Kind kind = Kind::nothing;
  int line = 1;
  std::string text;
  std::vector<Value> items;
  std::vector<Entry> entries;  // in the order of the file, keys unique

  [[nodiscard]] const Entry* find(std::string_view key) const;
};

struct Entry {
  std::string key;
  int line = 1;
  Value value;
};

/// The tree of `text`. Duplicate keys are added to `problems` and the first one counts.
[[nodiscard]] std::expected<Value, Problem> read_document(std::string_view text,
                                                          Problems& problems);

}  // namespace headroom::spec

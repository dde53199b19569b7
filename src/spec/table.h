// One table per struct of the configuration: it parses, names unknown keys and writes the docs.
#pragma once

#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/text.h"
#include "spec/reader.h"

namespace headroom::spec {

struct Section;

/// One key, as the reference shows it.
struct Row {
  std::string key = {};
  std::string type = {};
  std::string fallback = {};  // the default in words; "required" when there is none
  std::string allowed = {};
  std::string meaning = {};
  bool required = false;
  const Section* below = nullptr;  // the table of a nested map
};

/// A map of the file, without its C++ type.
struct Section {
  std::string title;  // "services.NAME.replicas"
  std::string intro;
  std::vector<Row> rows;
  std::vector<std::pair<std::string, std::string>> later;  // planned key → what to do today
};

/// Notes unknown and missing keys; false when `at` is not a map.
[[nodiscard]] bool read_keys(const At& at, const Section& section);

/// The declaration of struct T: each call adds a key. Defaults shown are T's own.
template <class T>
class Table : public Section {
 public:
  using Reader = std::function<void(const At&, T&)>;

  Table(std::string name, std::string about) {
    title = std::move(name);
    intro = std::move(about);
  }

  /// Fills `out` from the map at `at`; false when anything in it is wrong.
  bool read(const At& at, T& out) const {
    if (!read_keys(at, *this)) return false;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const At child = at.child(rows[i].key);
      if (child.present()) readers_[i](child, out);
    }
    return at.sound();
  }

  Table& custom(Row row, Reader reader) {
    rows.push_back(std::move(row));
    readers_.push_back(std::move(reader));
    return *this;
  }

  Table& duration(std::string key, Duration T::* member, Range<Duration> range,
                  std::string meaning) {
    const Duration initial = T{}.*member;
    const std::string shown =
        initial == Duration{} && !range.zero.empty() ? std::string("0") : format_duration(initial);
    return custom({std::move(key), "duration", shown, describe(range), std::move(meaning)},
                  [=](const At& at, T& out) { set(out.*member, read_duration(at, range)); });
  }

  Table& integer(std::string key, int T::* member, Range<std::int64_t> range, std::string meaning) {
    return custom({std::move(key), "whole number", std::to_string(T{}.*member), describe(range),
                   std::move(meaning)},
                  [=](const At& at, T& out) { set(out.*member, read_integer(at, range)); });
  }

  /// `member` is a double, or an optional one that nothing is written for.
  template <class Number>
  Table& number(std::string key, Number T::* member, Range<double> range, std::string fallback,
                std::string meaning) {
    return custom(
        {std::move(key), "number", std::move(fallback), describe(range), std::move(meaning)},
        [=](const At& at, T& out) { set(out.*member, read_number(at, range)); });
  }

  Table& share(std::string key, double T::* member, Range<double> range, std::string meaning) {
    return custom({std::move(key), "share", format_share(T{}.*member), describe_shares(range),
                   std::move(meaning)},
                  [=](const At& at, T& out) { set(out.*member, read_share(at, range)); });
  }

  Table& bytes(std::string key, std::int64_t T::* member, Range<std::int64_t> range,
               std::string meaning) {
    const std::int64_t initial = T{}.*member;
    return custom({std::move(key), "size", initial == 0 ? "0" : format_bytes(initial),
                   describe_bytes(range), std::move(meaning)},
                  [=](const At& at, T& out) { set(out.*member, read_bytes(at, range)); });
  }

  /// One of a few words, each with its value.
  template <class Choice>
  Table& choice(std::string key, Choice T::* member,
                std::vector<std::pair<std::string_view, Choice>> choices, std::string meaning) {
    std::string allowed;
    std::string fallback;
    for (const auto& [word, value] : choices) {
      allowed += (allowed.empty() ? "" : ", ") + std::string(word);
      if (value == T{}.*member) fallback = word;
    }
    return custom({std::move(key), "word", fallback, allowed, std::move(meaning)},
                  [=](const At& at, T& out) {
                    const auto text = at.text(allowed);
                    if (!text) return;
                    for (const auto& [word, value] : choices)
                      if (word == *text) return void(out.*member = value);
                    at.refuse(allowed);
                  });
  }

  /// A nested map with its own table.
  template <class Inner>
  Table& section(std::string key, Inner T::* member, const Table<Inner>& table,
                 std::string meaning) {
    return custom({.key = std::move(key),
                   .type = "map",
                   .fallback = "its defaults",
                   .allowed = "",
                   .meaning = std::move(meaning),
                   .below = &table},
                  [=, &table](const At& at, T& out) { (void)table.read(at, out.*member); });
  }

  /// The key just added must be written.
  Table& required() {
    rows.back().required = true;
    rows.back().fallback = "required";
    return *this;
  }

  /// A key of the design that is not built yet: refused with what to do today.
  Table& not_yet(std::string key, std::string advice) {
    later.emplace_back(std::move(key), std::move(advice));
    return *this;
  }

 private:
  template <class Member, class Read>
  static void set(Member& member, const std::optional<Read>& value) {
    if (!value) return;
    if constexpr (std::is_arithmetic_v<Member>)
      member = static_cast<Member>(*value);
    else
      member = *value;
  }

  std::vector<Reader> readers_;
};

}  // namespace headroom::spec

// Where the reading of a file stands: one value, its path and line, and how to complain about it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "spec/document.h"
#include "spec/load.h"
#include "spec/problem.h"

namespace headroom::spec {

/// Shared by everything that reads one file.
struct Input {
  const Environment& environment;
  Problems problems = {};
};

/// Part of a scalar: as it is written, or what `${NAME}` or `$${` stands for. Such data is inserted
/// and never read again, so that no value can mean something to headroom.
struct Stretch {
  std::string text;
  bool data = false;
};

/// A place in the file. The value may be absent: then the line is that of what encloses it.
class At {
 public:
  At(const Value* value, std::string path, int line, Input& input)
      : value_(value), path_(std::move(path)), line_(line), input_(&input) {}

  [[nodiscard]] bool present() const { return value_ != nullptr; }
  [[nodiscard]] const Value& value() const { return *value_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] int line() const { return line_; }
  [[nodiscard]] Input& input() const { return *input_; }

  [[nodiscard]] At child(std::string_view key) const;
  [[nodiscard]] At item(std::size_t index) const;

  void problem(std::string message) const;
  /// "found …, allowed …"
  void refuse(std::string_view allowed) const;
  /// What is written here, `${NAME}` not replaced: "'abc'", "a list".
  [[nodiscard]] std::string found() const;
  /// The scalar as written, or `otherwise` when there is none.
  [[nodiscard]] std::string written(std::string otherwise) const;
  /// No problem at or below this place so far.
  [[nodiscard]] bool sound() const { return !input_->problems.any_below(path_); }

  [[nodiscard]] bool is(Value::Kind kind) const {
    return value_ != nullptr && value_->kind == kind;
  }
  /// The scalar with `${NAME}` replaced; otherwise the problem is noted.
  [[nodiscard]] std::optional<std::string> text(std::string_view allowed) const;
  /// `raw` with `${NAME}` replaced, or the problem noted. Values are never shown: they may be
  /// secrets.
  [[nodiscard]] std::optional<std::vector<Stretch>> substitute(std::string_view raw) const;

 private:
  /// What `${…}` with this inside stands for, or the problem noted.
  [[nodiscard]] std::optional<std::string> variable(std::string_view inside, bool closed) const;

  const Value* value_;
  std::string path_;
  int line_;
  Input* input_;
};

template <class T>
struct Range {
  T min;
  T max;
  std::string_view zero = {};  // what 0 means, where 0 is allowed though below `min`
  std::optional<T> none = {};  // what the word `none` stands for, where it is allowed
};

/// "1ms to 1h, or 0 (no limit)"
[[nodiscard]] std::string describe(const Range<Duration>& range);
[[nodiscard]] std::string describe(const Range<double>& range);
[[nodiscard]] std::string describe(const Range<std::int64_t>& range);
[[nodiscard]] std::string describe_shares(const Range<double>& range);
[[nodiscard]] std::string describe_bytes(const Range<std::int64_t>& range);

// Each gives the value, or notes the problem and gives nothing.
[[nodiscard]] std::optional<Duration> read_duration(const At& at, const Range<Duration>& range);
[[nodiscard]] std::optional<std::int64_t> read_integer(const At& at,
                                                       const Range<std::int64_t>& range);
[[nodiscard]] std::optional<double> read_number(const At& at, const Range<double>& range);
[[nodiscard]] std::optional<double> read_share(const At& at, const Range<double>& range);
[[nodiscard]] std::optional<std::int64_t> read_bytes(const At& at,
                                                     const Range<std::int64_t>& range);
[[nodiscard]] std::optional<bool> read_flag(const At& at);
/// A path in the file system, as written.
[[nodiscard]] std::optional<std::string> read_path(const At& at);

/// Each text of the list at `at` that `accepts`; `allowed` says what that is.
[[nodiscard]] std::vector<std::string> read_texts(const At& at, std::size_t count_max,
                                                  std::string_view allowed,
                                                  bool (*accepts)(std::string_view));

/// `name` as part of a path in a message: shortened, quoted when it is not a plain word.
[[nodiscard]] std::string join_path(std::string_view path, std::string_view key);

/// "unknown key; did you mean 'objective'? Allowed: objective, routes"
[[nodiscard]] std::string unknown_name(std::string_view what, std::string_view name,
                                       const std::vector<std::string_view>& known);

}  // namespace headroom::spec

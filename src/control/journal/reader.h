// Reads a journal, also while headroom is writing it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "control/journal/journal.h"
#include "control/journal/sqlite.h"
#include "core/result.h"

namespace headroom::control {

struct StoredTick {
  std::int64_t id = 0;
  std::int64_t run = 0;  // which process wrote it
  scale::Observations seen;
  ServiceDecisions decisions;
  std::optional<Checkpoint> checkpoint;
  bool after_loss = false;  // ticks before it are missing
};

/// A time span of wall clock; the ends are part of it.
struct Span {
  WallTime from = WallTime::min();
  WallTime to = WallTime::max();
};

class JournalReader {
 public:
  /// Ticks taken in one read transaction, so that a long reading never holds back the writer.
  static constexpr int chunk = 256;

  /// Fails when the file is missing, is no journal or is of a newer format.
  [[nodiscard]] static Result<JournalReader> open(const std::string& path);

  struct Extent {
    std::int64_t ticks = 0;
    WallTime first{};
    WallTime last{};
  };
  [[nodiscard]] Result<Extent> extent();

  /// Visits the ticks within `span` in the order they were written, until `visit` fails.
  /// `from_checkpoint`: begins already at the last checkpoint before it.
  [[nodiscard]] Result<> each(const Span& span, bool from_checkpoint,
                              const std::function<Result<>(StoredTick&&)>& visit);

  /// Visits the last tick with a checkpoint and all after it; none when there is no checkpoint.
  [[nodiscard]] Result<> each_since_checkpoint(const std::function<Result<>(StoredTick&&)>& visit);

  /// The last tick at or before `at`.
  [[nodiscard]] Result<std::optional<StoredTick>> at(WallTime at);

  /// The last tick at or before `at` in which the number wanted for `service` became another one;
  /// the first one where it never did.
  [[nodiscard]] Result<std::optional<StoredTick>> last_change(const std::string& service,
                                                              WallTime at);

  /// The tick that the same run decided before `tick`.
  [[nodiscard]] Result<std::optional<StoredTick>> before(const StoredTick& tick);

  /// The policy in force at `tick`, when a checkpoint tells.
  [[nodiscard]] Result<std::optional<scale::Policy>> policy_at(const StoredTick& tick);

  /// Gaps that touch `span`.
  [[nodiscard]] Result<std::vector<Gap>> gaps(const Span& span);

 private:
  JournalReader(std::string path, sqlite::Connection connection)
      : path_(std::move(path)), connection_(std::move(connection)) {}

  [[nodiscard]] Result<> each_from(std::int64_t id, const Span& span,
                                   const std::function<Result<>(StoredTick&&)>& visit);
  [[nodiscard]] Result<std::vector<StoredTick>> read(std::int64_t from_id, const Span& span);
  [[nodiscard]] Result<std::optional<StoredTick>> one(sqlite::Statement& rows) const;
  [[nodiscard]] Result<StoredTick> tick_of(const sqlite::Statement& row) const;

  std::string path_;
  sqlite::Connection connection_;
};

}  // namespace headroom::control

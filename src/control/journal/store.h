// The journal's file: its tables, one transaction a tick, and what keeps it within its size.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "control/journal/sqlite.h"
#include "core/result.h"
#include "core/time.h"

namespace headroom::control {

struct JournalOptions {
  std::int64_t max_bytes = 256 << 20;  // of the file; its write-ahead log may add wal_bytes_max
  Duration retention = std::chrono::hours(7 * 24);
};

/// A time in which the journal could not be written.
struct Gap {
  WallTime from;
  WallTime to;
  std::int64_t lost = 0;  // ticks that are missing; 0 when all were written late
  std::string reason;

  bool operator==(const Gap&) const = default;
};

/// Policy, model and state as they were before the tick they stand with was decided.
struct CheckpointRow {
  std::string reason;  // "start", "reload", "gap", "periodic"
  std::string policy;  // these three as JSON
  std::string model;
  std::string state;
};

/// One tick as it is stored.
struct TickRow {
  WallTime wall;
  std::string seen;     // Observations as JSON
  std::string decided;  // a list of ServiceDecision as JSON
  std::optional<CheckpointRow> checkpoint;
  std::optional<Gap> gap;  // ends with this tick
};

/// Writes the file. Used by one thread at a time. docs/formats/journal.md describes the tables.
class Store {
 public:
  static constexpr int format_version = 1;
  static constexpr std::int64_t page_bytes = 4096;
  static constexpr std::int64_t max_bytes_least = 1 << 20;
  static constexpr std::int64_t wal_bytes_max = 2 << 20;
  /// Old ticks deleted in one transaction at most, so that no tick pays for a long past.
  static constexpr int trimmed_at_once = 64;

  /// Creates the file when it is missing. `run` tells one process's ticks from another's.
  /// Fails with ErrorCode::invalid when the file is something else or of a newer format. A journal
  /// whose content is broken is renamed to "<path>.damaged", and a new one begun; see note().
  [[nodiscard]] static Result<Store> open(const std::string& path, const JournalOptions& options,
                                          std::int64_t run);

  /// What is worth telling about the opening; empty: nothing.
  [[nodiscard]] const std::string& note() const { return note_; }

  /// One transaction: the tick with what belongs to it, and the removal of what is too old or too
  /// much. After an error nothing of it is stored and the same row can be tried again.
  [[nodiscard]] Result<> write(const TickRow& row, const std::optional<Gap>& outage);

  /// Makes what was written survive a loss of power.
  [[nodiscard]] Result<> sync() { return connection_.sync_log(); }

 private:
  struct Statements {
    sqlite::Statement begin, commit, tick, checkpoint, gap, used, trim_old, trim_much, drop_points,
        drop_gaps;
    [[nodiscard]] static Result<Statements> prepare(sqlite::Connection& connection);
  };
  Store(sqlite::Connection connection, Statements statements, const JournalOptions& options,
        std::int64_t run)
      : connection_(std::move(connection)),
        statements_(std::move(statements)),
        options_(options),
        run_(run) {}

  [[nodiscard]] static Result<Store> open_file(const std::string& path,
                                               const JournalOptions& options, std::int64_t run,
                                               bool& damaged);
  [[nodiscard]] Result<> write_rows(const TickRow& row, const std::optional<Gap>& outage);
  [[nodiscard]] Result<> trim(WallTime now);
  [[nodiscard]] Result<> shrink();

  sqlite::Connection connection_;
  Statements statements_;
  JournalOptions options_;
  std::int64_t run_ = 0;
  std::string note_;
};

}  // namespace headroom::control

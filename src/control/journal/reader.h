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
  std::int64_t run = 0;       // which process wrote it
  std::int64_t previous = 0;  // the tick that the same process wrote before; 0: none
  scale::Observations seen;
  ServiceDecisions
      decisions;             // only the number where number and rules are those of the tick before
  std::uint64_t digest = 0;  // of the decisions with all their reasons; see digest_of()
  std::optional<Checkpoint> checkpoint;
  bool after_loss = false;  // ticks before it are missing
};

/// What was learned of a service, by the last checkpoint that has it.
struct StoredPart {
  std::string service;
  WallTime wall;  // the tick before which it was so
  scale::ServiceModel model;
  scale::ServiceState state;
};

/// A time span of wall clock; the ends are part of it.
struct Span {
  WallTime from = WallTime::min();
  WallTime to = WallTime::max();
};

class JournalReader {
 public:
  /// Ticks taken in one read transaction, so that a long reading never holds back the writer.
  static constexpr std::int64_t chunk = 256;

  /// Fails when the file is missing, is no journal or is of another format.
  [[nodiscard]] static Result<JournalReader> open(const std::string& path);

  /// Of the ticks that can be read: what stands before the first whole one is being removed.
  struct Extent {
    std::int64_t ticks = 0;
    WallTime first{};
    WallTime last{};
  };
  [[nodiscard]] Result<Extent> extent();

  /// What was simulated, in words; empty where it is the journal of a live headroom.
  [[nodiscard]] Result<std::string> simulation();

  /// Visits the ticks within `span` in the order they were written, until `visit` fails.
  /// `from_checkpoint`: begins already at the last checkpoint of all services before it.
  [[nodiscard]] Result<> each(const Span& span, bool from_checkpoint,
                              const std::function<Result<>(StoredTick&&)>& visit);

  /// Visits the tick at which the last complete round of checkpoints began and all after it; none
  /// when there is no such tick.
  [[nodiscard]] Result<> each_since_checkpoint(const std::function<Result<>(StoredTick&&)>& visit);

  /// What was learned of each service, whatever ticks are left.
  [[nodiscard]] Result<std::vector<StoredPart>> parts();

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

  class Walk;
  [[nodiscard]] Result<> each_from(std::int64_t first, const Span& span,
                                   const std::function<Result<>(StoredTick&&)>& visit);
  [[nodiscard]] Result<std::optional<StoredTick>> tick(std::int64_t id);
  [[nodiscard]] Result<std::int64_t> find(std::string_view sql, std::int64_t value);
  [[nodiscard]] Result<std::int64_t> whole_before(std::int64_t id);

  std::string path_;
  sqlite::Connection connection_;
};

}  // namespace headroom::control

// The record of every tick, written by a thread of its own; the controller never waits for a disk.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "control/journal/codec.h"
#include "control/journal/rows.h"
#include "control/journal/store.h"
#include "core/result.h"
#include "core/time.h"

namespace headroom::control {

/// A tick's place in the queue; 0 is a tick that was lost.
using Ticket = std::uint64_t;

/// Used by the control thread. What cannot be written waits in a queue of `queue_limit` ticks and
/// is tried again; beyond that, ticks are lost and counted, and a gap is marked once it heals.
class Journal {
 public:
  static constexpr std::size_t queue_limit = 64;  // ticks
  static constexpr Duration checkpoint_every = std::chrono::minutes(10);
  /// Where so little is kept that ticks go before the next one would come.
  static constexpr Duration checkpoint_every_least = std::chrono::minutes(1);
  static constexpr int rounds_in_retention = 4;
  static constexpr Duration retry_every = std::chrono::milliseconds(250);

  /// Starts the writer. A full disk is no error here: the journal begins unhealthy and heals.
  /// `now` names the run and must differ from that of every other run in this file.
  [[nodiscard]] static Result<std::unique_ptr<Journal>> open(std::string path,
                                                             const JournalOptions& options,
                                                             WallTime now);
  /// Writes what is queued, unless the disk refuses.
  ~Journal();

  /// Why a round of checkpoints must begin with the next tick ("start", "gap", "periodic"), or
  /// nothing. A reload needs a checkpoint too; that, only the caller knows.
  [[nodiscard]] std::optional<std::string_view> checkpoint_due(Instant now) const;

  /// Hands the tick to the writer. Takes a lock for the length of a move and never waits for the
  /// disk. Encoding, too, is the writer's work.
  Ticket record(scale::Observations seen, ServiceDecisions decisions,
                std::optional<Checkpoint> checkpoint = std::nullopt);

  /// Whether the tick was committed, waiting for that at most `limit`.
  [[nodiscard]] bool wait_committed(Ticket ticket, Duration limit);

  /// False from a failed write until everything queued is written: then raise, but do not lower.
  [[nodiscard]] bool healthy() const;

  struct Status {
    bool healthy = true;
    std::string problem;        // the last failure, for people; empty when healthy
    std::string cramped;        // why what was learned is not stored at present; empty: it is
    std::uint64_t written = 0;  // ticks
    std::uint64_t lost = 0;     // ticks, since the start
    std::size_t queued = 0;     // ticks
    std::string note;           // what is worth telling about the opening; empty: nothing
  };
  [[nodiscard]] Status status() const;

 private:
  class Writer;
  explicit Journal(std::unique_ptr<Writer> writer);
  std::unique_ptr<Writer> writer_;
};

}  // namespace headroom::control

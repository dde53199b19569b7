// One run's ticks as rows of the journal, a row for each service in which something changed, and
// back. docs/formats/journal.md says what each row holds.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/journal/codec.h"
#include "core/result.h"
#include "core/time.h"
#include "scale/decision.h"
#include "scale/model.h"
#include "scale/observation.h"
#include "scale/state.h"

namespace headroom::control {

/// A time in which the journal could not be written.
struct Gap {
  WallTime from;
  WallTime to;
  std::int64_t lost = 0;  // ticks that are missing; 0 when all were written late
  std::string reason;

  bool operator==(const Gap&) const = default;
};

/// What the next tick is decided from, of all services or of some. Taken before learning and
/// deciding. A round of these, over some ticks, has each service once; see checkpoint_round.h.
struct Checkpoint {
  std::string reason;  // of a round that begins: "start", "reload", "gap", "periodic"; else empty
  std::optional<scale::Policy> policy;  // with a reason
  scale::Model model;
  scale::State state;
  bool complete = true;  // the round ends with it
};

/// A reload begins none: it is of the services that it adds.
[[nodiscard]] inline bool begins_round(std::string_view reason) {
  return !reason.empty() && reason != "reload";
}

/// One service's part of a checkpoint, as JSON.
struct PartRow {
  std::string service;
  std::string model;
  std::string state;
};

struct CheckpointRow {
  std::string reason;
  std::string policy;  // JSON; empty: as before
  std::vector<PartRow> parts;
  bool complete = true;
};

[[nodiscard]] CheckpointRow row_of(const Checkpoint& point);

/// What was seen of the service at `place` of the tick's list, as JSON.
struct SeenRow {
  std::int64_t place = 0;
  std::string changed;
};

/// A decision with its reasons, as JSON.
struct DecidedRow {
  std::int64_t place = 0;
  std::string service;
  int replicas = 0;
  std::string decision;
};

struct TickRow {
  Now now;
  Duration dt{};
  double machine_cpu = -1;
  bool whole = false;        // every service has its rows, which stand for themselves
  std::uint64_t digest = 0;  // of all decisions
  std::vector<SeenRow> seen{};
  std::vector<DecidedRow> decided{};
  std::optional<CheckpointRow> checkpoint{};
  std::optional<Gap> gap{};  // ends with this tick

  /// About as many as it takes in the file.
  [[nodiscard]] std::int64_t bytes() const;
  /// Without the checkpoint.
  [[nodiscard]] std::int64_t tick_bytes() const;
};

/// What of a tick its row does not tell but the rows before: what was seen and decided last.
class Series {
 public:
  /// The rows of the tick that follows. `whole`: they stand for themselves; so they do anyway where
  /// there was none before or the list of services is another one.
  [[nodiscard]] TickRow rows_of(const scale::Observations& seen, const ServiceDecisions& decisions,
                                bool whole) const;
  /// The tick is in the file: rows that follow go on from it.
  void written(scale::Observations seen, ServiceDecisions decisions);

  /// What rows_of() made rows of. Of a decision without a row that is its number, without reasons.
  /// Fails when the rows do not fit to what was before.
  [[nodiscard]] Result<> read(const TickRow& row, scale::Observations& seen,
                              ServiceDecisions& decisions);

 private:
  [[nodiscard]] bool same_list(const scale::Observations& seen,
                               const ServiceDecisions& decisions) const;
  [[nodiscard]] scale::ServiceSeen expected(std::size_t place, Instant now) const;
  void remember(const ServiceDecisions& decisions);

  /// A decision in short: the number and the rules that made it.
  struct Short {
    std::string service;
    int replicas = 0;
    std::uint64_t decisive = 0;

    bool operator==(const Short&) const = default;
  };
  [[nodiscard]] static Short short_of(const scale::ServiceDecision& decision);

  std::optional<Instant> at_;
  std::vector<scale::ServiceSeen> seen_;
  std::vector<Short> decided_;
};

}  // namespace headroom::control

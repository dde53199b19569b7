// The time zone of an event: which moment a local time is, by the system's tz database.
#pragma once

#include <optional>
#include <string_view>

#include "core/result.h"
#include "core/time.h"
#include "spec/cron.h"

namespace date {
class time_zone;
}

namespace headroom::spec {

/// Rules that stay in memory as long as the process; UTC unless found by name. A small value.
class Zone {
 public:
  Zone() = default;

  /// "UTC", "Europe/Berlin"
  [[nodiscard]] std::string_view name() const;
  [[nodiscard]] bool is_utc() const { return rules_ == nullptr; }

  /// A stretch of time in which local time runs evenly: its first moment, and by how much local
  /// time is ahead of UTC in it and just before it.
  struct Stretch {
    WallTime begin;
    Duration ahead;
    Duration ahead_before;
  };
  /// The one that `moment` is in. Reads no file.
  [[nodiscard]] Stretch stretch(WallTime moment) const;

  bool operator==(const Zone&) const = default;

 private:
  explicit Zone(const date::time_zone& rules) : rules_(&rules) {}
  friend Result<Zone> find_zone(std::string_view name);

  const date::time_zone* rules_ = nullptr;  // none for UTC
};

/// The zone of that name, such as "Europe/Berlin". The one place of the pure half that reads files:
/// the system's tz database, so it is for where a file or a journal is read, not for a decision.
/// "UTC" reads nothing. Fails with a sentence when the database has no such zone (naming the
/// nearest), cannot be read, or lacks the changes to come. A newer database counts after a restart.
[[nodiscard]] Result<Zone> find_zone(std::string_view name);

/// The last minute in (after, until] with which something begins that `cron` names by the clocks
/// of `zone`. A local time that a change of clocks leaves out begins at the change, one that comes
/// twice at its first; but with every hour named (`*`), each hour that passes is one of them.
[[nodiscard]] std::optional<WallTime> last_begin(const Cron& cron, const Zone& zone, WallTime after,
                                                 WallTime until);

}  // namespace headroom::spec

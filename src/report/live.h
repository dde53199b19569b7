// The state of services as the admin's GET /services tells it, judged: which one needs a person
// most.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "report/client.h"
#include "report/rise.h"

namespace headroom::report {

/// Worst first.
enum class State : std::uint8_t {
  down,      // no replica is ready, and none is on its way or starts fail
  missed,    // more requests missed than the objective permits, or failed
  failing,   // replicas do not start or do not stay, or a roll-out was given up; others serve
  starting,  // the first replica is on its way
  at_max,    // more replicas are needed than the file allows
  ok,
  idle,  // nothing arrives
};
[[nodiscard]] std::string_view name(State state);

/// Something said at some time.
struct Said {
  std::string text;             // empty: nothing was
  std::optional<double> age_s;  // when that is known
};

struct Rollout {
  std::string state;    // "idle", "rolling", "given_up"; empty: unknown
  std::string version;  // that is to be in force; empty: unknown
  std::optional<double> since_s;
  std::int64_t failed_starts = 0;  // of that version, in a row
};

struct LiveService {
  std::string name;
  State state = State::ok;
  double demand = 0;    // requests/s
  double capacity = 0;  // requests/s, of what is ready; NaN: not known
  double in_flight = 0;
  std::int64_t waiting = 0;
  std::int64_t wanted = -1;  // -1: not headroom's to decide, or not decided yet
  std::int64_t ready = 0;
  std::int64_t starting = 0;
  std::int64_t draining = 0;
  std::int64_t max = 0;  // 0: unknown
  double unbounded = 0;  // replicas that are needed, whatever the file allows
  double p50_s = 0;
  double p95_s = 0;
  double p99_s = 0;
  double quantile = 0;
  double objective_s = 0;      // 0: none
  double permitted_share = 0;  // that may be missed
  double permitted_failed = 0;
  Counts now;                // of the last tick
  Counts lately;             // of what was seen in the last Live::judged_over
  bool cannot_help = false;  // more replicas would not
  Rollout rollout;
  std::int64_t failed_starts = 0;  // in a row
  std::uint64_t ends = 0;          // of replicas, not meant by headroom, as far as seen lately
  bool failed_before = false;      // something failed lately, before the first look
  Said last_error;
  Said last_change;  // of the number of replicas, or what was decided last

  [[nodiscard]] bool misses_too_much() const {
    return static_cast<double>(lately.missed()) >
           permitted_share * static_cast<double>(lately.all());
  }
};

struct LiveView {
  std::string mode;
  std::string now;
  std::string version;
  double uptime_s = 0;
  double machine_cpu = -1;
  std::vector<std::string> problems;  // of headroom itself
  std::vector<LiveService> services;  // worst first
};

/// Remembers what it was shown lately: one second says little of an objective.
class Live {
 public:
  static constexpr Duration judged_over = std::chrono::seconds(10);

  /// Fails when it is not what the admin answers; what is missing is taken to be unknown. Texts are
  /// fit for a terminal.
  [[nodiscard]] Result<LiveView> look(std::string_view services_json);

 private:
  struct Tick {
    WallTime at;
    Counts counts;
  };
  [[nodiscard]] Counts lately(const std::string& service, WallTime now, const Counts& counts);
  void add_dropped(LiveView& view, std::uint64_t log_lines, std::uint64_t ticks, WallTime now);
  void see_ends(LiveService& service, WallTime now, std::uint64_t ends);

  std::map<std::string, std::deque<Tick>> ticks_;  // by service
  std::map<std::string, Rise> ends_;               // by service
  Rise log_lines_dropped_;
  Rise ticks_dropped_;
};

}  // namespace headroom::report

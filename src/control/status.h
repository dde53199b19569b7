// What the admin answers: the state of services as JSON, and metrics.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "control/feed.h"
#include "control/standing.h"
#include "core/result.h"
#include "gateway/admin.h"
#include "gateway/metrics.h"
#include "scale/decision.h"
#include "scale/model.h"
#include "scale/observation.h"
#include "spec/config.h"

namespace headroom::control {

using Standings = std::map<std::string, Standing>;  // by service

/// Written by the control thread once a tick, read by the admin: a mutex between two slow threads.
class Status {
 public:
  /// Everything of one tick.
  struct Tick {
    const spec::Config& config;
    const scale::Observations& seen;
    const gateway::Collected& collected;
    const Standings& standings;                            // of services whose replicas are known
    const scale::Model& model;                             // empty where nothing is learned
    const std::vector<scale::ServiceDecision>& decisions;  // empty where nothing is decided
  };
  void update(const Tick& tick);
  /// Ticks that were due while another one took too long.
  void drop_ticks(std::uint64_t count);
  /// `lost`: ticks that it will never have.
  void set_journal(bool healthy, std::string problem, std::uint64_t lost);
  /// The file was read again then; whether it is in force now, or why not.
  void set_reload(const Result<>& outcome, WallTime at);
  /// Client connections there may be. Whether there were others before.
  bool set_connections_limit(std::int64_t limit);

  /// What the admin answers to a GET of `path`. `leaving`: this process ends and nobody follows.
  [[nodiscard]] gateway::AdminAnswer answer(std::string_view path, bool leaving) const;

  [[nodiscard]] std::string services_json() const;
  [[nodiscard]] std::string metrics() const;
  /// Every service that must have replicas has one that is ready.
  [[nodiscard]] bool ready() const;

 private:
  struct Entry {
    spec::Service service;
    scale::ServiceSeen seen;
    Standing standing;
    scale::Capacity capacity;
    double startup_s = 0;
    int wanted = -1;
    int unbounded = -1;       // see wanted_unbounded()
    std::string last_change;  // the summary of the last decision that changed the number
    WallTime last_change_at{};
    std::string summary;

    /// Replicas that nobody knows of for a tick are taken to be those seen before.
    void look(const scale::ServiceSeen& now);
    void decided(const scale::ServiceDecision& decision, WallTime now);
    /// Whether it is decided how many replicas are wanted: of endpoints in shadow only.
    [[nodiscard]] bool decides(spec::Mode mode) const {
      return service.run.has_value() || mode == spec::Mode::shadow;
    }
    /// Requests are late even at a replica that has little else to do, more than may be.
    [[nodiscard]] bool cannot_help() const;
    /// Requests/s of one replica as learned, not as guessed or stated; 0: not known yet.
    [[nodiscard]] double capacity_per_second() const;
  };
  struct Reload {
    bool ok = true;
    WallTime at{};
    std::string problem;
  };
  struct JournalState {
    bool healthy = true;
    std::string problem;
    std::uint64_t lost = 0;
  };

  mutable std::mutex mutex_;
  gateway::Metrics counted_;
  std::map<std::string, Entry> services_;
  Now started_{};
  Now now_{};
  double dt_s_ = 1;
  double machine_cpu_ = -1;
  spec::Mode mode_ = spec::Mode::act;
  std::int64_t connections_limit_ = 0;
  std::uint64_t ticks_ = 0;
  std::uint64_t ticks_dropped_ = 0;
  Reload reload_;
  JournalState journal_;
};

/// How many replicas the needs of a decision ask for before anything bounds them from above: max,
/// step, budget, downstreams.
[[nodiscard]] int wanted_unbounded(const scale::ServiceDecision& decision);

}  // namespace headroom::control

// All replicas of one service: carries out the plan, keeps the back-off, tells what happened.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "control/supervisor/backoff.h"
#include "control/supervisor/command.h"
#include "control/supervisor/find.h"
#include "control/supervisor/logs.h"
#include "control/supervisor/plan.h"
#include "control/supervisor/ports.h"
#include "control/supervisor/replica.h"
#include "control/supervisor/state_dir.h"

namespace headroom::supervisor {

/// How often and how patiently the supervisor looks; the file has no say in these.
struct Timing {
  Duration health_every = std::chrono::seconds(1);
  Duration probe_timeout = std::chrono::seconds(1);
  HealthPolicy health;
  BackoffPolicy backoff;
};

/// What all crews share.
struct Workshop {
  io::Loop& loop;
  Timing timing;
  StateDir& state;
  Logs logs;
  Ports ports;
  std::set<std::uint16_t> ports_taken;  // by replicas that live
  bool on_trial = false;                // see Options::on_trial
  std::function<void()> settle_soon;
  /// See Leftovers::look_soon().
  std::function<void(bool everywhere)> look_for_leftovers;
  /// Requests that a gateway has under way at a replica; absent when there is none to ask.
  std::function<int(const std::string& service, const std::string& replica)> in_flight;
  std::function<void(const std::string& service, const std::string& text)> note;
};

class Crew {
 public:
  Crew(Workshop& workshop, std::string service);

  /// `folder`: of headroom.yaml, where relative paths start.
  void configure(const spec::Service& service, const std::string& folder, Command command);
  /// The service is no longer in the file: all its replicas end.
  void retire();
  void scale(int wanted);
  void adopt(FoundReplica found);
  void trial_is_over();

  /// Does what the plan says. To be called from the loop after anything has changed.
  void settle(Instant now);
  /// When settle() has something to do although nothing changes; Instant::max() for never.
  [[nodiscard]] Instant next_settle(Instant now) const;

  [[nodiscard]] int wanted() const { return wanted_; }
  /// Outdated replicas are being replaced: some are left, be they draining.
  [[nodiscard]] bool rolling_out() const;
  [[nodiscard]] bool retired() const { return retired_; }
  [[nodiscard]] const std::vector<std::unique_ptr<Replica>>& replicas() const { return replicas_; }

 private:
  [[nodiscard]] std::vector<ReplicaView> views() const;
  [[nodiscard]] int starting() const;
  [[nodiscard]] Manners manners() const;
  void forget_ended();
  void start_one(Instant now);
  [[nodiscard]] Result<> try_start(Instant now);
  void add(Replica::Start start);
  void on_change(Replica& replica, ReplicaChange change);
  void on_ended(Replica& replica);
  void note_failure(const std::string& what, const std::string& replica);

  Workshop& workshop_;
  std::string service_;
  std::string folder_;
  std::optional<Command> command_;  // absent for what was adopted and is not in the file
  bool retired_ = false;
  int wanted_ = 0;
  Backoff backoff_;
  std::vector<std::unique_ptr<Replica>> replicas_;
};

}  // namespace headroom::supervisor

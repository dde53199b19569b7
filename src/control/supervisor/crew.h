// All replicas of one service: carries out the plan, keeps the back-off, tells what happened.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "control/event.h"
#include "control/standing.h"
#include "control/supervisor/backoff.h"
#include "control/supervisor/command.h"
#include "control/supervisor/confinement.h"
#include "control/supervisor/find.h"
#include "control/supervisor/logs.h"
#include "control/supervisor/plan.h"
#include "control/supervisor/ports.h"
#include "control/supervisor/replica.h"
#include "control/supervisor/rollout.h"
#include "control/supervisor/state_dir.h"
#include "control/supervisor/tally.h"

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
  Confinement confinement;
  std::set<std::uint16_t> ports_taken;  // by replicas that live
  bool on_trial = false;                // see Options::on_trial
  std::function<void()> settle_soon;
  /// See Leftovers::look_soon().
  std::function<void(bool everywhere)> look_for_leftovers;
  /// Requests that a gateway has under way at a replica; absent when there is none to ask.
  std::function<int(const std::string& service, const std::string& replica)> in_flight;
  std::function<void(control::Event)> note;
};

class Crew {
 public:
  Crew(Workshop& workshop, std::string service);

  /// `folder`: of headroom.yaml, where relative paths start.
  void configure(const spec::Service& service, const std::string& folder, Command command);
  /// All its replicas end: the service is no longer in the file, or headroom stops.
  void retire(std::string_view because);
  void scale(int wanted);
  void adopt(FoundReplica found);
  void trial_is_over();
  /// Where a roll-out was given up: another program by the same name is a reason to try again.
  void look_at_program();

  /// Does what the plan says. To be called from the loop after anything has changed.
  void settle(Instant now);
  /// When settle() has something to do although nothing changes; Instant::max() for never.
  [[nodiscard]] Instant next_settle(Instant now) const;

  [[nodiscard]] int wanted() const { return wanted_; }
  /// From 1; 0: of one zone there is nothing to say, or it was given none.
  [[nodiscard]] int zone_of(const Replica& replica) const {
    return zones_ > 1 ? replica.identity().zone : 0;
  }
  /// Outdated replicas are being replaced: some are left, be they draining.
  [[nodiscard]] bool rolling_out() const { return others_left() && !rollout_.given_up(); }
  [[nodiscard]] control::Standing standing() const;
  [[nodiscard]] bool retired() const { return retired_.has_value(); }
  [[nodiscard]] const std::vector<std::unique_ptr<Replica>>& replicas() const { return replicas_; }

 private:
  [[nodiscard]] std::vector<ReplicaView> views() const;
  [[nodiscard]] int starting() const;
  [[nodiscard]] Manners manners(const Command& version) const;
  /// Some replica runs another version than the one in force, be it draining.
  [[nodiscard]] bool others_left() const;
  [[nodiscard]] bool in_force(const Replica& replica) const;
  [[nodiscard]] Now this_moment() const;
  void bring_into_force(Command command);
  /// What a start brings now: the version in force; once its roll-out was given up the one before,
  /// where that can still be run.
  [[nodiscard]] Result<Command> version_to_start();
  [[nodiscard]] std::optional<Command> version_before() const;
  void forget_ended();
  void start_one(int zone, Instant now);
  [[nodiscard]] Result<> try_start(int zone, Instant now);
  void add(Replica::Start start, const Command& version);
  void on_change(Replica& replica, ReplicaChange change);
  void on_ended(Replica& replica);
  void start_failed(StartFailure reason, bool of_version_in_force, Instant started);
  [[nodiscard]] ExitReason exit_reason(const Replica& replica) const;
  [[nodiscard]] std::string words(StopReason reason, const Replica& replica) const;
  void note(control::Level level, const std::string& replica, std::string text);
  /// Told, and kept as the last error.
  void note_problem(control::Level level, const std::string& replica, std::string text);
  void note_failure(const std::string& what, const std::string& replica);

  Workshop& workshop_;
  std::string service_;
  std::string folder_;
  // The version in force; absent for what was adopted and is not in the file.
  std::optional<Command> command_;
  bool proven_ = false;            // a replica of it has been ready
  std::optional<Command> before_;  // while it is rolled out: the last one before that was proven
  Rollout rollout_;
  Tally tally_;
  std::map<std::string, StopReason> told_to_stop_;  // by replica
  std::optional<std::string> retired_;              // why
  int wanted_ = 0;
  int zones_ = 1;  // that they are spread over
  Backoff backoff_;
  std::vector<std::unique_ptr<Replica>> replicas_;
};

}  // namespace headroom::supervisor

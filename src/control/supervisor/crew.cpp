// One service's replicas.
#include "control/supervisor/crew.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "control/supervisor/last_words.h"
#include "core/text.h"
#include "io/clock.h"
#include "scale/placement.h"

namespace headroom::supervisor {
namespace {

using control::Level;
using scale::Phase;

ExitReason exit_reason_of(StopReason reason) {
  switch (reason) {
    case StopReason::surplus:
      return ExitReason::not_needed;
    case StopReason::outdated:
      return ExitReason::outdated;
    case StopReason::hung:
      return ExitReason::hung;
  }
  return ExitReason::unknown;
}

/// Of a replica that ended by itself.
template <class Reason>
Reason own_end(const Replica& replica) {
  const io::ExitStatus& status = replica.exit_status();
  if (replica.over_memory()) return Reason::memory;
  if (!status.known) return Reason::unknown;
  if (status.by_signal) return Reason::signal;
  return status.value == 0 ? Reason::exited : Reason::error;
}

StartFailure start_failure(const Replica& replica) {
  return replica.timed_out() ? StartFailure::not_ready : own_end<StartFailure>(replica);
}

/// To a hundredth of a second: finer says nothing to people.
std::string rounded(Duration d) {
  constexpr Duration step = std::chrono::milliseconds(10);
  return format_duration((d + step / 2) / step * step);
}

}  // namespace

Crew::Crew(Workshop& workshop, std::string service)
    : workshop_(workshop),
      service_(std::move(service)),
      rollout_(this_moment()),
      backoff_(workshop.timing.backoff) {}

void Crew::configure(const spec::Service& service, const std::string& folder, Command command) {
  const bool first = !command_ || retired_;
  const bool changed = !first && command.hash != command_->hash;
  if (changed)
    note(Level::info, {}, "the command or program has changed: replicas are replaced one by one");
  else if (rollout_.given_up())
    note(Level::info, {}, "the roll-out is tried again");
  if (changed || rollout_.given_up()) backoff_.reset();
  if (rollout_.given_up()) rollout_.begin_anew(this_moment());
  folder_ = folder;
  bring_into_force(std::move(command));
  retired_.reset();
  // After a restart what runs is kept until the controller has learned what is needed.
  if (first)
    wanted_ = static_cast<int>(std::ranges::count_if(
        replicas_, [](const auto& replica) { return replica->phase() != Phase::draining; }));
  wanted_ = std::clamp(wanted_, service.replicas.min, service.replicas.max);
  zones_ = service.replicas.zones;
  // Others keep what their own version states: another may have moved the path of its probe. What
  // the version of an adopted one stated is not known.
  for (const auto& replica : replicas_)
    if (first || in_force(*replica)) replica->use(manners(*command_));
  workshop_.settle_soon();
}

void Crew::retire(std::string_view because) {
  retired_ = because;
  wanted_ = 0;
  workshop_.settle_soon();
}

void Crew::scale(int wanted) {
  if (retired_ || wanted == wanted_) return;
  wanted_ = std::max(0, wanted);
  workshop_.settle_soon();
}

void Crew::adopt(FoundReplica found) {
  const auto name = parse_replica_name(found.identity.replica);
  CHECK(name);
  io::claim(found.process);  // it may have come to us as an orphan of the headroom before
  workshop_.state.mark_given(service_, name->number);
  note(Level::info, found.identity.replica,
       fmt::format("taken over (process {}, {} old)", found.process.pid, rounded(found.age)));
  // /proc counts in hundredths of a second: the order of numbers is finer.
  Instant started = io::monotonic_now() - found.age;
  if (!replicas_.empty()) started = std::max(started, replicas_.back()->started());
  add({.identity = std::move(found.identity),
       .process = std::move(found.process),
       .started = started,
       .adopted = true,
       .group = found.group,
       .leaderless = found.leaderless},
      command_.value_or(Command{}));
}

void Crew::add(Replica::Start start, const Command& version) {
  workshop_.ports_taken.insert(start.identity.address.port());
  replicas_.push_back(std::make_unique<Replica>(
      workshop_.loop, std::move(start), manners(version),
      [this](Replica& replica, ReplicaChange change) { on_change(replica, change); }));
}

Manners Crew::manners(const Command& version) const {
  const spec::Run& run = version.run;
  const Timing& timing = workshop_.timing;
  return {run.ready,           run.ready_every,        run.ready_timeout, run.drain,
          timing.health_every, timing.probe_timeout,   timing.health,     workshop_.on_trial,
          version.hash,        run.limits.memory_bytes};
}

void Crew::trial_is_over() {
  for (const auto& replica : replicas_) replica->trial_is_over();
}

std::vector<ReplicaView> Crew::views() const {
  std::vector<ReplicaView> views;
  views.reserve(replicas_.size());
  const bool surplus = static_cast<int>(replicas_.size()) > wanted_;
  for (const auto& replica : replicas_)
    views.push_back({.phase = replica->phase(),
                     .current = in_force(*replica) || rollout_.given_up(),
                     .adopted = replica->adopted(),
                     .hung = replica->stage() == Stage::ready && replica->health().hung(),
                     .in_flight = surplus && workshop_.in_flight
                                      ? workshop_.in_flight(service_, replica->id())
                                      : 0,
                     .started = replica->started(),
                     .zone = zones_ > 1 ? zone_of(*replica) : 1});
  return views;
}

int Crew::starting() const {
  return static_cast<int>(
      std::count_if(replicas_.begin(), replicas_.end(),
                    [](const auto& replica) { return replica->phase() == Phase::starting; }));
}

void Crew::settle(Instant now) {
  forget_ended();
  const bool others = others_left();
  rollout_.look(others, !others && (proven_ || wanted_ == 0), this_moment());
  if (rollout_.state() == RolloutState::idle) before_.reset();
  const Plan todo =
      plan(scale::spread(wanted_, zones_), views(), backoff_.start_limit(now, starting()));
  for (const Stop& stop : todo.stops) {
    if (workshop_.on_trial) break;
    Replica& replica = *replicas_[stop.replica];
    note(stop.reason == StopReason::hung ? Level::warning : Level::info, replica.id(),
         fmt::format("is stopped: {}", words(stop.reason, replica)));
    told_to_stop_.emplace(replica.id(), stop.reason);
    replica.stop();
  }
  for (const int zone : todo.starts)
    if (backoff_.start_limit(now, 0) > 0) start_one(zone, now);
}

Instant Crew::next_settle(Instant now) const {
  return backoff_.not_before() > now ? backoff_.not_before() : Instant::max();
}

void Crew::forget_ended() {
  std::erase_if(replicas_, [this](const auto& replica) {
    if (replica->stage() != Stage::ended) return false;
    workshop_.ports_taken.erase(replica->identity().address.port());
    told_to_stop_.erase(replica->id());
    return true;
  });
}

void Crew::start_one(int zone, Instant now) {
  if (const auto started = try_start(zone, now); !started) {
    backoff_.failed(now, now, std::nullopt);
    note_failure(started.error().message, {});
    start_failed(StartFailure::not_run, true, now);
  }
}

Result<> Crew::try_start(int zone, Instant now) {
  const Command command = TRY(version_to_start());
  const std::uint16_t port =
      TRY(workshop_.ports.next(workshop_.ports_taken, stated_ports(command.run)));

  const Identity identity{
      .owner = workshop_.state.owner(),
      .replica = fmt::format("{}-{}", service_, workshop_.state.next_number(service_)),
      .address = io::Address::loopback(port),
      .command_hash = command.hash,
      .zone = zone};
  if (const std::string& problem = workshop_.state.last_error(); !problem.empty())
    note(Level::error, {}, problem);
  io::ProcessOptions options = process_options(command, identity, own_environment());
  const auto log = workshop_.logs.open(identity.replica);
  // A full disk must not keep a service from growing: its output is then discarded.
  if (log)
    options.output = log->get();
  else
    note(Level::error, {}, log.error().message);
  Room room = TRY(workshop_.confinement.room(identity.replica, command.run.limits));
  options.cgroup = room.entrance.get();
  io::Process process = TRY(io::spawn(options));
  note(Level::info, identity.replica,
       fmt::format("started on {} (process {}{})", identity.address.text(), process.pid,
                   zones_ > 1 ? fmt::format(", zone {}", zone) : ""));
  const pid_t group = process.pid;  // spawn() made it the leader
  add({.identity = identity,
       .process = std::move(process),
       .started = now,
       .group = group,
       .cgroup = std::move(room.cgroup)},
      command);
  return {};
}

void Crew::on_change(Replica& replica, ReplicaChange change) {
  switch (change) {
    case ReplicaChange::ready:
      backoff_.became_ready(workshop_.loop.now());
      tally_.failed_in_a_row = 0;
      if (in_force(replica)) {
        proven_ = true;
        rollout_.became_ready(this_moment());
      }
      note(Level::info, replica.id(),
           replica.adopted() ? "is ready as before"
                             : fmt::format("is ready after {}",
                                           rounded(*replica.ready_since() - replica.started())));
      break;
    case ReplicaChange::health:
      if (replica.health().hung())
        note_problem(Level::warning, replica.id(),
                     fmt::format("hangs ({}): it is replaced", replica.last_problem()));
      else
        workshop_.note(
            health_event(service_, replica.id(), replica.health(), replica.last_problem()));
      break;
    case ReplicaChange::leaderless:
      return workshop_.look_for_leftovers(replica.of_another_parent());
    case ReplicaChange::ended:
      on_ended(replica);
      workshop_.look_for_leftovers(replica.of_another_parent());
      break;
  }
  workshop_.settle_soon();
}

void Crew::on_ended(Replica& replica) {
  const Instant now = workshop_.loop.now();
  const auto ready_since = replica.ready_since();
  // What was adopted and never proved ready may have been stopped by the headroom before.
  if (replica.stopping() || (replica.adopted() && !ready_since)) {
    tally_.count(exit_reason(replica));
    note(replica.killed() ? Level::warning : Level::info, replica.id(), replica.end_text());
    return;
  }
  if (!ready_since) {
    backoff_.failed(now, replica.started(), std::nullopt);
    note_failure(fmt::format("did not start: it {} after {}", replica.end_text(),
                             rounded(now - replica.started())),
                 replica.id());
    start_failed(start_failure(replica), in_force(replica), replica.started());
    return;
  }
  tally_.count(exit_reason(replica));
  backoff_.failed(now, replica.started(), now - *ready_since);
  note_failure(
      fmt::format("{} after {} of service", replica.end_text(), rounded(now - *ready_since)),
      replica.id());
}

std::string Crew::words(StopReason reason, const Replica& replica) const {
  switch (reason) {
    case StopReason::surplus:
      if (retired_) return *retired_;
      if (const int zone = zone_of(replica); zone > 0)
        return fmt::format("{} are wanted, and zone {} has more than its share", wanted_, zone);
      return fmt::format("scaled in to {}", wanted_);
    case StopReason::outdated:
      return "its command or program has changed";
    case StopReason::hung:
      return "it does not answer";
  }
  return "";
}

void Crew::note(Level level, const std::string& replica, std::string text) {
  workshop_.note({level, service_, replica, std::move(text)});
}

ExitReason Crew::exit_reason(const Replica& replica) const {
  const auto told = told_to_stop_.find(replica.id());
  if (told != told_to_stop_.end() && !retired_) return exit_reason_of(told->second);
  if (retired_) return ExitReason::retired;
  // What was adopted on its way out was told by the headroom before.
  if (replica.stopping() || (replica.adopted() && !replica.ready_since()))
    return ExitReason::not_needed;
  return own_end<ExitReason>(replica);
}

void Crew::note_problem(Level level, const std::string& replica, std::string text) {
  tally_.last_error = replica.empty() ? text : fmt::format("{} {}", replica, text);
  tally_.last_error_at = io::wall_now();
  note(level, replica, std::move(text));
}

void Crew::note_failure(const std::string& what, const std::string& replica) {
  std::string text = what;
  const std::string words = replica.empty() ? "" : last_words(workshop_.logs.tail(replica));
  if (!words.empty()) text += fmt::format(": {} (log: {})", words, workshop_.logs.path_of(replica));
  const Instant now = workshop_.loop.now();
  if (backoff_.not_before() > now)
    text += fmt::format("; the next start is in {}", rounded(backoff_.not_before() - now));
  note_problem(Level::warning, replica, std::move(text));
}

}  // namespace headroom::supervisor

// One service's replicas.
#include "control/supervisor/crew.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/text.h"
#include "io/clock.h"

namespace headroom::supervisor {
namespace {

using scale::Phase;

const char* words(StopReason reason) {
  switch (reason) {
    case StopReason::surplus:
      return "it is not needed";
    case StopReason::outdated:
      return "its command or program has changed";
    case StopReason::hung:
      return "it does not answer";
  }
  return "";
}

/// To a hundredth of a second: finer says nothing to people.
std::string rounded(Duration d) {
  constexpr Duration step = std::chrono::milliseconds(10);
  return format_duration((d + step / 2) / step * step);
}

}  // namespace

Crew::Crew(Workshop& workshop, std::string service)
    : workshop_(workshop), service_(std::move(service)), backoff_(workshop.timing.backoff) {}

void Crew::configure(const spec::Service& service, const std::string& folder, Command command) {
  const bool first = !command_ || retired_;
  if (!first && command.hash != command_->hash) {
    backoff_.reset();
    workshop_.note(service_,
                   "the command or program has changed: replicas are replaced one by one");
  }
  folder_ = folder;
  command_ = std::move(command);
  retired_ = false;
  // After a restart what runs is kept until the controller has learned what is needed.
  if (first)
    wanted_ = static_cast<int>(std::ranges::count_if(
        replicas_, [](const auto& replica) { return replica->phase() != Phase::draining; }));
  wanted_ = std::clamp(wanted_, service.replicas.min, service.replicas.max);
  for (const auto& replica : replicas_) replica->use(manners());
  workshop_.settle_soon();
}

void Crew::retire() {
  retired_ = true;
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
  workshop_.note(service_, fmt::format("{} taken over (process {}, {} old)", found.identity.replica,
                                       found.process.pid, rounded(found.age)));
  // /proc counts in hundredths of a second: the order of numbers is finer.
  Instant started = io::monotonic_now() - found.age;
  if (!replicas_.empty()) started = std::max(started, replicas_.back()->started());
  add({.identity = std::move(found.identity),
       .process = std::move(found.process),
       .started = started,
       .adopted = true,
       .group = found.group,
       .leaderless = found.leaderless});
}

void Crew::add(Replica::Start start) {
  workshop_.ports_taken.insert(start.identity.address.port());
  replicas_.push_back(std::make_unique<Replica>(
      workshop_.loop, std::move(start), manners(),
      [this](Replica& replica, ReplicaChange change) { on_change(replica, change); }));
}

Manners Crew::manners() const {
  const spec::Run run = command_ ? command_->run : spec::Run{};
  const Timing& timing = workshop_.timing;
  return {run.ready,           run.ready_every,      run.ready_timeout, run.drain,
          timing.health_every, timing.probe_timeout, timing.health,     workshop_.on_trial};
}

void Crew::trial_is_over() {
  for (const auto& replica : replicas_) replica->use(manners());
}

std::vector<ReplicaView> Crew::views() const {
  std::vector<ReplicaView> views;
  views.reserve(replicas_.size());
  const bool surplus = static_cast<int>(replicas_.size()) > wanted_;
  for (const auto& replica : replicas_)
    views.push_back({.phase = replica->phase(),
                     .current = command_ && replica->identity().command_hash == command_->hash,
                     .adopted = replica->adopted(),
                     .hung = replica->stage() == Stage::ready && replica->health().hung(),
                     .in_flight = surplus && workshop_.in_flight
                                      ? workshop_.in_flight(service_, replica->id())
                                      : 0,
                     .started = replica->started()});
  return views;
}

bool Crew::rolling_out() const {
  return !retired_ && std::ranges::any_of(replicas_, [this](const auto& replica) {
    return replica->stage() != Stage::ended && command_ &&
           replica->identity().command_hash != command_->hash;
  });
}

int Crew::starting() const {
  return static_cast<int>(
      std::count_if(replicas_.begin(), replicas_.end(),
                    [](const auto& replica) { return replica->phase() == Phase::starting; }));
}

void Crew::settle(Instant now) {
  forget_ended();
  const Plan todo = plan(wanted_, views(), backoff_.start_limit(now, starting()));
  for (const Stop& stop : todo.stops) {
    if (workshop_.on_trial) break;
    Replica& replica = *replicas_[stop.replica];
    workshop_.note(service_, fmt::format("{} is stopped: {}", replica.id(), words(stop.reason)));
    replica.stop();
  }
  for (int i = 0; i < todo.starts && backoff_.start_limit(now, 0) > 0; ++i) start_one(now);
}

Instant Crew::next_settle(Instant now) const {
  return backoff_.not_before() > now ? backoff_.not_before() : Instant::max();
}

void Crew::forget_ended() {
  std::erase_if(replicas_, [this](const auto& replica) {
    if (replica->stage() != Stage::ended) return false;
    workshop_.ports_taken.erase(replica->identity().address.port());
    return true;
  });
}

void Crew::start_one(Instant now) {
  if (const auto started = try_start(now); !started) {
    backoff_.failed(now, now, std::nullopt);
    note_failure(started.error().message, {});
  }
}

Result<> Crew::try_start(Instant now) {
  Command fresh = TRY(look_up(command_->run, folder_));
  if (fresh.hash != command_->hash)
    workshop_.note(service_, "the program has changed: replicas are replaced one by one");
  command_ = std::move(fresh);
  const std::uint16_t port = TRY(workshop_.ports.next(workshop_.ports_taken));

  const Identity identity{
      .owner = workshop_.state.owner(),
      .replica = fmt::format("{}-{}", service_, workshop_.state.next_number(service_)),
      .address = io::Address::loopback(port),
      .command_hash = command_->hash};
  if (!workshop_.state.last_error().empty()) workshop_.note(service_, workshop_.state.last_error());
  io::ProcessOptions options = process_options(*command_, identity, own_environment());
  const auto log = workshop_.logs.open(identity.replica);
  // A full disk must not keep a service from growing: its output is then discarded.
  if (log)
    options.output = log->get();
  else
    workshop_.note(service_, log.error().message);
  io::Process process = TRY(io::spawn(options));
  workshop_.note(service_, fmt::format("{} started on {} (process {})", identity.replica,
                                       identity.address.text(), process.pid));
  const pid_t group = process.pid;  // spawn() made it the leader
  add({.identity = identity, .process = std::move(process), .started = now, .group = group});
  return {};
}

void Crew::on_change(Replica& replica, ReplicaChange change) {
  switch (change) {
    case ReplicaChange::ready:
      backoff_.became_ready(workshop_.loop.now());
      workshop_.note(service_,
                     replica.adopted()
                         ? fmt::format("{} is ready as before", replica.id())
                         : fmt::format("{} is ready after {}", replica.id(),
                                       rounded(*replica.ready_since() - replica.started())));
      break;
    case ReplicaChange::health:
      if (replica.health().hung())
        workshop_.note(service_, fmt::format("{} hangs ({}): it is replaced", replica.id(),
                                             replica.last_problem()));
      else
        workshop_.note(service_,
                       health_text(replica.id(), replica.health(), replica.last_problem()));
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
    workshop_.note(service_, fmt::format("{} {}", replica.id(), replica.end_text()));
    return;
  }
  if (!ready_since) {
    backoff_.failed(now, replica.started(), std::nullopt);
    note_failure(fmt::format("{} did not start: it {} after {}", replica.id(), replica.end_text(),
                             rounded(now - replica.started())),
                 replica.id());
    return;
  }
  backoff_.failed(now, replica.started(), now - *ready_since);
  note_failure(fmt::format("{} {} after {} of service", replica.id(), replica.end_text(),
                           rounded(now - *ready_since)),
               replica.id());
}

void Crew::note_failure(const std::string& what, const std::string& replica) {
  std::string text = what;
  const Instant now = workshop_.loop.now();
  if (backoff_.not_before() > now)
    text += fmt::format("; the next start is in {}", rounded(backoff_.not_before() - now));
  if (!replica.empty()) {
    constexpr std::size_t lines_shown = 5;
    const auto lines = workshop_.logs.last_lines(replica, lines_shown);
    if (!lines.empty()) text += fmt::format("; its last output: {}", fmt::join(lines, " | "));
  }
  workshop_.note(service_, text);
}

}  // namespace headroom::supervisor

// One replica's life.
#include "control/supervisor/replica.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/epoll.h>

#include <utility>

#include "core/text.h"
#include "io/proc.h"

namespace headroom::supervisor {
namespace {

/// The one that was made for it, which bears its name.
std::optional<io::Cgroup> own_cgroup_of(pid_t pid, const std::string& replica) {
  auto cgroup = io::Cgroup::of(pid);
  return cgroup && cgroup->name() == replica ? cgroup : std::nullopt;
}

}  // namespace

Replica::Replica(io::Loop& loop, Start start, Manners manners, OnChange on_change)
    : loop_(loop),
      identity_(std::move(start.identity)),
      process_(std::move(start.process)),
      group_(start.group),
      manners_(std::move(manners)),
      on_change_(std::move(on_change)),
      started_(start.started),
      adopted_(start.adopted),
      health_(manners_.health),
      prober_(loop, [this](const ProbeResult& result) { on_probe(result); }),
      limit_timer_([this] { on_limit(); }),
      cgroup_(adopted_ ? own_cgroup_of(process_.pid, identity_.replica) : std::move(start.cgroup)) {
  take_limit();
  if (!adopted_) cpu_ = CpuReading{.at = started_};
  // Cannot fail but for want of kernel memory; the probes would then find its end.
  (void)loop_.add(process_.pidfd.get(), EPOLLIN, *this);
  loop_.arm(limit_timer_, manners_.ready_timeout);
  prober_.use(look());
  prober_.start(adopted_ ? Duration{0} : manners_.ready_every);
  if (start.leaderless) stop();
}

Replica::~Replica() {
  loop_.remove(process_.pidfd.get(), *this);
  if (member_) loop_.remove(member_->pidfd.get(), *this);
  if (stage_ != Stage::ended) io::disclaim(process_);
}

scale::Phase Replica::phase() const {
  if (stage_ == Stage::starting) return scale::Phase::starting;
  return stage_ == Stage::ready ? scale::Phase::ready : scale::Phase::draining;
}

void Replica::use(Manners manners) {
  const bool drains = stage_ == Stage::leaving || stage_ == Stage::terminating;
  if (drains && manners.drain != manners_.drain) loop_.arm(limit_timer_, manners.drain);
  manners_ = std::move(manners);
  take_limit();
  prober_.use(look());
}

void Replica::take_limit() {
  if (manners_.command_hash == identity_.command_hash) memory_bytes_ = manners_.memory_bytes;
}

Look Replica::look() const {
  return {.address = identity_.address,
          .path = manners_.ready_path,
          .every = stage_ == Stage::starting ? manners_.ready_every : manners_.health_every,
          .timeout = manners_.probe_timeout};
}

void Replica::on_probe(const ProbeResult& result) {
  if (result.outcome != ProbeOutcome::ok) last_problem_ = result.text;
  unseen_ = result.outcome == ProbeOutcome::unseen;
  if (stage_ == Stage::starting) {
    if (result.outcome == ProbeOutcome::ok) prove_ready();
  } else if (stage_ == Stage::ready) {
    const bool was_healthy = health_.healthy();
    const bool was_hung = health_.hung();
    health_.record(result.outcome, loop_.now());
    if (health_.healthy() != was_healthy || health_.hung() != was_hung)
      on_change_(*this, ReplicaChange::health);
  }
}

/// An answer is not enough: another process may hold the port and give it.
void Replica::prove_ready() {
  const io::Listener listener = io::listener_on(identity_.address.port(), process_.pid);
  // `unknown`: a program with file capabilities hides its descriptors even from its own user.
  if (listener != io::Listener::members && listener != io::Listener::unknown) {
    last_problem_ = fmt::format("another process listens on {}", identity_.address.text());
    return;
  }
  stage_ = Stage::ready;
  ready_since_ = adopted_ ? started_ : loop_.now();
  loop_.disarm(limit_timer_);
  prober_.use(look());
  on_change_(*this, ReplicaChange::ready);
}

void Replica::stop() {
  if (stopping_ || stage_ == Stage::ended) return;
  stopping_ = true;
  if (stage_ == Stage::starting) return terminate();
  if (stage_ != Stage::ready) return;
  stage_ = Stage::leaving;
  prober_.stop();
  loop_.arm(limit_timer_, manners_.drain);
}

void Replica::removed() {
  if (stage_ == Stage::leaving) terminate();
}

void Replica::on_limit() {
  if (stage_ == Stage::starting) {
    // Whether it is ready is not known: it gets its time again.
    if (unseen_ || (adopted_ && manners_.spare_adopted))
      return loop_.arm(limit_timer_, manners_.ready_timeout);
    end_text_ = fmt::format("was not ready within {} ({})", format_duration(manners_.ready_timeout),
                            last_problem_);
    timed_out_ = true;
    kill();
  } else if (stage_ == Stage::leaving) {
    terminate();
  } else if (stage_ == Stage::terminating) {
    end_text_ = fmt::format("was killed, {} after SIGTERM", format_duration(manners_.drain));
    kill();
  }
}

/// To the whole group: a shell that was the command does not pass it on to what serves.
void Replica::terminate() {
  stage_ = Stage::terminating;
  prober_.stop();
  signal_group(SIGTERM);
  loop_.arm(limit_timer_, manners_.drain);
}

void Replica::kill() {
  killed_ = true;
  stage_ = Stage::killed;
  prober_.stop();
  signal_group(SIGKILL);
  io::send_signal(process_, SIGKILL);
  if (!leaderless_) return;
  if (leads_own_group()) return finish();
  if (member_) io::send_signal(*member_, SIGKILL);
  on_change_(*this, ReplicaChange::leaderless);  // the next look kills the rest
}

/// The group's number may be used while its first process runs or is our child and not reaped:
/// then it cannot be anybody else's.
void Replica::signal_group(int signal) const {
  if (leads_own_group() || !io::has_ended(process_)) io::send_signal_to_group(group_, signal);
}

void Replica::on_events(std::uint32_t /*events*/) {
  if (stage_ == Stage::ended) return;
  if (leaderless_) {
    if (!member_ || !io::has_ended(*member_)) return;
    loop_.remove(member_->pidfd.get(), *this);
    member_.reset();
    return on_change_(*this, ReplicaChange::leaderless);
  }
  if (!io::has_ended(process_)) return;
  leaderless_ = true;
  of_another_parent_ = !leads_own_group();
  prober_.stop();
  loop_.remove(process_.pidfd.get(), *this);
  if (stage_ == Stage::terminating) return on_change_(*this, ReplicaChange::leaderless);
  finish();
}

void Replica::watch(io::Process member) {
  if (!leaderless_ || member_ || stage_ != Stage::terminating) return;
  member_ = std::move(member);
  (void)loop_.add(member_->pidfd.get(), EPOLLIN, *this);  // or the drain time ends it
}

void Replica::looked(bool everywhere) {
  if (!leaderless_ || stage_ == Stage::ended) return;
  const bool seen = everywhere || !of_another_parent_;
  if (seen && (!member_ || stage_ == Stage::killed)) finish();
}

void Replica::finish() {
  // Whoever came to the group since the last look. Before reap(), see signal_group().
  if (leads_own_group()) io::send_signal_to_group(group_, SIGKILL);
  exit_status_ = io::reap(process_);
  end_cgroup();
  if (end_text_.empty()) end_text_ = exit_status_.text();
  stage_ = Stage::ended;
  loop_.disarm(limit_timer_);
  on_change_(*this, ReplicaChange::ended);
}

void Replica::end_cgroup() {
  if (!cgroup_) return;
  if (end_text_.empty() && cgroup_->ran_out_of_memory()) {
    over_memory_ = true;
    end_text_ = fmt::format("was killed: it reached its memory limit of {}",
                            format_bytes(cgroup_->memory_limit().value_or(memory_bytes_)));
  }
  cgroup_->end();
}

/// As the kernel would: at once, and all of it. A look at all processes costs more, so it is taken
/// only when those of several that share memory seem to be over.
void Replica::keep_within_memory() {
  const bool watched = memory_bytes_ > 0 && !(cgroup_ && cgroup_->memory_limit());
  if (!watched || manners_.spare_adopted || leaderless_ || is_over()) return;
  const std::vector<pid_t> all = io::with_descendants(process_.pid);
  if (io::resident_bytes(all) <= memory_bytes_) return;
  const std::int64_t used = io::resident_bytes_once(all);
  if (used <= memory_bytes_) return;
  over_memory_ = true;
  end_text_ = fmt::format("was killed: it took {} of memory, its limit is {}", format_bytes(used),
                          format_bytes(memory_bytes_));
  kill();
}

scale::ReplicaSeen Replica::sample(Instant now) {
  scale::ReplicaSeen seen{
      .id = id(), .version = identity_.command_hash, .phase = phase(), .age = now - started_};
  if (ready_since_ && !adopted_) seen.startup = *ready_since_ - started_;
  // Its number may be another's once it has ended.
  const auto stat = leaderless_ ? std::nullopt : io::read_process_stat(process_.pid);
  if (!stat) return seen;
  seen.rss_bytes = stat->rss_bytes;
  CpuReading reading{.at = now, .cpu = stat->cpu, .cores = -1};
  if (cpu_ && now > cpu_->at)
    reading.cores = seconds(stat->cpu - cpu_->cpu) / seconds(now - cpu_->at);
  seen.cpu_cores = reading.cores;
  cpu_ = reading;
  return seen;
}

std::optional<Duration> Replica::cpu() const {
  return cpu_ ? std::optional(cpu_->cpu) : std::nullopt;
}

}  // namespace headroom::supervisor

// The control thread.
#include "control/controller.h"

#include <signal.h>

#include <algorithm>

#include "io/clock.h"

namespace headroom::control {
namespace {

/// Only services whose replicas are headroom's to change are decided on.
scale::Policy policy_of(const spec::Config& config) {
  scale::Policy policy = scale::Policy::from(config);
  std::erase_if(policy.services, [&](const scale::ServicePolicy& of) {
    const auto service = std::ranges::find(config.services, of.service, &spec::Service::name);
    return !service->run.has_value();
  });
  return policy;
}

}  // namespace

Controller::Controller(const Parts& parts, const spec::Config& config)
    : parts_(parts), config_(config), policy_(policy_of(config)) {
  (void)machine_cpu_.sample();
  previous_ = io::monotonic_now();
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);  // signals belong to the main thread
  thread_ = std::thread([this] { run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Controller::~Controller() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Controller::reload(const spec::Config& config) {
  const std::lock_guard lock(mutex_);
  incoming_ = config;
}

void Controller::begin_with_what_was_learned() {
  if (!parts_.recall) return;
  Recalled before = parts_.recall(policy_, io::wall_now());
  model_ = std::move(before.model);
  state_ = std::move(before.state);
}

void Controller::run() {
  begin_with_what_was_learned();
  Instant next = io::monotonic_now() + tick;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      const Duration wait = next - io::monotonic_now();
      if (wait > Duration{}) wake_.wait_for(lock, wait, [this] { return stopping_; });
      if (stopping_) return;
    }
    const Now now = io::now();
    if (now.elapsed < next) continue;
    take_reload();
    run_tick(now);
    // A tick that overran is skipped, not caught up on: dt is measured.
    while (next <= io::monotonic_now()) next += tick;
  }
}

void Controller::take_reload() {
  const std::lock_guard lock(mutex_);
  if (!incoming_) return;
  config_ = std::move(*incoming_);
  incoming_.reset();
  policy_ = policy_of(config_);
  reloaded_ = true;
}

void Controller::run_tick(Now now) {
  const gateway::Collected collected = parts_.gateway.collect(sources_wait);
  scale::Observations seen = observe(now, collected);
  std::optional<Checkpoint> before = checkpoint(now.elapsed);
  scale::Step step = scale::step(policy_, std::move(model_), state_, seen);
  model_ = std::move(step.model);
  state_ = std::move(step.decisions.next);

  const Journal::Status journal = parts_.journal.status();
  parts_.status.set_journal(journal.healthy, journal.problem);
  parts_.status.update(config_, seen, model_, step.decisions.services, collected.stats);
  const Ticket ticket =
      parts_.journal.record(std::move(seen), step.decisions.services, std::move(before));
  if (config_.mode == spec::Mode::act) act(step.decisions.services, ticket);
}

scale::Observations Controller::observe(Now now, const gateway::Collected& collected) {
  scale::Observations seen;
  seen.now = now;
  seen.dt = now.elapsed - previous_;
  previous_ = now.elapsed;
  seen.machine_cpu = machine_cpu_.sample();
  std::optional<ReplicasByService> replicas = parts_.target.observe(sources_wait);
  replicas_known_ = replicas.has_value();
  for (const spec::Service& service : config_.services) {
    ReplicasSeen of_service;
    if (replicas) of_service = std::move((*replicas)[service.name]);
    seen.services.push_back(service_seen(service, collected, std::move(of_service), seen.dt));
    if (!replicas) seen.services.back().completeness = 0;  // nobody knows what is running
  }
  return seen;
}

std::optional<Checkpoint> Controller::checkpoint(Instant now) {
  const auto due = parts_.journal.checkpoint_due(now);
  if (!reloaded_ && !due) return std::nullopt;
  const std::string reason = reloaded_ && !due ? "reload" : std::string(*due);
  reloaded_ = false;
  return Checkpoint{reason, policy_, model_, state_};
}

void Controller::act(const std::vector<scale::ServiceDecision>& decisions, Ticket ticket) {
  const auto changes = [this](const scale::ServiceDecision& decision) {
    const auto before = applied_.find(decision.service);
    // A service's first decision replaces whatever runs, so that must be known.
    return before == applied_.end() ? replicas_known_ : before->second != decision.replicas;
  };
  if (std::ranges::none_of(decisions, changes)) return;
  // What cannot be recorded is not taken away: raising goes on, lowering waits for the journal.
  const bool recorded = parts_.journal.wait_committed(ticket, commit_wait);
  const bool may_lower = recorded || parts_.journal.healthy();
  for (const scale::ServiceDecision& decision : decisions) {
    if (!changes(decision)) continue;
    const auto [entry, is_new] = applied_.try_emplace(decision.service, decision.replicas);
    if (!is_new && (may_lower || decision.replicas > entry->second))
      entry->second = decision.replicas;
  }
  parts_.target.apply(applied_);
}

}  // namespace headroom::control

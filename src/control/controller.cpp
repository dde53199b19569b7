// The control thread.
#include "control/controller.h"

#include <signal.h>

#include <algorithm>
#include <utility>

#include "io/clock.h"
#include "io/log_writer.h"
#include "scale/seen.h"

namespace headroom::control {
namespace {

/// Only services whose replicas are headroom's to change are decided on. In shadow nothing is
/// changed anyway: what would be wanted is told of all.
scale::Policy policy_of(const spec::Config& config) {
  scale::Policy policy = scale::Policy::from(config);
  std::erase_if(policy.services, [&](const scale::ServicePolicy& of) {
    const auto service = std::ranges::find(config.services, of.service, &spec::Service::name);
    return !policy.shadow && !service->run.has_value();
  });
  return policy;
}

}  // namespace

Controller::Controller(const Parts& parts, const spec::Config& config, std::uint64_t generation)
    : parts_(parts),
      config_(config),
      policy_(policy_of(config)),
      limits_(config),
      generation_(generation) {
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

void Controller::reload(const spec::Config& config, std::uint64_t generation) {
  const std::lock_guard lock(mutex_);
  incoming_ = config;
  incoming_generation_ = generation;
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
    std::uint64_t due = 0;
    for (; next <= io::monotonic_now(); next += tick) ++due;
    if (due > 1) parts_.status.drop_ticks(due - 1);
  }
}

void Controller::take_reload() {
  const std::lock_guard lock(mutex_);
  if (!incoming_) return;
  config_ = std::move(*incoming_);
  incoming_.reset();
  generation_ = incoming_generation_;
  feed_.forget_others(config_);
  policy_ = policy_of(config_);
  reloaded_ = true;
  ages_.keep([this](const std::string& name) {
    return std::ranges::find(config_.services, name, &spec::Service::name) !=
           config_.services.end();
  });
  limits_.begin_anew(config_);
}

void Controller::run_tick(Now now) {
  const gateway::Collected collected = parts_.gateway.collect(sources_wait);
  scale::Observations seen = observe(now, collected);
  std::optional<Checkpoint> before = checkpoint(now.elapsed);
  scale::Step step = scale::step(policy_, std::move(model_), state_, seen);
  model_ = std::move(step.model);
  state_ = std::move(step.decisions.next);

  admit(seen);
  const Journal::Status journal = parts_.journal.status();
  parts_.status.set_journal(journal.healthy, journal.problem, journal.lost);
  journal_trouble_.look(journal.healthy ? "" : journal.problem);
  learned_trouble_.look(journal.cramped);
  access_log_trouble_.look(io::log_problem(io::Log::access));
  parts_.status.update({config_, seen, collected, standings_, model_, step.decisions.services});
  const Ticket ticket =
      parts_.journal.record(std::move(seen), step.decisions.services, std::move(before));
  if (config_.mode == spec::Mode::act)
    act(step.decisions.services, ticket);
  else
    approved_.clear();  // others decide what stands meanwhile
}

scale::Observations Controller::observe(Now now, const gateway::Collected& collected) {
  scale::Observations seen;
  seen.now = now;
  const evidence::Interval ticked{previous_, now.elapsed};
  seen.dt = ticked.to - ticked.from;
  previous_ = now.elapsed;
  seen.machine_cpu = machine_cpu_.sample();
  std::optional<ReplicasByService> replicas = parts_.target.observe(sources_wait);
  replicas_known_ = replicas.has_value();
  standings_.clear();
  for (const spec::Service& service : config_.services) {
    ReplicasSeen of_service;
    if (replicas) {
      of_service = std::move((*replicas)[service.name]);
      standings_[service.name] = std::move(of_service.standing);
    }
    seen.services.push_back(feed_.look(service, collected, std::move(of_service), ticked));
    ages_.settle(now.elapsed, seen.services.back());
    if (!replicas) seen.services.back().completeness = 0;  // nobody knows what is running
  }
  return seen;
}

std::optional<Checkpoint> Controller::checkpoint(Instant now) {
  return checkpoints_.next(parts_.journal.checkpoint_due(now), std::exchange(reloaded_, false),
                           policy_, model_, state_);
}

void Controller::admit(const scale::Observations& seen) {
  const Admissions now = limits_.after(policy_, model_, seen);
  if (now == admitted_) return;
  admitted_ = now;
  parts_.target.admit(now);
}

void Controller::act(const std::vector<scale::ServiceDecision>& decisions, Ticket ticket) {
  Approval approval{.recorded = true, .replicas_known = replicas_known_};
  if (changes(decisions, approved_, approval))
    approval.recorded =
        parts_.journal.wait_committed(ticket, commit_wait) || parts_.journal.healthy();
  approved_ = approved(decisions, policy_, approved_, approval);
  parts_.target.apply({generation_, approved_});
}

}  // namespace headroom::control

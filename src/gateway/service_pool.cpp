// Choosing a replica and accounting for what happens there.
#include "gateway/service_pool.h"

#include <algorithm>

namespace headroom::gateway {
namespace {

constexpr protect::OutlierRule outlier_rule{};
constexpr protect::PaceRule pace_rule{};
constexpr std::size_t siblings_max = 32;  // with whom a replica is compared; more say no more

}  // namespace

ServicePool::~ServicePool() {
  for (const auto& upstream : upstreams_) upstream->retire(settled_);
}

void ServicePool::publish(io::Loop& loop, const std::vector<Endpoint>& endpoints,
                          Duration cold_start) {
  cold_start_ = cold_start;
  std::vector<std::shared_ptr<Upstream>> next;
  for (const Endpoint& endpoint : endpoints) {
    const auto known = std::find_if(upstreams_.begin(), upstreams_.end(), [&](const auto& u) {
      return u != nullptr && u->shared_replica() == endpoint.replica;
    });
    if (known == upstreams_.end()) {
      next.push_back(std::make_shared<Upstream>(loop, endpoint.replica));
    } else {
      next.push_back(std::move(*known));
    }
    next.back()->healthy = endpoint.healthy;
  }
  for (const auto& left : upstreams_)
    if (left != nullptr) left->retire(loop.now());
  upstreams_ = std::move(next);
  // Who is compared with nobody any more has all its places.
  for (const auto& upstream : upstreams_) upstream->paced.weight = 1;
  paces_.replicas_changed();
}

std::size_t ServicePool::left_out(Instant now, const Replica* except) const {
  return static_cast<std::size_t>(std::ranges::count_if(upstreams_, [&](const auto& u) {
    return &u->replica() != except && !usable(*u, false, now);
  }));
}

bool ServicePool::usable(const Upstream& upstream, bool ignore_health, Instant now) const {
  return ignore_health || (upstream.healthy && !upstream.shared_replica()->health.ejected(now));
}

std::optional<Permit> ServicePool::admit(std::uint8_t rank, const Replica* avoid, Instant now,
                                         Random& random) {
  if (shared_->board.first().turn.before_newcomer(rank)) return std::nullopt;
  return take(avoid, now, random);
}

std::optional<Permit> ServicePool::take(const Replica* avoid, Instant now, Random& random) {
  const bool ignore_health = protect::panic(left_out(now), upstreams_.size());
  const auto another = [&](const auto& u) {
    return &u->replica() != avoid && usable(*u, ignore_health, now);
  };
  const bool ignore_avoid = avoid == nullptr || std::ranges::none_of(upstreams_, another);

  const auto at = [&](std::size_t i) {
    const Upstream& u = *upstreams_[i];
    return candidate(u, usable(u, ignore_health, now) && (ignore_avoid || &u.replica() != avoid),
                     now);
  };
  if (paces_.any_slow())
    for (std::size_t i = 0; i < upstreams_.size(); ++i)
      if (paces_.due(pace_rule, upstreams_[i]->paced, now) && at(i).has_room())
        if (const auto in_flight = upstreams_[i]->replica().take(); in_flight > 0)
          return permit(upstreams_[i], in_flight, now);
  // Another worker may take the last place between the look and the take; then look again: to give
  // up before all are full would leave a place free while somebody waits.
  while (const auto index = protect::least_loaded(upstreams_.size(), at, random)) {
    const auto& upstream = upstreams_[*index];
    const std::int32_t in_flight = upstream->replica().take();
    if (in_flight == 0) continue;
    return permit(upstream, in_flight, now);
  }
  return std::nullopt;
}

std::optional<ServicePool::Connected> ServicePool::take_connected(const Replica* avoid,
                                                                  Instant now) {
  for (const auto& upstream : upstreams_) {
    if (&upstream->replica() == avoid || !usable(*upstream, false, now)) continue;
    auto connection = upstream->take_idle();
    if (connection == nullptr) continue;
    const std::int32_t in_flight = upstream->replica().take();
    if (in_flight > 0) return Connected{permit(upstream, in_flight, now), std::move(connection)};
    upstream->keep(std::move(connection), now);
  }
  return std::nullopt;
}

Permit ServicePool::permit(const std::shared_ptr<Upstream>& upstream, std::int32_t in_flight,
                           Instant now) {
  settle(now);
  paces_.chosen(upstream->paced, now);
  ++in_flight_;
  ++stats_.attempts;
  return {upstream, in_flight};
}

protect::Candidate ServicePool::candidate(const Upstream& upstream, bool usable,
                                          Instant now) const {
  const Replica& r = upstream.replica();
  const Replica::Load load = r.load();
  // Streams stand in nobody's way: a slow replica has fewer places for what it works on.
  const std::int32_t places = upstream.paced.places(load.working + load.room);
  return {.in_flight = load.in_flight,
          .limit = load.in_flight - load.working + places,
          .weight = upstream.paced.weight *
                    protect::slow_start_weight(now - r.ready_since, protect::slow_start_window),
          .usable = usable};
}

void ServicePool::compare_paces(Instant now) {
  const bool ignore_health = protect::panic(left_out(now), upstreams_.size());
  std::vector<protect::Paced*> in_use;
  for (const auto& u : upstreams_) {
    if (usable(*u, ignore_health, now))
      in_use.push_back(&u->paced);
    else
      u->paced.weight = 1;  // who comes back was compared with none of those there now
  }
  paces_.compare(pace_rule, in_use, now);
}

bool ServicePool::place_free(Instant now) const {
  const bool ignore_health = protect::panic(left_out(now), upstreams_.size());
  return std::ranges::any_of(upstreams_, [&](const auto& u) {
    return candidate(*u, usable(*u, ignore_health, now), now).has_room();
  });
}

protect::Crowd ServicePool::crowd(std::uint8_t rank, Instant now) const {
  const bool ignore_health = protect::panic(left_out(now), upstreams_.size());
  std::size_t places = 0;
  for (const auto& upstream : upstreams_) {
    if (!usable(*upstream, ignore_health, now)) continue;
    const Replica& replica = upstream->replica();
    const auto allowed = std::min(replica.limit.load(), replica.concurrency.load());
    places += static_cast<std::size_t>(std::max(0, upstream->paced.places(allowed)));
  }
  return {.before = shared_->board.before_newcomer(rank),
          .places = places,
          .service_time = service_time_.mean(),
          .standing = shared_->board.standing(rank, now)};
}

Instant ServicePool::next_return(Instant now) const {
  Instant next = Instant::max();
  for (const auto& upstream : upstreams_) {
    const Instant until = upstream->replica().health.state().ejected_until;
    if (until > now) next = std::min(next, until);
  }
  return next;
}

protect::WaitingQueue::Joined ServicePool::join(protect::Waiter& waiter, std::uint8_t rank,
                                                Instant now) {
  shared_->board.joins(rank, now);
  const auto joined = queue_.join(waiter, rank, now);
  note_queue();
  return joined;
}

void ServicePool::leave(protect::Waiter& waiter) {
  waiter.leave();
  note_queue();
}

void ServicePool::note_queue() {
  shared_->board.count(worker_, queue_.sizes());
  shared_->board.note(worker_, queue_.first_turn());
}

void ServicePool::attempt_ended(const Permit& permit, protect::AttemptEnd end, bool late,
                                Duration latency, Instant now) {
  const bool failed = end == protect::AttemptEnd::broke || end == protect::AttemptEnd::error_answer;
  if (end == protect::AttemptEnd::answered) {
    service_time_.record(latency);
    permit.upstream->paced.pace.record(latency, now);
    if (paces_.outdated(pace_rule, now)) compare_paces(now);
  }
  ++stats_.attempts_ended;
  stats_.attempt_seconds += seconds(latency);
  Replica& replica = permit.upstream->replica();
  stats_.count(replica.version, static_cast<std::uint32_t>(permit.in_flight), failed || late,
               seconds(latency));
  const protect::Health health = replica.health.attempt_ended(end, now);
  if (health.failures >= outlier_rule.failures_max || (failed && stands_out(replica, now)))
    eject(replica, now);
}

bool ServicePool::stands_out(const Replica& replica, Instant now) const {
  const Instant from = replica.health.in_use_since();
  const protect::Answers own = replica.health.answers(from, now);
  if (own.errors < outlier_rule.errors_min) return false;
  protect::Siblings siblings;
  std::size_t compared = 0;
  for (const auto& upstream : upstreams_) {
    if (&upstream->replica() == &replica || !usable(*upstream, false, now)) continue;
    if (compared++ == siblings_max) break;
    siblings.add(outlier_rule, upstream->replica().health.answers(from, now));
  }
  return protect::stands_out(outlier_rule, own, siblings);
}

void ServicePool::eject(Replica& replica, Instant now) {
  const std::unique_lock alone(shared_->ejecting, std::try_to_lock);
  if (!alone || replica.health.ejected(now)) return;
  if (!protect::may_eject(left_out(now, &replica), upstreams_.size())) return;
  replica.health.eject(outlier_rule, now);
  ++stats_.ejections;
}

void ServicePool::becomes_stream(Permit& permit) {
  permit.stream = true;
  permit.upstream->replica().becomes_stream();
}

void ServicePool::give_back(Permit& permit, Instant now) {
  settle(now);
  --in_flight_;
  permit.upstream->replica().give_back(permit.stream);
  permit.upstream.reset();
}

void ServicePool::close_old_connections(Instant now) {
  for (const auto& upstream : upstreams_)
    upstream->close_idle_since_before(now - Upstream::idle_longest);
}

void ServicePool::settle(Instant now) {
  stats_.in_flight_seconds += static_cast<double>(in_flight_) * seconds(now - settled_);
  settled_ = now;
}

}  // namespace headroom::gateway

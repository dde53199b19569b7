// Choosing a replica and accounting for what happens there.
#include "gateway/service_pool.h"

#include <algorithm>

#include "protect/balance.h"

namespace headroom::gateway {
namespace {

constexpr protect::OutlierRule outlier_rule{};

}  // namespace

std::optional<std::size_t> WaitBoard::longest(std::size_t worker_count) const {
  std::optional<std::size_t> best;
  std::int64_t best_since = nobody;
  for (std::size_t i = 0; i < worker_count; ++i) {
    const std::int64_t since = cells_[i].since_ns.load(std::memory_order_seq_cst);
    if (since >= best_since) continue;
    best = i;
    best_since = since;
  }
  return best;
}

ServicePool::~ServicePool() {
  for (const auto& upstream : upstreams_) upstream->retire();
}

void ServicePool::publish(io::Loop& loop, const std::vector<Endpoint>& endpoints) {
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
    if (left != nullptr) left->retire();
  upstreams_ = std::move(next);
}

std::optional<Permit> ServicePool::take(const Replica* avoid, Instant now, Random& random) {
  const auto out = [&](const Upstream& u, const Replica& r) {
    return !u.healthy || r.ejected(now);
  };
  std::size_t ejected = 0;
  for (const auto& u : upstreams_) ejected += out(*u, u->replica()) ? 1 : 0;
  const bool ignore_health = protect::panic(ejected, upstreams_.size());
  const auto another = [&](const auto& u) {
    const Replica& r = u->replica();
    return &r != avoid && (ignore_health || !out(*u, r));
  };
  const bool ignore_avoid = avoid == nullptr || std::ranges::none_of(upstreams_, another);

  const auto candidate = [&](std::size_t i) {
    const Upstream& u = *upstreams_[i];
    const Replica& r = *u.shared_replica();
    return protect::Candidate{
        .in_flight = r.in_flight(),
        .limit = r.concurrency,
        .weight = protect::slow_start_weight(now - r.ready_since, protect::slow_start_window),
        .usable = (ignore_health || !out(u, r)) && (ignore_avoid || &r != avoid)};
  };
  // Another worker may take the last place between the look and the take; then look again.
  for (int tries = 0; tries < 3; ++tries) {
    const auto index = protect::least_loaded(upstreams_.size(), candidate, random);
    if (!index) return std::nullopt;
    const auto& upstream = upstreams_[*index];
    const std::int32_t in_flight = upstream->replica().take();
    if (in_flight == 0) continue;
    return permit(upstream, in_flight, now);
  }
  return std::nullopt;
}

std::optional<Permit> ServicePool::take_connected(Instant now) {
  for (const auto& upstream : upstreams_) {
    if (!upstream->has_idle() || !upstream->healthy || upstream->replica().ejected(now)) continue;
    const std::int32_t in_flight = upstream->replica().take();
    if (in_flight > 0) return permit(upstream, in_flight, now);
  }
  return std::nullopt;
}

Permit ServicePool::permit(const std::shared_ptr<Upstream>& upstream, std::int32_t in_flight,
                           Instant now) {
  settle(now);
  ++in_flight_;
  ++stats_.attempts;
  return {upstream, in_flight};
}

Instant ServicePool::next_return(Instant now) const {
  Instant next = Instant::max();
  for (const auto& upstream : upstreams_)
    if (const Instant until = upstream->replica().ejected_until(); until > now)
      next = std::min(next, until);
  return next;
}

void ServicePool::attempt_ended(const Permit& permit, bool failed, bool late, Duration latency,
                                Instant now) {
  ++stats_.attempts_ended;
  stats_.attempt_seconds += seconds(latency);
  auto& levels = stats_.by_concurrency;
  const std::size_t level =
      scale::ByConcurrency::level_of(static_cast<std::uint32_t>(permit.in_flight));
  ++levels.attempts[level];
  levels.late[level] += failed || late ? 1 : 0;
  levels.latency_s[level] += seconds(latency);
  if (permit.upstream->replica().attempt_ended(outlier_rule, failed, now)) ++stats_.ejections;
}

void ServicePool::give_back(Permit& permit, Instant now) {
  settle(now);
  --in_flight_;
  permit.upstream->replica().give_back();
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

// Filling a ServiceSeen in place: nothing is allocated, two levels of concurrency are touched.
#include "prove/fluid_view.h"

#include <algorithm>
#include <cmath>

namespace headroom::prove {

FluidView::FluidView(const Workload& workload, const AloneTime& alone, scale::ServiceSeen& seen)
    : seen_(seen),
      concurrency_(workload.concurrency),
      service_s_(workload.service_time.mean()),
      late_alone_share_(alone.exceeds(workload.objective_s)),
      alone_s_{alone.quantile(0.5), alone.quantile(0.95), alone.quantile(0.99)},
      objective_s_(workload.objective_s),
      levels_(static_cast<std::size_t>(workload.concurrency) + 2) {
  for (std::size_t i = 0; i < levels_.size(); ++i)
    levels_[i] = scale::ByConcurrency::level_of(static_cast<std::uint32_t>(i));
}

void FluidView::show(const FluidSecond& second) {
  seen_.arrivals = static_cast<std::uint64_t>(second.second.arrivals);
  seen_.concurrency = second.busy;
  seen_.waiting = std::llround(second.waiting);
  show_outcomes(second);
  show_attempts(second);
  show_replicas(second);
  busy_ = second.busy;
  in_flight_ = second.in_flight;
}

void FluidView::show_outcomes(const FluidSecond& second) {
  // Seen when they end: with the wait behind them, after the rest of the objective at least.
  const double rest_s = std::clamp(objective_s_ - second.wait_s, 0.0, double{delay_max_s});
  const std::size_t due = (now_ + static_cast<std::size_t>(rest_s)) % late_.size();
  late_[due] += second.second.late + second.second.late_alone;
  const double late = std::exchange(late_[now_], 0);
  now_ = (now_ + 1) % late_.size();

  const double ended = in_flight_ + second.started - second.second.failed - second.in_flight;
  seen_.late = late_seen_.add(late);
  seen_.shed = shed_.add(second.second.shed);
  seen_.failed = failed_.add(second.second.failed);
  // Where fewer end than are found late, the difference is made up for by the seconds after.
  good_.left += ended - late;
  seen_.good = good_.add(0);
  const bool any = second.started > 0;
  seen_.service_time_s = any ? service_s_ * second.slowness : 0;
  seen_.latency_p50_s = any ? second.wait_s + alone_s_[0] * second.stretch : 0;
  seen_.latency_p95_s = any ? second.wait_s + alone_s_[1] * second.stretch : 0;
  seen_.latency_p99_s = any ? second.wait_s + alone_s_[2] * second.stretch : 0;
}

void FluidView::show_level(std::size_t level, double attempts, const FluidSecond& second) {
  auto& by = seen_.by_concurrency;
  by.attempts[level] += static_cast<std::uint32_t>(attempts);
  by.latency_s[level] += attempts * service_s_ * second.slowness;
  by.late[level] += static_cast<std::uint32_t>(late_attempts_.add(attempts * late_alone_share_));
}

void FluidView::show_attempts(const FluidSecond& second) {
  auto& by = seen_.by_concurrency;
  for (const std::size_t level : filled_) {
    by.attempts[level] = by.late[level] = 0;
    by.latency_s[level] = 0;
  }
  const auto attempts = static_cast<double>(attempts_.add(second.started));
  if (attempts == 0 || second.places <= 0) return;
  // Balanced to the least loaded, replicas differ by about one request; the chosen one has the
  // fewest, and this one more.
  const double ready = second.places / concurrency_;
  const double found = std::clamp(second.busy / ready + 0.5, 1.0, concurrency_);
  const auto lower = static_cast<std::size_t>(found);
  const double above = std::floor(attempts * (found - static_cast<double>(lower)) + 0.5);
  filled_ = {levels_[lower], levels_[lower + 1]};
  show_level(filled_[0], attempts - above, second);
  if (above > 0) show_level(filled_[1], above, second);
}

void FluidView::show_replicas(const FluidSecond& second) {
  // By phase: starting, ready, draining.
  const double busy = second.places > 0 ? std::min(1.0, second.busy / second.places) : 0;
  const double cpu[] = {0, busy, 0};
  const std::int64_t each = second.ready > 0 ? std::llround(second.in_flight / second.ready) : 0;
  const std::int64_t in_flight[] = {0, each, 0};
  for (scale::ReplicaSeen& replica : seen_.replicas) {
    const auto phase = static_cast<std::size_t>(replica.phase);
    replica.cpu_cores = cpu[phase];
    replica.in_flight = in_flight[phase];
  }
}

}  // namespace headroom::prove

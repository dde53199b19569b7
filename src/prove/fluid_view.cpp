// Filling a ServiceSeen in place: nothing is allocated, few levels of concurrency are touched.
#include "prove/fluid_view.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "protect/balance.h"

namespace headroom::prove {

namespace {

/// P(Z <= z) to 4 digits, from a table; 0 and 1 beyond 3.5.
double standard_normal_below(double z) {
  constexpr double end = 3.5;
  constexpr std::size_t cells = 140;
  static const auto table = [] {
    std::array<double, cells + 1> out{};
    for (std::size_t i = 0; i <= cells; ++i) {
      const double at = end * (2.0 * static_cast<double>(i) / cells - 1);
      out[i] = std::erfc(-at / std::numbers::sqrt2) / 2;
    }
    return out;
  }();
  if (z <= -end) return 0;
  if (z >= end) return 1;
  const double position = (z + end) / (2 * end) * cells;
  const auto i = std::min(static_cast<std::size_t>(position), cells - 1);
  return std::lerp(table[i], table[i + 1], position - static_cast<double>(i));
}

/// What replicas with the same load on average differ by, in requests: where all are looked at,
/// and where two random ones are. Measured on the exact plant.
constexpr double uneven_of_all = 0.5;
constexpr double uneven_of_two = 1.15;
constexpr double more_than_mean = 0.3;  // found in flight, itself included

}  // namespace

FluidView::FluidView(const Workload& workload, const LateTable& late, const AloneTime& alone,
                     double unknown_share, std::uint64_t seed, scale::ServiceSeen& seen)
    : seen_(seen),
      dice_(seed),
      concurrency_(workload.concurrency),
      service_s_(workload.service_time.mean()),
      cv_(std::sqrt(workload.service_time.cv2())),
      unknown_share_(unknown_share),
      objective_s_(workload.objective_s),
      alone_s_{alone.quantile(0.5), alone.quantile(0.95), alone.quantile(0.99)} {
  const auto most = static_cast<std::uint32_t>(workload.concurrency);
  const Contention& law = workload.contention;
  for (std::size_t i = 0; i <= scale::ByConcurrency::level_of(most); ++i) {
    const std::uint32_t begin = scale::ByConcurrency::edge(i);
    const std::uint32_t end = std::min(scale::ByConcurrency::edge(i + 1), most + 1);
    const double others = (begin + end - 1) / 2.0 - 1;
    const double stretch = 1 + law.sigma * others + law.kappa * others * (others + 1);
    levels_.push_back({.end = end - 0.5,
                       .stay_s = service_s_ * stretch,
                       .late_share = late.alone(workload.objective_s / stretch)});
  }
  levels_.back().end = INFINITY;
}

void FluidView::show(const FluidSecond& second) {
  seen_.arrivals = static_cast<std::uint64_t>(second.second.arrivals);
  seen_.concurrency = second.busy;
  seen_.waiting = std::llround(second.waiting);
  show_attempts(second);
  show_outcomes(second);
  show_replicas(second);
  busy_ = second.busy;
  in_flight_ = second.in_flight;
}

void FluidView::show_outcomes(const FluidSecond& second) {
  // Seen when they end: with the wait behind them, after the rest of the objective at least.
  const double rest_s = std::clamp(objective_s_ - second.wait_s, 0.0, double{delay_max_s});
  const std::size_t due = (now_ + static_cast<std::size_t>(rest_s)) % late_.size();
  late_[due] += second.second.late + late_alone_;
  const double late = std::exchange(late_[now_], 0);
  now_ = (now_ + 1) % late_.size();

  const double ended = in_flight_ + second.started - second.second.failed - second.in_flight;
  seen_.late = late_seen_.add(late);
  seen_.shed = shed_.add(second.second.shed);
  seen_.failed = failed_.add(second.second.failed);
  // Where fewer end than are found late, the difference is made up for by the seconds after.
  good_.left += ended - static_cast<double>(seen_.late);
  seen_.good = good_.add(0);
  const bool any = second.started > 0;
  seen_.latency_p50_s = any ? second.wait_s + alone_s_[0] * second.stretch : 0;
  seen_.latency_p95_s = any ? second.wait_s + alone_s_[1] * second.stretch : 0;
  seen_.latency_p99_s = any ? second.wait_s + alone_s_[2] * second.stretch : 0;
}

void FluidView::show_attempts(const FluidSecond& second) {
  auto& by = seen_.by_concurrency;
  for (; filled_from_ < filled_to_; ++filled_from_) {
    by.attempts[filled_from_] = by.late[filled_from_] = 0;
    by.latency_s[filled_from_] = 0;
  }
  filled_from_ = filled_to_ = 0;
  seen_.service_time_s = 0;
  late_alone_ = 0;
  const auto attempts = static_cast<double>(attempts_.add(second.started));
  if (attempts == 0 || second.places <= 0) return;

  const double ready = second.places / concurrency_;
  const double uneven = ready > protect::full_scan_max ? uneven_of_two : uneven_of_all;
  const double mean = std::min(concurrency_, second.busy / ready + more_than_mean);
  const double deviation =
      std::sqrt(uneven * uneven + unknown_share_ * second.busy / (ready * ready));
  // By chance they took longer or shorter than usual, all in all, and more or fewer are late.
  const double slower = std::max(0.05, 1 + cv_ * dice_.normal() / std::sqrt(attempts)) *
                        second.slowness / second.stretch;
  const double late_usual = attempts * levels_.front().late_share;
  late_alone_ = late_usual > 0 ? dice_.poisson(late_usual) : 0;
  const double late_more = late_usual > 0 ? late_alone_ / late_usual : 0;
  // Whole numbers of requests: where the running sum, moved by chance, passes one.
  const double moved = dice_.uniform();
  const double late_moved = dice_.uniform();
  const auto all = static_cast<std::int64_t>(attempts);
  std::int64_t at = 0;
  std::int64_t late_at = 0;
  double late_sum = late_moved;
  double stay_s = 0;
  while (levels_[filled_to_].end < mean - 3 * deviation) ++filled_to_;
  filled_from_ = filled_to_;
  for (const double scale = 1 / deviation; at < all; ++filled_to_) {
    const Level& level = levels_[filled_to_];
    const double below = standard_normal_below((level.end - mean) * scale);
    const auto sum = below >= 1 ? all : static_cast<std::int64_t>(attempts * below + moved);
    const std::int64_t here = std::min(sum, all) - at;
    if (here == 0) continue;
    at += here;
    by.attempts[filled_to_] = static_cast<std::uint32_t>(here);
    const double level_s = static_cast<double>(here) * level.stay_s * slower;
    by.latency_s[filled_to_] = level_s;
    stay_s += level_s;
    late_sum += static_cast<double>(here) * level.late_share * late_more;
    const auto late_sum_whole = static_cast<std::int64_t>(late_sum);
    by.late[filled_to_] = static_cast<std::uint32_t>(late_sum_whole - late_at);
    late_at = late_sum_whole;
  }
  seen_.service_time_s = stay_s / attempts;
}

void FluidView::show_replicas(const FluidSecond& second) {
  // By phase: starting, ready, draining.
  const double busy = second.places > 0 ? std::min(1.0, second.busy / second.places) : 0;
  const double cpu[] = {0, busy, 0};
  const std::int64_t each = second.ready > 0 ? std::llround(second.in_flight / second.ready) : 0;
  const std::int64_t in_flight[] = {0, each, 0};
  for (scale::ReplicaSeen& replica : seen_.replicas) {
    const auto phase = static_cast<std::size_t>(replica.phase);
    replica.age += std::chrono::seconds(1);
    replica.cpu_cores = cpu[phase];
    replica.in_flight = in_flight[phase];
  }
}

}  // namespace headroom::prove

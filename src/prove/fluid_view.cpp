// Filling a ServiceSeen in place: nothing is allocated, few levels of concurrency are touched.
#include "prove/fluid_view.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "protect/balance.h"
#include "prove/rounded.h"

namespace headroom::prove {

namespace {

/// P(Z <= z) to 4 digits, linear between the points of a table; 0 and 1 from 3.5 on. Without a
/// branch, as where in the table a second's levels lie cannot be foreseen.
class NormalBelow {
 public:
  static constexpr double end = 3.5;

  NormalBelow() {
    for (std::size_t i = 1; i < cells; ++i) {
      const double at = end * (2.0 * static_cast<double>(i) / cells - 1);
      points_[i] = std::erfc(-at / std::numbers::sqrt2) / 2;
    }
    points_[cells] = points_[cells + 1] = 1;
  }

  double operator()(double z) const {
    constexpr double per_unit = cells / (2 * end);
    const double position = (std::min(std::max(z, -end), end) + end) * per_unit;
    const auto i = static_cast<std::uint32_t>(static_cast<std::int32_t>(position));
    return points_[i] + (points_[i + 1] - points_[i]) * (position - static_cast<double>(i));
  }

 private:
  static constexpr std::size_t cells = 140;
  std::array<double, cells + 2> points_{};
};

const NormalBelow& normal_below() {
  static const NormalBelow table;
  return table;
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
  for (std::uint32_t n = 0; n <= most; ++n)
    level_of_.push_back(scale::ByConcurrency::level_of(std::max(1U, n)));
  until_late_ = dice_.exponential();
}

void FluidView::show(const FluidSecond& second) {
  seen_.arrivals = static_cast<std::uint64_t>(second.second.arrivals);
  seen_.concurrency = second.busy;
  show_waiting(second);
  if (outcomes_) {
    show_attempts(second);
    show_outcomes(second);
  }
  show_replicas(second);
  busy_ = second.busy;
  in_flight_ = second.in_flight;
}

void FluidView::show_waiting(const FluidSecond& second) {
  double waiting = second.waiting;
  // A queue by chance is mostly not there, and has an exponential length when it is.
  if (second.queue > 0 && dice_.uniform() < second.queue_share)
    waiting += second.queue / second.queue_share * dice_.exponential();
  seen_.waiting = waiting > 0 ? static_cast<std::int64_t>(waiting + dice_.uniform()) : 0;
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

double FluidView::late_by_chance(double usual) {
  if (usual > 40) return dice_.poisson(usual);
  double count = 0;
  for (until_late_ -= usual; until_late_ < 0; until_late_ += dice_.exponential()) ++count;
  return count;
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
  late_alone_ = late_usual > 0 ? late_by_chance(late_usual) : 0;
  fill_levels(attempts, mean, deviation, slower, late_usual > 0 ? late_alone_ / late_usual : 0);
}

void FluidView::fill_levels(double attempts, double mean, double deviation, double slower,
                            double late_more) {
  // Whole numbers of requests: where the running sum, moved by chance, passes one.
  const double moved = dice_.uniform();
  double late_sum = dice_.uniform();
  const NormalBelow& below = normal_below();
  const double reach = 3 * deviation;
  const auto level_at = [&](double found) {
    return level_of_[static_cast<std::size_t>(std::clamp(found, 0.0, concurrency_))];
  };
  filled_from_ = level_at(mean - reach + 0.5);
  filled_to_ = level_at(mean + reach + 0.5) + 1;
  auto& by = seen_.by_concurrency;
  std::int64_t at = 0;
  std::int64_t late_at = 0;
  double stay_s = 0;
  const double scale = 1 / deviation;
  for (std::size_t i = filled_from_; i < filled_to_; ++i) {
    const Level& level = levels_[i];
    const double share = i + 1 < filled_to_ ? below((level.end - mean) * scale) : 1;
    const auto sum = static_cast<std::int64_t>(attempts * share + moved);
    const auto here = static_cast<double>(sum - at);
    by.attempts[i] = static_cast<std::uint32_t>(sum - at);
    at = sum;
    const double level_s = here * level.stay_s * slower;
    by.latency_s[i] = level_s;
    stay_s += level_s;
    late_sum += here * level.late_share * late_more;
    const auto late_whole = static_cast<std::int64_t>(late_sum);
    by.late[i] = static_cast<std::uint32_t>(late_whole - late_at);
    late_at = late_whole;
  }
  seen_.service_time_s = stay_s / attempts;
}

void FluidView::show_replicas(const FluidSecond& second) {
  // By phase: starting, ready, draining.
  const double busy = second.places > 0 ? std::min(1.0, second.busy / second.places) : 0;
  const double cpu[] = {0, busy, 0};
  const std::int64_t each = second.ready > 0 ? rounded(second.in_flight / second.ready) : 0;
  const std::int64_t in_flight[] = {0, each, 0};
  for (scale::ReplicaSeen& replica : seen_.replicas) {
    const auto phase = static_cast<std::size_t>(replica.phase);
    replica.age += std::chrono::seconds(1);
    replica.cpu_cores = cpu[phase];
    replica.in_flight = in_flight[phase];
  }
}

}  // namespace headroom::prove

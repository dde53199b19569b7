// Erlang's formula, Halfin and Whitt's limit, and the table of late shares.
#include "prove/queueing.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/result.h"

namespace headroom::prove {
namespace {

constexpr float log_nothing = -700;

// Mean waits as shares of the objective. Shorter ones change nothing.
constexpr double wait_least = 1e-3;
constexpr double wait_most = 1e2;

/// Service times lengthened by noisy neighbours and pauses.
class Disturbed {
 public:
  Disturbed(const Workload& workload, const World& world)
      : service_(workload.service_time), pauses_(workload.pauses) {
    if (world.noisy_share > 0 && world.noisy_slowdown > 1) {
      // Balanced by requests in flight, a replica that takes longer is sent fewer.
      slowdown_ = world.noisy_slowdown;
      noisy_ = world.noisy_share / slowdown_;
      noisy_ /= noisy_ + 1 - world.noisy_share;
    }
    if (pauses_.every_s <= 0) return;
    // A replica that pauses is sent about one or two more requests until it has more in flight
    // than the others; the figure is for half of its places taken.
    const double sent_per_s = 0.5 * workload.concurrency / service_.mean();
    into_pause_ = std::min(1.5 / sent_per_s, pauses_.length_s) / pauses_.every_s;
  }

  [[nodiscard]] bool nothing() const { return noisy_ <= 0 && pauses_.every_s <= 0; }
  [[nodiscard]] double longest_factor() const { return slowdown_; }

  /// P(time > x).
  [[nodiscard]] double exceeds(double x) const {
    const double calm = calm_exceeds(x);
    if (pauses_.every_s <= 0) return calm;
    // Requests of service time s are hit by a pause with probability s ÷ its period; each such
    // request of x − length to x is over x only because of it.
    const double from = std::max(0.0, x - pauses_.length_s);
    const double between = service_.capped(x).first - service_.capped(from).first +
                           from * service_.exceeds(from) - x * service_.exceeds(x);
    double sent = 0;  // mean over a wait that is uniform within the pause
    for (const double part : {1.0 / 6, 0.5, 5.0 / 6})
      sent += (calm_exceeds(x - part * pauses_.length_s) - calm) / 3;
    return std::min(1.0, calm + between / pauses_.every_s + into_pause_ * sent);
  }

 private:
  [[nodiscard]] double calm_exceeds(double x) const {
    if (x <= 0) return 1;
    const double quiet = service_.exceeds(x);
    return noisy_ <= 0 ? quiet : quiet + noisy_ * (service_.exceeds(x / slowdown_) - quiet);
  }

  const Distribution& service_;
  const Pauses pauses_;
  double noisy_ = 0;  // share of requests that a noisy replica serves
  double slowdown_ = 1;
  double into_pause_ = 0;  // share of requests that are sent to a replica in a pause
};

}  // namespace

double ErlangC::exact(int servers, double utilisation) {
  if (utilisation <= 0) return 0;
  const double offered = utilisation * servers;
  double inverse_b = 1;  // of Erlang's first formula
  for (int k = 1; k <= servers; ++k) {
    inverse_b = 1 + inverse_b * k / offered;
    if (inverse_b > 1e290) return 0;
  }
  return 1 / (utilisation + (1 - utilisation) * inverse_b);
}

double ErlangC::halfin_whitt(int servers, double utilisation) {
  const double beta = (1 - utilisation) * std::sqrt(static_cast<double>(servers));
  const double density = std::exp(-beta * beta / 2) / std::sqrt(2 * std::numbers::pi);
  const double below = 1 - std::erfc(beta / std::numbers::sqrt2) / 2;
  return density <= 0 ? 0 : 1 / (1 + beta * below / density);
}

double ErlangC::wait_share(int servers, double utilisation) {
  if (utilisation >= 1) return 1;
  if (servers > exact_max) return halfin_whitt(servers, utilisation);
  std::vector<Row>& row = rows_[static_cast<std::size_t>(servers)];
  if (row.empty()) {
    Row& fresh = row.emplace_back();
    for (std::size_t i = 0; i <= cells; ++i) {
      const double at = static_cast<double>(i) / cells;
      const double share = i == cells ? 1 : exact(servers, at);
      fresh[i] = share > 1e-300 ? static_cast<float>(std::log(share)) : log_nothing;
    }
  }
  const double position = utilisation * cells;
  const auto i = static_cast<std::size_t>(position);
  const double low = row[0][i];
  const double log_share = low + (row[0][i + 1] - low) * (position - static_cast<double>(i));
  return log_share < -40 ? 0 : std::exp(log_share);
}

AloneTime::AloneTime(const Workload& workload, const World& world) : time_(workload.service_time) {
  const Disturbed disturbed(workload, world);
  if (disturbed.nothing()) return;
  // From far below to beyond anything, in steps of 3%.
  std::vector<Percentile> points = {{0, 0}};
  const double longest =
      workload.service_time.quantile(1) * disturbed.longest_factor() + workload.pauses.length_s;
  constexpr double rarest = 1e-11;
  double before = 0;
  for (double x = workload.service_time.quantile(0.001) / 2; x < longest; x *= 1.03) {
    const double share = 1 - disturbed.exceeds(x);
    const double known = points.back().share;
    if (share > 1 - rarest) break;
    if (share > known + rarest) {
      // Where nothing lies between two times, the step is at the later one.
      if (before > points.back().seconds) points.push_back({known + rarest / 2, before});
      points.push_back({share, x});
    }
    before = x;
  }
  if (before > points.back().seconds) points.push_back({points.back().share + rarest / 2, before});
  points.push_back({1, longest});
  auto time = Distribution::empirical(points);
  CHECK(time.has_value());
  time_ = *std::move(time);
}

LateTable::LateTable(const AloneTime& alone, double objective_s)
    : objective_s_(objective_s), rows_(wait_cells + 1) {
  const double step = objective_s / x_cells;
  for (std::size_t i = 0; i <= x_cells; ++i)
    alone_[i] = alone.exceeds(static_cast<double>(i) * step);
}

const LateTable::Row& LateTable::row(std::size_t w) {
  Row& row = rows_[w];
  if (!row.empty()) return row;
  row.resize(x_cells + 1);
  const double step = objective_s_ / x_cells;
  const double share = static_cast<double>(w) / wait_cells;
  const double wait = objective_s_ * wait_least * std::pow(wait_most / wait_least, share);
  // Exact for P(alone > x) linear over a step.
  const double left = -std::expm1(-step / wait);
  const double keep = 1 - left;
  const double end_weight = 1 - left * wait / step;
  const double begin_weight = left - end_weight;
  double late = 1;
  row[0] = 0;
  for (std::size_t i = 1; i <= x_cells; ++i) {
    late = keep * late + begin_weight * alone_[i - 1] + end_weight * alone_[i];
    row[i] = late > 1e-300 ? static_cast<float>(std::log(late)) : log_nothing;
  }
  return row;
}

double LateTable::alone(double x) const {
  if (x <= 0) return 1;
  const double position = std::min(x / objective_s_, 1.0) * x_cells;
  const auto i = std::min(static_cast<std::size_t>(position), x_cells - 1);
  return std::lerp(alone_[i], alone_[i + 1], position - static_cast<double>(i));
}

double LateTable::with_wait(double x, double wait_s) {
  if (x <= 0) return 1;
  if (wait_s < wait_least * objective_s_) return alone(x);
  const double across = std::min(x / objective_s_, 1.0) * x_cells;
  static const double per_cell = wait_cells / std::log(wait_most / wait_least);
  const double down = std::log(wait_s / objective_s_ / wait_least) * per_cell;
  const auto i = std::min(static_cast<std::size_t>(across), x_cells - 1);
  const auto w = std::min(static_cast<std::size_t>(down), wait_cells - 1);
  const auto read = [at = across - static_cast<double>(i), i](const Row& row) {
    return std::lerp(static_cast<double>(row[i]), static_cast<double>(row[i + 1]), at);
  };
  const double within = std::min(1.0, down - static_cast<double>(w));
  return std::exp(std::lerp(read(row(w)), read(row(w + 1)), within));
}

}  // namespace headroom::prove

// A queue second by second, and the fleets that would have carried it.
#include "report/fleet.h"

#include <algorithm>
#include <cmath>

namespace headroom::report {
namespace {

constexpr double queue_wait_max_s = 1;  // the gateway's default: who waits longer is shed
constexpr double smoothing_s = 5;       // of the demand that the clairvoyant follows

/// The share of what comes while the queue's wait goes from `begin_s` to `end_s` that finds more
/// than `slack_s`.
double share_over(double begin_s, double end_s, double slack_s) {
  const double low = std::min(begin_s, end_s);
  const double high = std::max(begin_s, end_s);
  if (low >= slack_s) return high > 0 || slack_s < 0 ? 1.0 : 0.0;
  if (high <= slack_s) return 0;
  return (high - slack_s) / (high - low);
}

/// One second of the queue.
struct Queue {
  const Station& station;
  double waiting = 0;

  /// Requests missed of those that come.
  double advance(const Arrivals& arrivals, double replicas) {
    const double capacity = replicas * station.per_second;
    if (capacity <= 0) {
      return arrivals.count;  // nobody is there to wait for
    }
    const double before_s = waiting / capacity;
    const double after = std::max(0.0, waiting + arrivals.count - capacity * arrivals.dt_s);
    const double slack_s = std::max(0.0, station.objective_s - station.service_time_s);
    const double over = share_over(before_s, after / capacity, slack_s);
    waiting = std::min(after, capacity * queue_wait_max_s);
    return arrivals.count * (over + (1 - over) * by_chance(arrivals, capacity, slack_s));
  }

  /// P(the arrivals crowd so much within their time that one waits too long), the queue being
  /// empty.
  [[nodiscard]] double by_chance(const Arrivals& arrivals, double capacity, double slack_s) const {
    const double spare = capacity * arrivals.dt_s - arrivals.count;
    if (arrivals.count <= 0 || spare <= 0) return 0;  // beyond capacity the queue itself tells
    const double idle_slots = spare / arrivals.dt_s * station.service_time_s;
    const double absorbed = capacity * slack_s + idle_slots;
    return std::exp(-2 * absorbed * (absorbed + spare) / arrivals.count);
  }
};

bool is_known(const Station& station) {
  return station.per_second > 0 && station.objective_s > 0;
}

/// Requests/s around each moment.
std::vector<double> smoothed(std::span<const Arrivals> arrivals) {
  std::vector<double> rates(arrivals.size());
  for (std::size_t i = 0; i < arrivals.size(); ++i) {
    double count = arrivals[i].count;
    double time_s = arrivals[i].dt_s;
    for (std::size_t step = 1; time_s < smoothing_s && step <= arrivals.size(); ++step) {
      if (i >= step) {
        count += arrivals[i - step].count;
        time_s += arrivals[i - step].dt_s;
      }
      if (i + step < arrivals.size()) {
        count += arrivals[i + step].count;
        time_s += arrivals[i + step].dt_s;
      }
    }
    rates[i] = time_s > 0 ? count / time_s : 0;
  }
  return rates;
}

/// Lulls of level `level` that are shorter than a start are filled; returns what the starts cost.
double settle_level(std::span<const Arrivals> arrivals, double startup_s, int level,
                    std::vector<int>& replicas) {
  double cost_s = 0;
  double lull_s = 0;
  std::size_t lull_begin = 0;
  bool was_there = true;  // at the begin it costs no start
  for (std::size_t i = 0; i < replicas.size(); ++i) {
    if (replicas[i] < level) {
      if (was_there) {
        lull_begin = i;
        lull_s = 0;
        was_there = false;
      }
      lull_s += arrivals[i].dt_s;
      continue;
    }
    if (was_there) continue;
    was_there = true;
    const bool began_without = lull_begin == 0;
    if (!began_without && lull_s <= startup_s)
      std::fill(replicas.begin() + static_cast<std::ptrdiff_t>(lull_begin),
                replicas.begin() + static_cast<std::ptrdiff_t>(i), level);
    else
      cost_s += std::min(startup_s, lull_s);
  }
  return cost_s;
}

}  // namespace

double missed_share(std::span<const Arrivals> arrivals, const Station& station,
                    const std::function<double(std::size_t)>& replicas) {
  Queue queue{station};
  double missed = 0;
  double all = 0;
  for (std::size_t i = 0; i < arrivals.size(); ++i) {
    missed += queue.advance(arrivals[i], replicas(i));
    all += arrivals[i].count;
  }
  return all > 0 ? missed / all : 0;
}

std::optional<int> smallest_fixed_fleet(std::span<const Arrivals> arrivals,
                                        const Station& station) {
  if (!is_known(station)) return std::nullopt;
  const auto enough = [&](int n) {
    return missed_share(arrivals, station, [n](std::size_t) { return n; }) <= station.permitted;
  };
  int low = 0;  // not enough
  int high = 1;
  for (; !enough(high); high *= 2) {
    if (high > replicas_limit) return std::nullopt;
    low = high;
  }
  while (high - low > 1) {
    const int middle = low + (high - low) / 2;
    (enough(middle) ? high : low) = middle;
  }
  return high;
}

std::optional<Clairvoyant> clairvoyant_fleet(std::span<const Arrivals> arrivals,
                                             const Station& station) {
  if (!is_known(station)) return std::nullopt;
  const auto rates = smoothed(arrivals);
  Clairvoyant best{.replicas = std::vector<int>(arrivals.size()), .replica_seconds = 0};
  const auto follow = [&](double factor) {
    for (std::size_t i = 0; i < rates.size(); ++i)
      best.replicas[i] =
          std::max(station.replicas_min,
                   static_cast<int>(std::ceil(rates[i] * factor / station.per_second)));
  };
  const auto permitted = [&] {
    return missed_share(arrivals, station, [&](std::size_t i) { return best.replicas[i]; }) <=
           station.permitted;
  };
  double factor = 1;
  for (follow(factor); !permitted(); follow(factor *= 1.02))
    if (factor > 20) return std::nullopt;
  const int most = best.replicas.empty() ? 0 : *std::ranges::max_element(best.replicas);
  for (int level = 1; level <= most; ++level)
    best.replica_seconds += settle_level(arrivals, station.startup_s, level, best.replicas);
  for (std::size_t i = 0; i < arrivals.size(); ++i)
    best.replica_seconds += best.replicas[i] * arrivals[i].dt_s;
  return best;
}

}  // namespace headroom::report

// What an autoscaler gets to see of a second of the fluid plant, in whole requests.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "prove/dice.h"
#include "prove/queueing.h"
#include "prove/scenario.h"
#include "prove/tally.h"
#include "scale/observation.h"

namespace headroom::prove {

/// A second of the fluid plant.
struct FluidSecond {
  const Second& second;
  double started = 0;      // taken on by a replica
  double wait_s = 0;       // their mean
  double waiting = 0;      // at the end, of a backlog
  double queue_share = 0;  // of the time with a queue by chance
  double queue = 0;        // and its time-mean
  double places = 0;
  double stretch = 1;
  double slowness = 1;
  double busy = 0;       // requests at replicas, time-mean
  double in_flight = 0;  // and at the end
  int ready = 0;         // replicas at the end
};

/// Parts of requests are carried over to the next second, so that counts add up.
class FluidView {
 public:
  /// `unknown_share` as of Stay.
  FluidView(const Workload& workload, const LateTable& late, const AloneTime& alone,
            double unknown_share, std::uint64_t seed, scale::ServiceSeen& seen);

  void leave_out_outcomes() { outcomes_ = false; }
  void show(const FluidSecond& second);

  // After the last second shown.
  [[nodiscard]] double busy() const { return busy_; }
  [[nodiscard]] double in_flight() const { return in_flight_; }

 private:
  /// A quantity of which whole parts are handed out.
  struct Meter {
    double left = 0;
    std::uint64_t add(double amount) {
      left += amount;
      const auto whole = static_cast<std::int64_t>(std::max(0.0, left));
      left -= static_cast<double>(whole);
      return static_cast<std::uint64_t>(whole);
    }
  };

  void show_waiting(const FluidSecond& second);
  void show_outcomes(const FluidSecond& second);
  void show_attempts(const FluidSecond& second);
  /// Spreads attempts over the levels around the mean that they find in flight.
  void fill_levels(double attempts, double mean, double deviation, double slower, double late_more);
  /// How many are late by their time alone, for a mean: a Poisson number.
  double late_by_chance(double usual);
  void show_replicas(const FluidSecond& second);

  /// Requests that find so many in flight.
  struct Level {
    double end = 0;         // up to so many
    double stay_s = 0;      // mean time at the replica
    double late_share = 0;  // that are over the objective by that time alone
  };

  static constexpr std::size_t delay_max_s = 63;

  scale::ServiceSeen& seen_;
  bool outcomes_ = true;
  Dice dice_;
  double concurrency_;
  double service_s_;
  double cv_;
  double unknown_share_;
  double objective_s_;
  std::array<double, 3> alone_s_;  // p50, p95, p99
  std::vector<Level> levels_;
  std::vector<std::size_t> level_of_;  // by requests in flight
  double until_late_ = 0;              // in those expected: from one late by itself to the next
  std::array<double, delay_max_s + 1> late_{};  // a ring, by the second of being seen
  std::size_t now_ = 0;
  double late_alone_ = 0;  // of the second, by chance a whole number
  double busy_ = 0;
  double in_flight_ = 0;
  Meter good_, late_seen_, shed_, failed_, attempts_;
  std::size_t filled_from_ = 0;  // levels with attempts of the last second
  std::size_t filled_to_ = 0;
};

}  // namespace headroom::prove

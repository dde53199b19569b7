// When requests are due: a rate over time, and seeded Poisson arrivals that follow it.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/random.h"
#include "core/result.h"
#include "core/time.h"
#include "core/trace.h"

namespace headroom::load {

inline constexpr double rate_max_per_s = 1e6;
inline constexpr Duration duration_max = std::chrono::hours(24);

/// Requests per second in equal bins, from the start of the run. Valid by construction: every rate
/// finite, in [0, rate_max_per_s], at least one above 0; the length within duration_max.
class RateCurve {
 public:
  [[nodiscard]] static Result<RateCurve> make(std::vector<double> per_s, double bin_s);
  [[nodiscard]] static Result<RateCurve> constant(double per_s, Duration length);

  struct Transform {
    double speed = 1;  // how many trace seconds pass in one second; rates stay as they are
    double scale = 1;  // factor on every rate
  };
  /// Every value must be known (see fill_gaps).
  [[nodiscard]] static Result<RateCurve> from_trace(const Trace& trace, const Transform& transform);

  /// The same curve, ended after `length` at the latest.
  [[nodiscard]] RateCurve cut(Duration length) const;

  [[nodiscard]] Duration length() const { return from_seconds(length_s_); }
  [[nodiscard]] double length_s() const { return length_s_; }
  [[nodiscard]] double bin_s() const { return bin_s_; }
  [[nodiscard]] const std::vector<double>& per_s() const { return per_s_; }
  /// Requests expected over the whole length.
  [[nodiscard]] double expected() const;

 private:
  RateCurve(std::vector<double> per_s, double bin_s, double length_s)
      : per_s_(std::move(per_s)), bin_s_(bin_s), length_s_(length_s) {}

  std::vector<double> per_s_;
  double bin_s_;
  double length_s_;  // the last bin may be cut short
};

/// When each of recorded requests came, from the start of the run, in order.
struct Moments {
  std::vector<Duration> at;
  Duration length{};  // no shorter than the last
};

/// When requests are due, of an open loop: the same seed gives the same arrivals.
class Arrivals {
 public:
  /// A Poisson process with the rate of a curve. Time may differ from the exact one by 1 ns.
  Arrivals(const RateCurve& curve, std::uint64_t seed) : curve_(&curve), random_(seed) {}
  explicit Arrivals(const Moments& recorded) : recorded_(&recorded), random_(0) {}

  /// When the next request is due, from the start of the run; nothing after the end. Never
  /// decreases.
  [[nodiscard]] std::optional<Duration> next();

 private:
  [[nodiscard]] std::optional<Duration> next_of_curve();

  const RateCurve* curve_ = nullptr;
  const Moments* recorded_ = nullptr;  // instead
  std::size_t next_recorded_ = 0;
  Random random_;
  std::size_t bin_ = 0;
  double at_s_ = 0;
};

/// Chooses among weighted targets.
class Mix {
 public:
  /// Requires at least one weight, each >= 1.
  Mix(const std::vector<int>& weights, std::uint64_t seed);
  [[nodiscard]] std::uint16_t next();

 private:
  std::vector<std::uint64_t> cumulative_;
  Random random_;
};

}  // namespace headroom::load

// How a rival comes by its metric: read every so often, over a window, seen with a delay.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/time.h"

namespace headroom::rivals {

/// A metric pipeline. All in seconds; the window is a whole number of readings.
struct Signal {
  double every_s = 1;   // between two readings
  double window_s = 1;  // that a value is the mean of
  double delay_s = 0;   // from a reading until it can be seen

  /// What headroom itself sees: each second as soon as it is over. Tells policy from signal.
  [[nodiscard]] static constexpr Signal fresh() { return {}; }

  /// CPU on Kubernetes: metrics-server reads every 15 s (its default) what the kubelet read at its
  /// own 10 s period, so 5 s old on average; a pod's usage is the difference of two readings.
  [[nodiscard]] static constexpr Signal metrics_server() { return {15, 15, 5}; }

  /// A counter or gauge by way of Prometheus: scraped every 15 s, a rate or mean over 60 s.
  [[nodiscard]] static constexpr Signal prometheus() { return {15, 60, 0}; }

  /// CloudWatch: one value for each whole minute.
  [[nodiscard]] static constexpr Signal cloudwatch() { return {60, 60, 0}; }
};

/// A period of a rival's own: true once in each, `offset_s` after its start.
class Every {
 public:
  explicit Every(double period_s, double offset_s = 0);

  [[nodiscard]] bool due(double now_s);

 private:
  double period_s_;
  double next_s_;
};

/// Seconds since just before the first tick, so that a run does not depend on when it began.
class Elapsed {
 public:
  [[nodiscard]] double at(const Now& now, Duration dt);

 private:
  std::optional<Instant> origin_;
};

/// What is read: how much was counted (a rate per second), or how much there is.
enum class Quantity : std::uint8_t { counter, gauge };

/// One quantity through a signal. Allocates only when it is made.
class Meter {
 public:
  Meter(const Signal& signal, Quantity quantity);

  /// The mean over the `dt_s` that end at `at_s`: per second of a counter. Seconds that nobody
  /// saw are left out of the means.
  void add(double at_s, double dt_s, double value);
  void add_unseen(double at_s);

  /// The newest value that can be seen; nothing before the first, or when nothing was known.
  [[nodiscard]] std::optional<double> value(double at_s) const;

 private:
  struct Reading {
    double at_s = 0;
    double total = 0;   // counted since the start, or the sum of readings
    double weight = 0;  // seconds known, or readings
  };
  void read(double at_s);
  [[nodiscard]] const Reading& back(std::size_t age) const;

  Signal signal_;
  Quantity quantity_;
  Every reading_;
  double total_ = 0;
  double weight_ = 0;
  std::optional<double> last_;
  std::vector<Reading> ring_;
  std::size_t next_ = 0;
  std::size_t count_ = 0;
};

}  // namespace headroom::rivals

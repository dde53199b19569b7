// AWS predictive scaling as a rival: a forecast of the hours to come, as a floor under target
// tracking.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>

#include "scale/rivals/autoscaler.h"
#include "scale/rivals/target_tracking.h"

namespace headroom::rivals {

/// The documented contract. How AWS forecasts is not public: `forecast_hour` is a stand-in.
struct PredictiveScalingRules {
  int hours_least = 24;       // of history, before the first forecast
  int hours_kept = 14 * 24;   // of history that a forecast is made from
  int hours_ahead = 48;       // that one covers
  int renewed_every_h = 6;    // from the latest data
  double buffer_s = 300;      // SchedulingBufferTime: so long before the hour, less than an hour
  double target = 0;          // load per replica
  int max = 10;               // replicas
  bool increase_max = false;  // MaxCapacityBreachBehavior IncreaseMaxCapacity; else honoured
  double max_buffer = 0;      // MaxCapacityBuffer, a share of the forecast capacity
};

/// The rules alone: hours of load in, capacity out. Hours are counted from any midnight.
class PredictiveScaling {
 public:
  explicit PredictiveScaling(const PredictiveScalingRules& rules);

  /// The load of an hour that is over, per second; nothing when it was not seen. Hours come in
  /// order, each once. Makes a new forecast when one is due.
  void hour(std::int64_t number, std::optional<double> load);

  /// What is forecast to be needed, from `buffer_s` before each hour; 0 where nothing is forecast.
  [[nodiscard]] int capacity(double at_s) const;
  /// How far capacity may go then, whoever asks for it.
  [[nodiscard]] int max_capacity(double at_s) const;

 private:
  /// Stand-in: the mean of that hour in the history. Of the week when there are two weeks, of the
  /// day otherwise.
  [[nodiscard]] std::optional<double> forecast_hour(std::int64_t number) const;
  void renew(std::int64_t next_hour);
  /// Before any limit.
  [[nodiscard]] int forecast_capacity(double at_s) const;

  PredictiveScalingRules rules_;
  std::deque<std::optional<double>> history_;
  std::int64_t next_hour_ = 0;  // after the history
  int known_ = 0;               // hours of it with a load
  std::optional<std::int64_t> forecast_from_;
  std::deque<int> forecast_;  // capacity by hour
};

struct AwsPredictiveConfig {
  PredictiveScalingRules rules{};
  TargetTrackingConfig tracking{};
};

/// Both policies on one service: the higher of the two is the capacity, so the forecast never
/// scales in; when it falls, target tracking lowers in its own time.
class AwsPredictive final : public Autoscaler {
 public:
  explicit AwsPredictive(const AwsPredictiveConfig& config);

  [[nodiscard]] int decide(const Now& now, Duration dt, const scale::ServiceSeen& seen) override;
  [[nodiscard]] bool reads_outcomes() const override { return false; }

 private:
  void observe(double end_s, double dt_s, const scale::ServiceSeen& seen);

  PredictiveScaling predictive_;
  TargetTracking tracking_;
  std::optional<std::int64_t> hour_;  // that is under way
  double requests_ = 0;               // of it
  double seen_s_ = 0;
};

}  // namespace headroom::rivals

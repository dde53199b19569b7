// Hours of history, a forecast every six of them, and the greater of it and target tracking.
#include "scale/rivals/predictive_scaling.h"

#include <algorithm>
#include <cmath>

#include "core/result.h"

namespace headroom::rivals {
namespace {

constexpr double hour_s = 3600;
constexpr std::int64_t day_h = 24;
constexpr std::int64_t week_h = 7 * day_h;

int rounded_up(double replicas) {
  constexpr double slack = 1e-9;
  constexpr double limit = 1e9;
  return static_cast<int>(std::ceil(std::min(replicas, limit) * (1 - slack)));
}

}  // namespace

PredictiveScaling::PredictiveScaling(const PredictiveScalingRules& rules) : rules_(rules) {
  CHECK(rules.target > 0 && rules.max >= 1);
  CHECK(rules.buffer_s >= 0 && rules.buffer_s < hour_s);
}

void PredictiveScaling::hour(std::int64_t number, std::optional<double> load) {
  CHECK(history_.empty() || number >= next_hour_);
  // Hours in between that nobody told of are not known.
  if (!history_.empty() && number - next_hour_ >= rules_.hours_kept) {
    history_.clear();
    known_ = 0;
  }
  while (!history_.empty() && next_hour_ < number) {
    history_.emplace_back();
    ++next_hour_;
  }
  history_.push_back(load);
  known_ += load ? 1 : 0;
  next_hour_ = number + 1;
  while (history_.size() > static_cast<std::size_t>(rules_.hours_kept)) {
    known_ -= history_.front() ? 1 : 0;
    history_.pop_front();
  }
  const bool due = !forecast_from_ || next_hour_ - *forecast_from_ >= rules_.renewed_every_h;
  if (due && known_ >= rules_.hours_least) renew(next_hour_);
}

void PredictiveScaling::renew(std::int64_t next_hour) {
  forecast_from_ = next_hour;
  forecast_.clear();
  for (int i = 0; i < rules_.hours_ahead; ++i) {
    const auto load = forecast_hour(next_hour + i);
    forecast_.push_back(load ? rounded_up(*load / rules_.target) : 0);
  }
}

std::optional<double> PredictiveScaling::forecast_hour(std::int64_t number) const {
  const auto length = static_cast<std::int64_t>(history_.size());
  const std::int64_t period = length >= 2 * week_h ? week_h : day_h;
  double sum = 0;
  int count = 0;
  for (std::int64_t i = 0; i < length; ++i) {
    const std::int64_t then = next_hour_ - length + i;
    const auto& load = history_[static_cast<std::size_t>(i)];
    if ((number - then) % period != 0 || !load) continue;
    sum += *load;
    ++count;
  }
  if (count == 0) return std::nullopt;
  return sum / count;
}

int PredictiveScaling::forecast_capacity(double at_s) const {
  if (!forecast_from_) return 0;
  int most = 0;
  // The hour under way, and the next one once its buffer has begun.
  for (const double moment : {at_s, at_s + rules_.buffer_s}) {
    const std::int64_t i = static_cast<std::int64_t>(std::floor(moment / hour_s)) - *forecast_from_;
    if (i >= 0 && i < static_cast<std::int64_t>(forecast_.size()))
      most = std::max(most, forecast_[static_cast<std::size_t>(i)]);
  }
  return most;
}

int PredictiveScaling::max_capacity(double at_s) const {
  if (!rules_.increase_max) return rules_.max;
  return std::max(rules_.max, rounded_up(forecast_capacity(at_s) * (1 + rules_.max_buffer)));
}

int PredictiveScaling::capacity(double at_s) const {
  return std::min(forecast_capacity(at_s), max_capacity(at_s));
}

AwsPredictive::AwsPredictive(const AwsPredictiveConfig& config)
    : predictive_(config.rules), tracking_(config.tracking) {}

int AwsPredictive::decide(const Now& now, Duration dt, const scale::ServiceSeen& seen) {
  const double at_s = seconds(now.wall.time_since_epoch());
  observe(at_s, seconds(dt), seen);
  (void)tracking_.decide(now, dt, seen);
  return tracking_.hold_at_least(predictive_.capacity(at_s));
}

void AwsPredictive::observe(double end_s, double dt_s, const scale::ServiceSeen& seen) {
  const auto hour = static_cast<std::int64_t>(std::floor((end_s - dt_s / 2) / hour_s));
  if (hour_ && *hour_ != hour) {
    std::optional<double> load;
    if (seen_s_ > hour_s / 2) load = requests_ / seen_s_;
    predictive_.hour(*hour_, load);
    requests_ = seen_s_ = 0;
  }
  hour_ = hour;
  if (seen.completeness <= 0 || dt_s <= 0) return;
  requests_ += static_cast<double>(seen.arrivals);
  seen_s_ += dt_s;
}

}  // namespace headroom::rivals

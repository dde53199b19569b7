// Rates over time and arrivals.
#include "load/schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/text.h"

namespace headroom::load {
Result<RateCurve> RateCurve::make(std::vector<double> per_s, double bin_s) {
  const double length_s = bin_s * static_cast<double>(per_s.size());
  if (!(length_s > 0)) return fail(ErrorCode::invalid, "the traffic has no length");
  if (length_s > seconds(duration_max))
    return fail(ErrorCode::invalid, fmt::format("the traffic lasts {:.0f} s, longer than {}",
                                                length_s, format_duration(duration_max)));
  for (std::size_t i = 0; i < per_s.size(); ++i) {
    const double at_s = bin_s * static_cast<double>(i);
    if (!std::isfinite(per_s[i]) || per_s[i] < 0)
      return fail(ErrorCode::invalid,
                  fmt::format("the rate {:g} at {:g} s of the traffic is not a number from 0 up",
                              per_s[i], at_s));
    if (per_s[i] > rate_max_per_s)
      return fail(
          ErrorCode::invalid,
          fmt::format("the rate {:g} requests/s at {:g} s of the traffic is more than {:.0f}",
                      per_s[i], at_s, rate_max_per_s));
  }
  if (std::all_of(per_s.begin(), per_s.end(), [](double rate) { return rate == 0; }))
    return fail(ErrorCode::invalid, "the traffic has no requests: its rate is 0 throughout");
  return RateCurve(std::move(per_s), bin_s, length_s);
}

Result<RateCurve> RateCurve::constant(double per_s, Duration length) {
  return make({per_s}, seconds(length));
}

Result<RateCurve> RateCurve::from_trace(const Trace& trace, const Transform& transform) {
  if (!std::isfinite(transform.speed) || transform.speed <= 0)
    return fail(ErrorCode::invalid, fmt::format("speed {:g} is not above 0", transform.speed));
  if (!std::isfinite(transform.scale) || transform.scale <= 0)
    return fail(ErrorCode::invalid, fmt::format("scale {:g} is not above 0", transform.scale));
  std::vector<double> per_s = trace.values;
  for (std::size_t i = 0; i < per_s.size(); ++i) {
    if (per_s[i] < 0)
      return fail(ErrorCode::invalid,
                  fmt::format("{} is {} at {}: a rate cannot be negative", trace.column, per_s[i],
                              trace.start_s + trace.bin_s * static_cast<double>(i)));
    per_s[i] *= transform.scale;
  }
  return make(std::move(per_s), trace.bin_s / transform.speed);
}

RateCurve RateCurve::cut(Duration length) const {
  RateCurve shorter = *this;
  shorter.length_s_ = std::min(length_s_, seconds(length));
  return shorter;
}

double RateCurve::expected() const {
  double sum = 0;
  for (std::size_t i = 0; i < per_s_.size(); ++i) {
    const double begin_s = bin_s_ * static_cast<double>(i);
    sum += per_s_[i] * std::clamp(length_s_ - begin_s, 0.0, bin_s_);
  }
  return sum;
}

std::optional<Duration> Arrivals::next() {
  if (recorded_ == nullptr) return next_of_curve();
  if (next_recorded_ == recorded_->at.size()) return std::nullopt;
  return recorded_->at[next_recorded_++];
}

std::optional<Duration> Arrivals::next_of_curve() {
  // A unit of exponential time passes as fast as the rate says: exact for piecewise constant rates.
  double need = random_.exponential(1);
  const std::vector<double>& per_s = curve_->per_s();
  for (; bin_ < per_s.size(); ++bin_) {
    const double end_s =
        std::min(curve_->bin_s() * static_cast<double>(bin_ + 1), curve_->length_s());
    const double left = per_s[bin_] * (end_s - at_s_);
    if (need < left) {
      at_s_ += need / per_s[bin_];
      return from_seconds(at_s_);
    }
    need -= std::max(left, 0.0);
    at_s_ = std::max(at_s_, end_s);
  }
  return std::nullopt;
}

Mix::Mix(const std::vector<int>& weights, std::uint64_t seed) : random_(seed) {
  CHECK(!weights.empty() && weights.size() <= 65535);
  std::uint64_t sum = 0;
  for (const int weight : weights) {
    CHECK(weight >= 1);
    cumulative_.push_back(sum += static_cast<std::uint64_t>(weight));
  }
}

std::uint16_t Mix::next() {
  if (cumulative_.size() == 1) return 0;
  const std::uint64_t drawn = random_.below(cumulative_.back());
  const auto found = std::upper_bound(cumulative_.begin(), cumulative_.end(), drawn);
  return static_cast<std::uint16_t>(found - cumulative_.begin());
}

}  // namespace headroom::load

// Readings, their window and their delay.
#include "scale/rivals/signal.h"

#include <cmath>

#include "core/result.h"

namespace headroom::rivals {
namespace {

constexpr double slack_s = 1e-6;  // seconds are summed up; a reading must not slip for that

std::size_t readings_in(const Signal& signal) {
  CHECK(signal.every_s > 0 && signal.window_s >= signal.every_s && signal.delay_s >= 0);
  const double kept = std::ceil((signal.window_s + signal.delay_s) / signal.every_s);
  return static_cast<std::size_t>(kept) + 2;
}

}  // namespace

Every::Every(double period_s, double offset_s)
    : period_s_(period_s), next_s_(offset_s > 0 ? offset_s : period_s) {
  CHECK(period_s > 0 && offset_s >= 0 && offset_s <= period_s);
}

bool Every::due(double now_s) {
  if (now_s < next_s_ - slack_s) return false;
  next_s_ += period_s_;
  if (now_s >= next_s_ - slack_s)  // periods were skipped
    next_s_ += period_s_ * (1 + std::floor((now_s - next_s_) / period_s_ + slack_s));
  return true;
}

double Elapsed::at(const Now& now, Duration dt) {
  if (!origin_) origin_ = now.elapsed - dt;
  return seconds(now.elapsed - *origin_);
}

Meter::Meter(const Signal& signal, Quantity quantity)
    : signal_(signal), quantity_(quantity), reading_(signal.every_s), ring_(readings_in(signal)) {
  ring_[next_++] = {};
  count_ = 1;
}

void Meter::add(double at_s, double dt_s, double value) {
  last_ = value;
  if (quantity_ == Quantity::counter) {
    total_ += value * dt_s;
    weight_ += dt_s;
  }
  read(at_s);
}

void Meter::add_unseen(double at_s) {
  last_.reset();
  read(at_s);
}

void Meter::read(double at_s) {
  if (!reading_.due(at_s)) return;
  if (quantity_ == Quantity::gauge && last_) {
    total_ += *last_;
    weight_ += 1;
  }
  ring_[next_] = {at_s, total_, weight_};
  next_ = next_ + 1 == ring_.size() ? 0 : next_ + 1;
  count_ = std::min(count_ + 1, ring_.size());
}

const Meter::Reading& Meter::back(std::size_t age) const {
  return ring_[(next_ + ring_.size() - 1 - age) % ring_.size()];
}

std::optional<double> Meter::value(double at_s) const {
  std::size_t newest = 0;
  while (newest < count_ && back(newest).at_s + signal_.delay_s > at_s + slack_s) ++newest;
  if (newest >= count_) return std::nullopt;
  const Reading& end = back(newest);
  std::size_t oldest = newest;
  while (oldest + 1 < count_ && back(oldest + 1).at_s + signal_.window_s >= end.at_s - slack_s)
    ++oldest;
  const Reading& begin = back(oldest);
  if (end.weight <= begin.weight) return std::nullopt;
  return (end.total - begin.total) / (end.weight - begin.weight);
}

}  // namespace headroom::rivals

// Knative's stable and panic modes.
#include "scale/rivals/kpa_rules.h"

#include <algorithm>
#include <cmath>

#include "core/result.h"

namespace headroom::rivals {
namespace {

constexpr double delay_step_s = 2;
constexpr double pods_limit = 1e9;

int pods_of(double value) {
  return static_cast<int>(std::clamp(value, -pods_limit, pods_limit));
}

int burst_spare(const KpaRules& rules, const KpaSeen& seen) {
  if (rules.burst == 0) return 0;
  if (rules.burst < 0) return -1;
  return pods_of(std::floor(seen.ready * rules.capacity - rules.burst - seen.panic));
}

}  // namespace

KpaWindow::KpaWindow(int buckets) : ring_(static_cast<std::size_t>(std::max(1, buckets))) {}

void KpaWindow::record(std::int64_t second, double value) {
  CHECK(second >= 0 && second >= last_);
  const auto size = static_cast<std::int64_t>(ring_.size());
  if (last_ < 0 || second - last_ >= size) {
    std::ranges::fill(ring_, 0.0);
    total_ = 0;
    first_ = second;
  } else {
    for (std::int64_t gone = last_ + 1; gone <= second; ++gone) {
      total_ -= at(gone);
      at(gone) = 0;
    }
  }
  last_ = second;
  at(second) += value;
  total_ += value;
}

std::optional<double> KpaWindow::average(std::int64_t second) const {
  const auto size = static_cast<std::int64_t>(ring_.size());
  const std::int64_t gap = second - last_;
  if (last_ < 0 || gap >= size) return std::nullopt;
  double total = total_;
  for (std::int64_t gone = last_ + 1; gone <= second; ++gone)
    total -= ring_[static_cast<std::size_t>(gone % size)];
  const std::int64_t written = std::min(last_ - first_ + 1, size - gap);
  return std::round(total / static_cast<double>(written) * 1e6) / 1e6;
}

KpaDelay::KpaDelay(double delay_s)
    : ring_(static_cast<std::size_t>(std::max(1.0, std::ceil(delay_s / delay_step_s)))) {}

int KpaDelay::greatest(double at_s, int desired) {
  const auto step = static_cast<std::int64_t>(std::floor(at_s / delay_step_s));
  const auto steps = static_cast<std::int64_t>(ring_.size());
  while (size_ > 0 && entry(0).step <= step - steps) {
    head_ = (head_ + 1) % ring_.size();
    --size_;
  }
  while (size_ > 0 && entry(size_ - 1).desired <= desired) --size_;
  // A second value within one step that is smaller changes nothing that the step has.
  if (size_ == 0 || entry(size_ - 1).step < step) {
    ++size_;
    entry(size_ - 1) = {step, desired};
  }
  return entry(0).desired;
}

KpaScaler::KpaScaler(const KpaRules& rules) : rules_(rules), delay_(rules.delay_s) {
  CHECK(rules.target > 0 && rules.up_rate > 1 && rules.down_rate > 1);
}

void KpaScaler::panic(double at_s, int pods) {
  panic_since_s_ = at_s;
  panic_pods_ = pods;
}

KpaAnswer KpaScaler::tick(const KpaSeen& seen) {
  const int ready = std::max(1, seen.ready);
  const double most = std::ceil(rules_.up_rate * ready);
  const double least = seen.reachable ? std::floor(ready / rules_.down_rate) : 0;
  const double stable_wanted = std::ceil(seen.stable / rules_.target);
  const double panic_wanted = std::ceil(seen.panic / rules_.target);
  int stable = pods_of(std::clamp(stable_wanted, least, most));
  int panic = pods_of(std::clamp(panic_wanted, least, most));
  if (rules_.activation_scale > 1) {
    if (stable_wanted > 0) stable = std::max(stable, rules_.activation_scale);
    if (panic_wanted > 0) panic = std::max(panic, rules_.activation_scale);
  }
  int desired = panicked(seen, panic_wanted, ready, stable, panic);
  if (seen.reachable && rules_.delay_s > 0) desired = delay_.greatest(seen.at_s, desired);
  return {desired, burst_spare(rules_, seen)};
}

/// Enters, extends or leaves panic; within it the count never falls.
int KpaScaler::panicked(const KpaSeen& seen, double wanted, int ready, int stable, int panic) {
  if (wanted / ready >= rules_.panic_threshold) {
    panic_since_s_ = seen.at_s;
  } else if (panic_since_s_ && *panic_since_s_ + rules_.stable_window_s < seen.at_s) {
    panic_since_s_.reset();
    panic_pods_ = 0;
  }
  if (!panic_since_s_) return stable;
  panic_pods_ = std::max({panic_pods_, stable, panic});
  return panic_pods_;
}

}  // namespace headroom::rivals

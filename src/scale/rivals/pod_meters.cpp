// Following replicas as they come and go, and reading their counters.
#include "scale/rivals/pod_meters.h"

#include <algorithm>
#include <cmath>

#include "core/result.h"

namespace headroom::rivals {

constexpr std::int64_t request_milli = 1000;  // a replica with all its slots busy uses one core

PodMeters::PodMeters(const Signal& signal) : signal_(signal), reading_(signal.every_s) {
  CHECK(signal.window_s == signal.every_s && signal.delay_s <= signal.every_s);
}

void PodMeters::add(double at_s, double dt_s, const scale::ServiceSeen& seen) {
  seen_ = true;
  follow(seen.replicas);
  for (std::size_t i = 0; i < counters_.size(); ++i) {
    const double cores = seen.replicas[i].cpu_cores;
    if (cores < 0) continue;
    counters_[i].core_s += cores * dt_s;
    counters_[i].known_s += dt_s;
  }
  if (reading_.due(at_s)) read(at_s);
}

void PodMeters::add_unseen(double at_s) {
  seen_ = false;
  if (reading_.due(at_s)) read(at_s);
}

void PodMeters::follow(const std::vector<scale::ReplicaSeen>& replicas) {
  const auto same = [](const Counter& counter, const scale::ReplicaSeen& seen) {
    return counter.id == seen.id;
  };
  if (std::ranges::equal(counters_, replicas, same)) return;
  next_counters_.clear();
  next_readings_.clear();
  std::size_t hint = 0;  // both lists are mostly in the same order
  for (const scale::ReplicaSeen& replica : replicas) {
    const auto from = counters_.begin() + static_cast<std::ptrdiff_t>(hint);
    auto known = std::ranges::find(from, counters_.end(), replica.id, &Counter::id);
    if (known == counters_.end())
      known = std::ranges::find(counters_.begin(), from, replica.id, &Counter::id);
    if (known == counters_.end() || known->id != replica.id) {
      next_counters_.emplace_back().id = replica.id;
      next_readings_.emplace_back();
    } else {
      hint = static_cast<std::size_t>(known - counters_.begin());
      next_counters_.push_back(std::move(*known));
      next_readings_.push_back(readings_[hint]);
    }
  }
  std::swap(counters_, next_counters_);
  std::swap(readings_, next_readings_);
}

void PodMeters::read(double at_s) {
  for (std::size_t i = 0; i < counters_.size(); ++i) {
    const Counter& counter = counters_[i];
    Readings& last = readings_[i];
    const double known_s = counter.known_s - last.known_s;
    last.before = last.newest;
    last.newest = {.at_s = at_s, .cores = -1};
    if (last.any && known_s > 0) last.newest.cores = (counter.core_s - last.core_s) / known_s;
    last.core_s = counter.core_s;
    last.known_s = counter.known_s;
    last.any = true;
  }
}

void PodMeters::pods(double at_s, const scale::ServiceSeen& seen, std::vector<HpaPod>& out) const {
  out.clear();
  if (!seen_) return;
  CHECK(seen.replicas.size() == counters_.size());
  for (std::size_t i = 0; i < counters_.size(); ++i) {
    const scale::ReplicaSeen& replica = seen.replicas[i];
    const Readings& last = readings_[i];
    const Sample& sample = last.newest.at_s + signal_.delay_s <= at_s ? last.newest : last.before;
    const bool ready = replica.phase == scale::Phase::ready;
    const double start_s = at_s - seconds(replica.age);
    HpaPod one{.deleted = replica.phase == scale::Phase::draining,
               .ready = ready,
               .start_s = start_s,
               .ready_changed_s = ready ? start_s + seconds(replica.startup) : start_s,
               .request_milli = request_milli,
               .sampled_s = sample.at_s,
               .window_s = signal_.window_s};
    if (sample.cores >= 0) one.usage_milli = std::llround(sample.cores * 1000);
    out.push_back(one);
  }
}

}  // namespace headroom::rivals

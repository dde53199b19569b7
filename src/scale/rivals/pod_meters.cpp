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
  follow(seen.replicas);
  for (std::size_t i = 0; i < pods_.size(); ++i) {
    const scale::ReplicaSeen& replica = seen.replicas[i];
    Pod& pod = pods_[i];
    pod.phase = replica.phase;
    pod.start_s = at_s - seconds(replica.age);
    pod.ready_s = pod.start_s + seconds(replica.startup);
    if (replica.cpu_cores >= 0) {
      pod.core_s += replica.cpu_cores * dt_s;
      pod.known_s += dt_s;
    }
  }
  if (reading_.due(at_s)) read(at_s);
}

void PodMeters::add_unseen(double at_s) {
  if (reading_.due(at_s)) read(at_s);
}

void PodMeters::follow(const std::vector<scale::ReplicaSeen>& replicas) {
  const auto same = [](const Pod& pod, const scale::ReplicaSeen& seen) {
    return pod.id == seen.id;
  };
  if (std::ranges::equal(pods_, replicas, same)) return;
  next_.clear();
  std::size_t hint = 0;  // both lists are mostly in the same order
  for (const scale::ReplicaSeen& replica : replicas) {
    const auto from = pods_.begin() + static_cast<std::ptrdiff_t>(hint);
    auto known = std::ranges::find(from, pods_.end(), replica.id, &Pod::id);
    if (known == pods_.end()) known = std::ranges::find(pods_.begin(), from, replica.id, &Pod::id);
    if (known == pods_.end() || known->id != replica.id) {
      next_.emplace_back().id = replica.id;
    } else {
      hint = static_cast<std::size_t>(known - pods_.begin());
      next_.push_back(std::move(*known));
    }
  }
  std::swap(pods_, next_);
}

void PodMeters::read(double at_s) {
  for (Pod& pod : pods_) {
    const double known_s = pod.known_s - pod.read_known_s;
    pod.before = pod.newest;
    pod.newest = {.at_s = at_s, .cores = -1};
    if (pod.was_read && known_s > 0) pod.newest.cores = (pod.core_s - pod.read_core_s) / known_s;
    pod.read_core_s = pod.core_s;
    pod.read_known_s = pod.known_s;
    pod.was_read = true;
  }
}

void PodMeters::pods(double at_s, std::vector<HpaPod>& out) const {
  out.clear();
  for (const Pod& pod : pods_) {
    const Sample& sample = pod.newest.at_s + signal_.delay_s <= at_s ? pod.newest : pod.before;
    HpaPod one{.deleted = pod.phase == scale::Phase::draining,
               .ready = pod.phase == scale::Phase::ready,
               .start_s = pod.start_s,
               .ready_changed_s = pod.phase == scale::Phase::ready ? pod.ready_s : pod.start_s,
               .request_milli = request_milli,
               .sampled_s = sample.at_s,
               .window_s = signal_.window_s};
    if (sample.known()) one.usage_milli = std::llround(sample.cores * 1000);
    out.push_back(one);
  }
}

}  // namespace headroom::rivals

// A rival for tests, second by second: what it is shown is set by hand.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "scale/rivals/autoscaler.h"

namespace headroom::rivals {

struct Watched {
  explicit Watched(Autoscaler& autoscaler) : rival(autoscaler) {}

  Autoscaler& rival;
  scale::ServiceSeen seen;
  int time_s = 0;
  int started = 0;

  /// Replicas that have been ready for long.
  void ready(int count) { add(count, scale::Phase::ready, std::chrono::hours(1)); }
  void starting(int count) { add(count, scale::Phase::starting, {}); }

  /// All that start become ready.
  void become_ready() {
    for (auto& one : seen.replicas) {
      if (one.phase != scale::Phase::starting) continue;
      one.phase = scale::Phase::ready;
      one.startup = one.age;
    }
  }
  void cpu(double cores) {
    for (auto& one : seen.replicas) one.cpu_cores = one.phase == scale::Phase::ready ? cores : 0;
  }

  /// One second of what was set; what the rival wants after it.
  int second() {
    ++time_s;
    for (auto& one : seen.replicas) one.age += std::chrono::seconds(1);
    const std::chrono::seconds at(time_s);
    return rival.decide({WallTime(at), Instant(at)}, std::chrono::seconds(1), seen);
  }
  int until(int end_s) {
    int wanted = -1;
    while (time_s < end_s) wanted = second();
    return wanted;
  }
  /// The second after which it first wants something other than `now`; −1 when not by `end_s`.
  int changes_at(int now, int end_s) {
    while (time_s < end_s)
      if (second() != now) return time_s;
    return -1;
  }

 private:
  void add(int count, scale::Phase phase, Duration age) {
    for (int i = 0; i < count; ++i) {
      scale::ReplicaSeen one;
      one.id = "r-" + std::to_string(++started);
      one.phase = phase;
      one.age = age;
      if (phase == scale::Phase::ready) one.startup = std::chrono::seconds(3);
      seen.replicas.push_back(one);
    }
  }
};

}  // namespace headroom::rivals

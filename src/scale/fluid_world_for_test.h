// A small world for tests: arrivals, replicas with slots and a start-up time, one tick at a time.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/random.h"
#include "scale/decide.h"

namespace headroom::scale {

/// Poisson counts; normal where the mean is large.
inline std::uint64_t poisson(Random& random, double mean) {
  if (mean > 50)
    return static_cast<std::uint64_t>(
        std::max(0.0, std::round(mean + std::sqrt(mean) * random.normal())));
  std::uint64_t count = 0;
  for (double at = random.exponential(1); at < mean; at += random.exponential(1)) ++count;
  return count;
}

struct FluidWorld {
  // What the service is like; may be changed on the way.
  int slots = 8;
  double service_s = 0.05;
  double startup_s = 3;
  Random random{1};

  // What has happened.
  std::vector<ReplicaSeen> replicas;
  double queued = 0;  // requests that no slot has taken yet
  std::int64_t time_s = 0;
  int started = 0;
  double good = 0;
  double missed = 0;
  double replica_seconds = 0;

  [[nodiscard]] int count(Phase phase) const {
    return static_cast<int>(std::ranges::count(replicas, phase, &ReplicaSeen::phase));
  }

  void apply(int wanted) {
    while (static_cast<int>(replicas.size()) > wanted) replicas.pop_back();
    while (static_cast<int>(replicas.size()) < wanted)
      replicas.emplace_back().id = "r-" + std::to_string(++started);
  }

  /// One second at `rate` requests/s; what headroom gets to see of it.
  Observations tick(const ServicePolicy& policy, double rate) {
    ++time_s;
    replica_seconds += static_cast<double>(replicas.size());
    for (auto& replica : replicas) {
      replica.age += std::chrono::seconds(1);
      if (replica.phase == Phase::starting && seconds(replica.age) >= startup_s) {
        replica.phase = Phase::ready;
        replica.startup = replica.age;
      }
    }
    ServiceSeen seen;
    seen.service = policy.service;
    seen.arrivals = poisson(random, rate);
    const int ready = count(Phase::ready);
    const double per_second = ready * slots / service_s;
    const double there = queued + static_cast<double>(seen.arrivals);
    const double served = std::min(there, per_second);
    const double waited_s = per_second > 0 ? queued / per_second : 0;
    queued = there - served;
    if (ready == 0) seen.waiting = static_cast<std::int64_t>(queued);
    seen.concurrency = served * service_s + (ready > 0 ? queued : 0);
    seen.service_time_s = service_s;
    const bool late = waited_s + service_s > seconds(policy.objective.latency);
    (late ? seen.late : seen.good) = static_cast<std::uint64_t>(std::llround(served));
    (late ? missed : good) += served;
    if (ready > 0) attempts(policy, served, seen.concurrency / ready, seen);
    for (auto& replica : replicas)
      replica.cpu_cores = replica.phase == Phase::ready ? served * service_s / (slots * ready) : 0;
    seen.replicas = replicas;
    const Now now{WallTime(std::chrono::seconds(1'800'000'000 + time_s)),
                  Instant(std::chrono::seconds(time_s))};
    return {.now = now, .dt = std::chrono::seconds(1), .services = {seen}};
  }

 private:
  /// Attempts of the tick by what each found in flight at its replica: one by one while they are
  /// few, else so many of each kind as chance makes of their Poisson shares.
  void attempts(const ServicePolicy& policy, double served, double in_flight, ServiceSeen& seen) {
    const double ratio = seconds(policy.objective.latency) / service_s;
    const auto total = static_cast<std::uint32_t>(std::llround(served));
    if (total <= 40) {
      for (std::uint32_t i = 0; i < total; ++i)
        add(1, static_cast<double>(1 + poisson(random, in_flight)), ratio, seen);
      return;
    }
    double share = std::exp(-std::min(in_flight, 500.0));
    for (double others = 0; others < in_flight + 6 * std::sqrt(in_flight) + 6; ++others) {
      const double mean = total * share;
      const double size = mean + std::sqrt(mean * (1 - share)) * random.normal();
      if (size >= 1) add(std::floor(size), 1 + others, ratio, seen);
      share *= in_flight / (others + 1);
    }
  }

  /// Attempts that found `found` in flight take the time that follows from it, within ± 20%.
  void add(double size, double found, double ratio, ServiceSeen& seen) {
    const double crowding = std::max(1.0, found / slots);
    const std::size_t level = ByConcurrency::level_of(static_cast<std::uint32_t>(found));
    auto& by = seen.by_concurrency;
    by.attempts[level] += static_cast<std::uint32_t>(size);
    if (size == 1) {
      const double factor = crowding * (0.8 + 0.4 * random.uniform());
      by.latency_s[level] += service_s * factor;
      if (factor > ratio) ++by.late[level];
      return;
    }
    by.latency_s[level] +=
        service_s * crowding * (size + 0.4 / std::sqrt(12.0) * std::sqrt(size) * random.normal());
    const double late = std::clamp((1.2 - ratio / crowding) / 0.4, 0.0, 1.0);
    const double count = size * late + std::sqrt(size * late * (1 - late)) * random.normal();
    by.late[level] += static_cast<std::uint32_t>(std::clamp(std::round(count), 0.0, size));
  }
};

/// headroom deciding over such a world.
struct Pilot {
  explicit Pilot(ServicePolicy service, Explain how = Explain::yes) : explain(how) {
    policy.services = {std::move(service)};
  }

  Explain explain;
  Policy policy;
  Model model;
  State state;
  ServiceDecision last;

  Observations advance(FluidWorld& world, double rate) {
    Observations seen = world.tick(policy.services[0], rate);
    decide_on(seen);
    world.apply(last.replicas);
    return seen;
  }
  void decide_on(const Observations& seen) {
    Step done = step(policy, std::move(model), state, seen, explain);
    model = std::move(done.model);
    state = std::move(done.decisions.next);
    last = std::move(done.decisions.services[0]);
  }
};

inline ServicePolicy policy_for_test(int min = 1, int max = 100) {
  using namespace std::chrono_literals;
  ServicePolicy policy;
  policy.service = "shop";
  policy.objective.latency = 150ms;
  policy.replicas.min = min;
  policy.replicas.max = max;
  return policy;
}

}  // namespace headroom::scale

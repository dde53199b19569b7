// A whole run in a small world, recorded as headroom records it: two services and a flash crowd.
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>
#include <string>

#include "control/journal/checkpoint_round.h"
#include "control/journal/journal.h"
#include "scale/fluid_world_for_test.h"

namespace headroom::report {

/// Two services of different size; each second is one tick.
class SampleRun {
 public:
  /// `crowd` times the base comes on top in the flash crowd of the first service.
  explicit SampleRun(double crowd = 3.5) : crowd_(crowd) {
    using namespace std::chrono_literals;
    policy_.services = {scale::policy_for_test(2, 14), scale::policy_for_test(1, 20)};
    policy_.services[0].service = "checkout";
    policy_.services[1].service = "catalog";
    policy_.services[1].objective.latency = 100ms;
    worlds_[0].service_s = 0.04;
    worlds_[1].service_s = 0.015;
    worlds_[1].slots = 4;
    worlds_[1].random = Random(2);
    for (auto& world : worlds_) world.apply(3);
    for (auto& world : worlds_)
      for (auto& replica : world.replicas) replica.phase = scale::Phase::ready;
  }

  /// Requests/s of service `which`: a ramp, a flash crowd of 10 s rise, a ramp down.
  [[nodiscard]] double rate(int which, double t_s) const {
    const double base = which == 0 ? 300 : 500;
    const double ramp = 1 + 0.8 * std::sin(std::min(t_s, 180.0) / 180 * std::numbers::pi);
    const double crowd =
        std::clamp((t_s - 75) / 10, 0.0, 1.0) * std::clamp((125 - t_s) / 12, 0.0, 1.0);
    return base * (ramp + (which == 0 ? crowd_ : 1.5) * crowd);
  }

  [[nodiscard]] WallTime start() const { return WallTime(std::chrono::seconds(1'800'000'000)); }

  /// The tick that comes next, decided and recorded.
  void advance(control::Journal& journal) {
    const double t_s = static_cast<double>(worlds_[0].time_s);
    scale::Observations seen;
    for (int which = 0; which < 2; ++which) {
      const auto i = static_cast<std::size_t>(which);
      auto one = worlds_[i].tick(policy_.services[i], rate(which, t_s));
      finish(worlds_[i], policy_.services[i], one.services[0]);
      seen.now = one.now;
      seen.dt = one.dt;
      seen.services.push_back(std::move(one.services[0]));
    }
    seen.machine_cpu = 0.35 + 0.1 * std::sin(t_s / 9);
    std::optional<control::Checkpoint> point;
    if (const auto due = journal.checkpoint_due(seen.now.elapsed))
      point = control::whole_checkpoint(std::string(*due), policy_, model_, state_);
    auto step = scale::step(policy_, std::move(model_), state_, seen);
    model_ = std::move(step.model);
    state_ = std::move(step.decisions.next);
    for (std::size_t i = 0; i < worlds_.size(); ++i)
      worlds_[i].apply(step.decisions.services[i].replicas);
    const auto ticket = journal.record(seen, step.decisions.services, std::move(point));
    (void)journal.wait_committed(ticket, std::chrono::seconds(30));
  }

 private:
  /// What the world does not say: latencies, and that waits over a second are shed.
  static void finish(scale::FluidWorld& world, const scale::ServicePolicy& policy,
                     scale::ServiceSeen& seen) {
    const double capacity = world.count(scale::Phase::ready) * world.slots / world.service_s;
    const double wait_s = capacity > 0 ? world.queued / capacity : 0;
    seen.latency_p50_s = world.service_s + wait_s;
    seen.latency_p95_s = 1.2 * world.service_s + 1.1 * wait_s;
    seen.latency_p99_s = (1.4 + 0.2 * world.random.uniform()) * world.service_s + 1.2 * wait_s;
    const double room = capacity * 1.0;
    if (world.queued > room) {
      seen.shed = static_cast<std::uint64_t>(world.queued - room);
      world.queued = room;
      seen.reasons["queue-full"] = seen.shed;
    }
    if (policy.service == "checkout" && world.time_s % 37 == 0 && seen.good > 2) {
      seen.good -= 2;
      seen.failed = 2;
      seen.reasons["upstream-503"] = 2;
    }
  }

  double crowd_;
  scale::Policy policy_;
  scale::Model model_;
  scale::State state_;
  std::array<scale::FluidWorld, 2> worlds_;
};

}  // namespace headroom::report

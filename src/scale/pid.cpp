// A proportional and integral controller in velocity form: each tick changes the last output.
#include "scale/pid.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "scale/settle.h"

namespace headroom::scale {
namespace {

constexpr double gain = 0.5;
constexpr double smoothing_s = 10;
constexpr double error_min = -0.5;
constexpr double error_max = 1;
/// New replicas show in the error one lead time later: integrating faster would overshoot.
constexpr double leads_per_reset = 2;

}  // namespace

PidState pid_after(const spec::Pid& pid, const spec::Replicas& bounds, double lead_s,
                   PidState before, const ServiceSeen& seen, double tick_s) {
  double cores = 0;
  int ready = 0;
  bool starting = false;
  for (const auto& replica : seen.replicas) {
    starting |= replica.phase == Phase::starting;
    if (replica.phase != Phase::ready) continue;
    if (!std::isfinite(replica.cpu_cores) || replica.cpu_cores < 0) return before;
    cores += replica.cpu_cores;
    ++ready;
  }
  if (ready == 0) return before;
  const double carrying = std::max(1, after_zone_loss(ready, bounds.zones));
  const double latest = std::clamp(cores / (carrying * pid.cpu) - 1, error_min, error_max);
  PidState next = before;
  if (before.replicas < 0) {
    next = {.replicas = carrying, .error = latest};
  } else {
    next.error += (latest - before.error) * std::min(1.0, tick_s / smoothing_s);
    next.replicas += gain * carrying * (next.error - before.error);
  }
  // While some are starting the error does not show them yet.
  const double reset_s = std::max(seconds(pid.reset), leads_per_reset * lead_s);
  if (!starting || next.error < 0) next.replicas += carrying * next.error * tick_s / reset_s;
  const double most = std::max(1.0, std::min<double>(bounds.max, 2 * carrying));
  next.replicas = std::clamp(next.replicas, std::min(carrying / 2, most), most);
  return next;
}

std::optional<Need> pid_need(const ServicePolicy& policy, const PidState& state, Explain explain) {
  if (!policy.scale.pid || state.replicas < 0) return std::nullopt;
  const double target = policy.scale.pid->cpu;
  return Need{Rule::pid, state.replicas,
              explain == Explain::yes
                  ? fmt::format("replicas keep {} cores busy each, {} are aimed for: {} of them",
                                brief(target * (1 + state.error)), brief(target),
                                in_replicas(state.replicas))
                  : std::string()};
}

}  // namespace headroom::scale

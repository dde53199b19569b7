// Makes the autoscaler that a setting names.
#include "prove/policies.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/text.h"
#include "prove/headroom_autoscaler.h"
#include "prove/oracle.h"
#include "scale/rivals/catalogue.h"

namespace headroom::prove {
namespace {

/// The service's own policy with an objective that permits `share`; where there is none, the one
/// that permits `share` of the requests to be missed for want of replicas. Then those late by their
/// service time alone come on top; where they are more than `share`, no objective of that kind can
/// be met, and headroom keeps the rest within it.
scale::ServicePolicy service_policy(const Scenario& scenario, double share) {
  if (scenario.policy) {
    scale::ServicePolicy own = *scenario.policy;
    own.objective.misses = share;
    return own;
  }
  const double alone = scenario.workload.service_time.exceeds(scenario.workload.objective_s);
  scale::ServicePolicy policy;
  policy.service = scenario.workload.name;
  policy.objective.latency = from_seconds(scenario.workload.objective_s);
  policy.objective.quantile = 1 - (share > alone ? share + alone : share);
  policy.replicas.min = scenario.world.replicas_min;
  policy.replicas.max = scenario.world.replicas_max;
  policy.replicas.concurrency = scenario.workload.concurrency;
  policy.queue_wait = from_seconds(scenario.world.patience_s);
  return policy;
}

Result<> permits(const Setting& setting) {
  if (setting.target > 0 && setting.target < 1) return {};
  return fail(ErrorCode::invalid, fmt::format("{} permits a share of {} to be missed; allowed is "
                                              "more than 0 and less than 1",
                                              setting.policy, setting.target));
}

}  // namespace

std::vector<std::string_view> policy_names() {
  std::vector<std::string_view> names{"headroom", "oracle"};
  const auto rivals = rivals::names();
  names.insert(names.end(), rivals.begin(), rivals.end());
  return names;
}

Result<> known_policy(std::string_view name) {
  const auto names = policy_names();
  if (std::ranges::find(names, name) != names.end()) return {};
  const auto near = nearest(name, names);
  return fail(
      ErrorCode::invalid,
      near ? fmt::format("there is no policy '{}', did you mean {}?", name, *near)
           : fmt::format("no policy is called '{}'; known: {}", name, fmt::join(names, ", ")));
}

Result<std::unique_ptr<rivals::Autoscaler>> make_policy(const Setting& setting,
                                                        const Scenario& scenario) {
  if (setting.policy == "headroom") {
    TRY(permits(setting));
    return headroom_autoscaler(service_policy(scenario, setting.target), nullptr, scenario.limits);
  }
  if (setting.policy == "oracle") {
    TRY(permits(setting));
    return oracle(scenario, setting.target);
  }
  TRY(known_policy(setting.policy));
  return rivals::make(
      setting.policy,
      {.target = setting.target,
       .stabilise_s = setting.stabilise_s,
       .fresh_signal = setting.fresh_signal},
      {.slots = scenario.workload.concurrency,
       .service_s = scenario.workload.service_time.mean(),
       .min = least_of(setting, scenario.world.replicas_min, scenario.world.replicas_max),
       .max = scenario.world.replicas_max});
}

}  // namespace headroom::prove

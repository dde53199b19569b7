// One tick of learning for every service: start-up times, capacity, growth of demand.
#include <algorithm>

#include "scale/calendar.h"
#include "scale/capacity.h"
#include "scale/decide.h"
#include "scale/demand.h"
#include "scale/error_budget.h"
#include "scale/growth.h"
#include "scale/placement.h"
#include "scale/repeat.h"
#include "scale/season.h"
#include "scale/seen.h"
#include "scale/startups.h"

namespace headroom::scale {
namespace {

/// Replicas that are wanted however bold forecasts are: for events of the calendar, and for what
/// comes again.
double foreseen(const ServicePolicy& policy, const ServiceModel& model, WallTime now) {
  const auto again = repeat_need(policy, model, Explain::no);
  const auto event = calendar_need(policy, model, now, Explain::no);
  return std::max(again ? again->replicas : 0, event ? event->replicas : 0);
}

}  // namespace

Model learn(const Policy& policy, Model model, const State& state, const Observations& seen) {
  SeenByName by_name(seen);
  for (const ServicePolicy& service : policy.services) {
    const ServiceSeen* found = by_name.find(service.service);
    const bool believed = is_evidence(found, seen.dt);
    static const ServiceSeen nothing;
    const ServiceSeen& one = believed ? *found : nothing;
    ServiceModel& learned = model.services[service.service];
    // What starts is known from whoever starts it, whether or not requests were counted.
    if (replicas_known(found) || learned.startup_s <= 0)
      learn_startups(replicas_known(found) ? *found : nothing, seen.dt, learned);
    learn_capacity(service, one, std::max(0.0, seconds(seen.dt)), learned);
    if (!believed) {
      forget_pending(learned.growth);
      pass_over(std::max(0.0, seconds(seen.dt)), learned.lead_s, learned.repeat);
      continue;
    }
    static const ServiceState unknown;
    const auto last = state.services.find(service.service);
    const ServiceState& before = last == state.services.end() ? unknown : last->second;
    const auto samples = extended(before.demand, demand_sample(&one, seen.dt));
    learn_season(seen.now.wall, samples.back().per_second, seconds(seen.dt), learned.season);
    const Demand demand = demand_now(samples, evened_out_s(service, learned.capacity));
    learn_repeat({.minute = local_minute(service, seen.now.wall),
                  .per_second = std::max(demand.sustained, demand.per_second),
                  .mean_of_30s = demand.sustained,
                  .tick_s = seconds(seen.dt),
                  .lead_s = learned.lead_s,
                  .permitted = permitted_share(service),
                  .tells = !one.rolling_out && learned.capacity.basis != Basis::held},
                 learned.repeat);
    learn_growth(demand, before.situation, outgrown_share(service, learned), learned.lead_s,
                 seconds(seen.dt), season_rise(learned.season, seen.now.wall, learned.lead_s),
                 learned.growth);
    learn_misses(service, one,
                 {.tick_s = seconds(seen.dt),
                  .per_second = samples.back().per_second,
                  .demand = demand,
                  .situation = before.situation,
                  .foreseen = foreseen(service, learned, seen.now.wall)},
                 learned);
  }
  return model;
}

Step step(const Policy& policy, Model model, const State& state, const Observations& seen,
          Explain explain) {
  Step out{.model = learn(policy, std::move(model), state, seen), .decisions = {}};
  out.decisions = allocate(policy, decide(policy, out.model, state, seen, explain));
  return out;
}

}  // namespace headroom::scale

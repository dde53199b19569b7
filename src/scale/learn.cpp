// One tick of learning for every service: start-up times, capacity, growth of demand.
#include <algorithm>
#include <cmath>

#include "scale/capacity.h"
#include "scale/decide.h"
#include "scale/demand.h"
#include "scale/error_budget.h"
#include "scale/growth.h"
#include "scale/season.h"
#include "scale/seen.h"

namespace headroom::scale {
namespace {

constexpr std::size_t startups_max = 32;
constexpr double startup_prior_s = 10;
constexpr double startup_quantile = 0.9;
constexpr double startup_max_s = 600;
constexpr double startup_margin = 1.3;
/// From an arrival to the decision that counts it: one tick and the ≤ 50 ms for the workers.
constexpr double decision_s = 1.05;

/// A replica that became ready in this tick has been ready for less than the tick.
void learn_startups(const ServiceSeen& seen, Duration tick, ServiceModel& model) {
  double waiting_s = 0;
  for (const auto& replica : seen.replicas) {
    const Duration ready_for = replica.age - replica.startup;
    if (replica.phase == Phase::starting)
      waiting_s = std::max(waiting_s, seconds(replica.age));
    else if (replica.phase == Phase::ready && replica.startup > Duration::zero() &&
             ready_for >= Duration::zero() && ready_for < tick)
      model.startups_s.push_back(seconds(replica.startup));
  }
  if (model.startups_s.size() > startups_max)
    model.startups_s.erase(model.startups_s.begin(), model.startups_s.end() - startups_max);

  double planned_s = std::max(startup_prior_s, waiting_s);
  if (!model.startups_s.empty()) {
    auto sorted = model.startups_s;
    std::ranges::sort(sorted);
    const auto rank = std::ceil(startup_quantile * static_cast<double>(sorted.size()));
    planned_s = sorted[static_cast<std::size_t>(rank) - 1];
  }
  model.startup_s = std::min(planned_s, startup_max_s);
  model.lead_s = decision_s + startup_margin * model.startup_s;
}

}  // namespace

Model learn(const Policy& policy, Model model, const State& state, const Observations& seen) {
  for (std::size_t i = 0; i < policy.services.size(); ++i) {
    const ServicePolicy& service = policy.services[i];
    const ServiceSeen* found = find_seen(seen, service.service, i);
    const bool believed = is_evidence(found, seen.dt);
    static const ServiceSeen nothing;
    const ServiceSeen& one = believed ? *found : nothing;
    ServiceModel& learned = model.services[service.service];
    learn_startups(one, seen.dt, learned);
    learn_capacity(service, one, std::max(0.0, seconds(seen.dt)), learned);
    if (!believed) {
      forget_pending(learned.growth);
      continue;
    }
    static const ServiceState unknown;
    const auto last = state.services.find(service.service);
    const ServiceState& before = last == state.services.end() ? unknown : last->second;
    const auto samples = extended(before.demand, demand_sample(&one, seen.dt));
    learn_misses(service, one, std::max(0.0, seconds(seen.dt)), learned);
    learn_season(seen.now.wall, samples.back().per_second, seconds(seen.dt), learned.season);
    learn_growth(demand_now(samples, evened_out_s(service, learned.capacity)), before.situation,
                 outgrown_share(service, learned), learned.lead_s, seconds(seen.dt),
                 season_rise(learned.season, seen.now.wall, learned.lead_s), learned.growth);
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

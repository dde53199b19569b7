// The proposal for each service by itself: needs → shape → bound, with reasons and next state.
#include "scale/decide.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/result.h"
#include "scale/demand.h"
#include "scale/growth.h"
#include "scale/need.h"
#include "scale/seen.h"
#include "scale/settle.h"
#include "scale/summary.h"

namespace headroom::scale {
namespace {

constexpr double outcomes_window_s = 10;
constexpr double in_delay_min_s = 15;
constexpr double complete = 0.999;
/// A fall in the 120 s mean that chance alone does not bring about in hours.
constexpr double band_deviations = 6;
constexpr double band_min = 0.02;
constexpr double band_max = 0.5;

double in_delay_s(const ServicePolicy& policy, const ServiceModel& model) {
  if (policy.scale.in_delay > Duration::zero()) return seconds(policy.scale.in_delay);
  return std::max(in_delay_min_s, model.startup_s);
}

std::vector<OutcomeSample> outcomes_with(const std::vector<OutcomeSample>& before,
                                         const ServiceSeen& seen, double tick_s) {
  std::vector<OutcomeSample> out;
  double length_s = tick_s;
  auto first = before.size();
  while (first > 0 && length_s < outcomes_window_s) length_s += before[--first].seconds;
  out.assign(before.begin() + static_cast<std::ptrdiff_t>(first), before.end());
  const double missed = static_cast<double>(seen.late) + static_cast<double>(seen.shed);
  out.push_back(
      {tick_s, missed + static_cast<double>(seen.good) + static_cast<double>(seen.failed), missed});
  return out;
}

/// Needs of the scale-in delay, one tick older.
std::vector<NeedSample> aged(std::vector<NeedSample> needs, double tick_s, double delay_s) {
  for (auto& need : needs) need.age_s += tick_s;
  std::erase_if(needs, [delay_s](const NeedSample& need) { return need.age_s > delay_s; });
  return needs;
}

void add_need(double replicas, std::vector<NeedSample>& needs) {
  // Smaller ones before it can never again be the largest.
  while (!needs.empty() && needs.back().replicas <= replicas) needs.pop_back();
  needs.push_back({replicas, 0});
}

/// Reasons that are not rules: what the evidence was, what demand and capacity were taken to be.
std::vector<Reason> grounds(const ServiceSeen* seen, bool believed, const Demand& demand,
                            const ServiceModel& model, double permitted, int last) {
  std::vector<Reason> reasons;
  if (!believed)
    reasons.push_back({"evidence", seen == nullptr ? "missing" : "unusable", last,
                       seen == nullptr ? "the service was not observed"
                                       : "no source reported, or what it reported is no number",
                       false});
  else if (seen->completeness < complete)
    reasons.push_back({"evidence", "partial", last,
                       fmt::format("{:.0f}% of the sources reported", 100 * seen->completeness),
                       false});
  else
    reasons.push_back({"evidence", "complete", last, "all sources reported", false});
  reasons.push_back(
      {"shape", std::string(demand.window), last,
       fmt::format("{} requests/s over {} s", brief(demand.per_second), brief(demand.window_s)),
       false});
  reasons.push_back({"need", "capacity", last, describe(model.capacity, permitted), false});
  return reasons;
}

std::vector<Counterfactual> counterfactuals(const Question& question,
                                            const std::vector<Reason>& reasons, int replicas) {
  std::vector<Counterfactual> out;
  for (const auto& reason : reasons) {
    if (!reason.decisive || reason.rule == "latency") continue;
    const int other = settle(question, reason.rule, nullptr);
    if (other != replicas) out.push_back({reason.rule, other});
  }
  return out;
}

Proposal propose(const ServicePolicy& policy, const ServiceModel& model, const ServiceState& before,
                 const ServiceSeen* found, Duration dt) {
  static const ServiceSeen nothing;
  const bool believed = is_evidence(found, dt);
  const ServiceSeen& seen = believed ? *found : nothing;
  const double tick_s = std::max(0.0, seconds(dt));
  Proposal out;
  ServiceDecision& decision = out.decision;
  decision.service = policy.service;
  if (found != nullptr) {
    decision.ready = count(*found, Phase::ready);
    decision.starting = count(*found, Phase::starting);
  }

  ServiceState& next = out.next;
  next.demand = extended(before.demand, demand_sample(found, dt));
  next.outcomes = outcomes_with(before.outcomes, seen, tick_s);
  const Demand demand = demand_now(next.demand);
  next.roughness = before.roughness;
  next.situation = believed ? situation_of(demand, tick_s, next.roughness) : before.situation;
  next.unseen_s = believed ? 0 : before.unseen_s + tick_s;

  const bool first = before.replicas < 0;
  out.from = first ? decision.ready + decision.starting : before.replicas;
  const double delay_s = in_delay_s(policy, model);
  next.needs = aged(before.needs, tick_s, delay_s);
  // What stands at the first look was started for some reason that is not known here.
  if (first) add_need(out.from, next.needs);

  Question question;
  question.needs = needs_of(policy, model, before, seen, demand, next.outcomes);
  question.needed_lately = next.needs.empty() ? 0 : next.needs.front().replicas;
  question.delay_s = delay_s;
  question.band = std::min(
      band_max,
      band_min + band_deviations /
                     std::sqrt(steady_window_s *
                               std::max(demand_min_per_second, before.situation.level_per_second)));
  question.evidence = believed && found->completeness >= complete;
  question.last = out.from;
  question.ready = decision.ready;
  question.bounds = policy.replicas;
  question.step = policy.scale.step;

  decision.reasons = grounds(found, believed, demand, model, permitted_share(policy), out.from);
  decision.replicas = settle(question, {}, &decision.reasons);
  decision.counterfactuals = counterfactuals(question, decision.reasons, decision.replicas);
  add_need(largest(question, {}), next.needs);
  next.replicas = decision.replicas;
  out.floor = question.evidence
                  ? policy.replicas.min
                  : std::max(policy.replicas.min, std::min(out.from, decision.replicas));
  decision.summary = summary_of(decision, out.from);
  return out;
}

}  // namespace

Proposals decide(const Policy& policy, const Model& model, const State& state,
                 const Observations& seen) {
  static const ServiceState unknown;
  Proposals out;
  out.services.reserve(policy.services.size());
  for (std::size_t i = 0; i < policy.services.size(); ++i) {
    const ServicePolicy& service = policy.services[i];
    const auto learned = model.services.find(service.service);
    CHECK(learned != model.services.end());
    const auto before = state.services.find(service.service);
    out.services.push_back(propose(service, learned->second,
                                   before == state.services.end() ? unknown : before->second,
                                   find_seen(seen, service.service, i), seen.dt));
  }
  return out;
}

}  // namespace headroom::scale

// The proposal for each service by itself: needs → shape → bound, with reasons and next state.
#include "scale/decide.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/result.h"
#include "scale/calendar.h"
#include "scale/contradiction.h"
#include "scale/demand.h"
#include "scale/error_budget.h"
#include "scale/growth.h"
#include "scale/need.h"
#include "scale/pid.h"
#include "scale/repeat.h"
#include "scale/replica_text.h"
#include "scale/seen.h"
#include "scale/settle.h"
#include "scale/version_check.h"

namespace headroom::scale {
namespace {

constexpr double outcomes_window_s = 10;
constexpr double complete = 0.999;
/// Until so many moments that outgrow their forecast could have been seen, the prior has a say.
constexpr double outgrown_needed = 10;
/// A fall in the 120 s mean that chance alone does not bring about in hours.
constexpr double band_deviations = 6;
constexpr double band_min = 0.02;
constexpr double band_max = 0.5;

std::vector<OutcomeSample> outcomes_with(const std::vector<OutcomeSample>& before,
                                         const ServiceSeen& seen, bool known, double tick_s) {
  std::vector<OutcomeSample> out;
  double length_s = tick_s;
  auto first = before.size();
  while (first > 0 && length_s < outcomes_window_s) length_s += before[--first].seconds;
  out.assign(before.begin() + static_cast<std::ptrdiff_t>(first), before.end());
  const double missed = static_cast<double>(seen.late) + static_cast<double>(seen.shed);
  out.push_back(
      {.seconds = tick_s,
       .ended = missed + static_cast<double>(seen.good) + static_cast<double>(seen.failed),
       .missed = missed,
       .came = static_cast<double>(seen.arrivals),
       .left = static_cast<double>(seen.gone),
       .there = known ? requests_there(seen) : -1});
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

/// What one tick shows of a service, and what follows from it before any rule.
struct Look {
  const ServiceSeen* found = nullptr;  // null: it was not observed
  bool believed = false;               // it is evidence
  bool stands_known = false;           // which replicas there are
  int ready = 0;
  int starting = 0;
  int last = 0;              // the decision before, or what stands at the first look
  Demand demand;             // now
  double outgrown = 0;       // share of moments that may outgrow their forecast
  double expected = 0;       // to be carried, requests/s
  std::string contradicted;  // what does not fit together; empty: nothing
  ServiceState next;         // but for what the decision itself adds

  [[nodiscard]] const ServiceSeen& seen() const {
    static const ServiceSeen nothing;
    return believed ? *found : nothing;
  }
};

Look look_at(const ServicePolicy& policy, const ServiceModel& model, const ServiceState& before,
             const ServiceSeen* found, Duration dt) {
  Look look;
  look.found = found;
  look.believed = is_evidence(found, dt);
  look.stands_known = replicas_known(found);
  if (look.stands_known) {
    look.ready = count(*found, Phase::ready);
    look.starting = count(*found, Phase::starting);
  }
  const bool first = before.replicas < 0;
  look.last = first ? look.ready + look.starting : before.replicas;

  const double tick_s = std::max(0.0, seconds(dt));
  ServiceState& next = look.next;
  next.demand = extended(before.demand, demand_sample(found, dt));
  look.demand = demand_now(next.demand, evened_out_s(policy, model.capacity));
  next.outcomes = outcomes_with(before.outcomes, look.seen(), look.believed, tick_s);
  look.outgrown = outgrown_now(policy, model, look.seen(), next.outcomes);
  look.expected = expected_per_second(look.outgrown, model, before, look.demand);
  look.contradicted = contradiction(next.outcomes);
  const double delay_s = scale_in_delay_s(policy, model);
  next.needs = aged(before.needs, tick_s, delay_s);
  // What stands at the first look was started for some reason that is not known here.
  if (first && look.stands_known)
    add_need(after_zone_loss(look.last, policy.replicas.zones), next.needs);
  next.events = aged(before.events, tick_s, delay_s);
  next.repeats = aged(before.repeats, tick_s, delay_s);
  next.roughness = before.roughness;
  next.situation =
      look.believed ? situation_of(look.demand, tick_s, next.roughness) : before.situation;
  next.pid = before.pid;
  if (policy.scale.pid && look.believed)
    next.pid =
        pid_after(*policy.scale.pid, policy.replicas, model.lead_s, before.pid, *found, tick_s);
  next.unseen_s = look.believed ? 0 : before.unseen_s + tick_s;
  return look;
}

Reason evidence(const Look& look) {
  if (look.found == nullptr) return {Rule::missing, 0, "the service was not observed", false};
  if (!look.believed)
    return {Rule::unusable, 0, "no source reported, or what it reported is no number", false};
  if (look.found->completeness < complete)
    return {Rule::partial, 0,
            fmt::format("{:.0f}% of the sources reported", 100 * look.found->completeness), false};
  if (!look.contradicted.empty()) return {Rule::contradictory, 0, look.contradicted, false};
  return {Rule::complete, 0, "all sources reported", false};
}

/// What the rules start from: evidence, demand, its growth, capacity. They change no number.
std::vector<Reason> grounds(const ServicePolicy& policy, const ServiceModel& model,
                            const Look& look) {
  const Demand& demand = look.demand;
  std::vector<Reason> reasons;
  reasons.push_back(evidence(look));
  reasons.push_back(
      {demand.window, 0,
       fmt::format("{} requests/s over {} s", brief(demand.per_second), brief(demand.window_s)),
       false});
  const double outgrown = look.outgrown;
  if (outgrown < outgrown_share(policy, model))
    reasons.push_back({Rule::misses, 0,
                       "requests are missed for want of replicas: what is ordered is for the most "
                       "that demand ever rose by",
                       false});
  const double seen_s = growth_seen_s(model.growth);
  if (seen_s * outgrown < outgrown_needed)
    reasons.push_back(
        {Rule::little, 0,
         fmt::format("{} s of growth seen, few for {}% of moments until {}: a prior counts",
                     brief(seen_s), brief(100 * outgrown), brief(outgrown_needed / outgrown)),
         false});
  if (demand.per_second > 0)
    reasons.push_back(
        {Rule::growth, 0,
         fmt::format("after {}% of moments like this one demand is above {:.2f} × "
                     "this within {} s",
                     brief(100 * outgrown), look.expected / demand.per_second, brief(model.lead_s)),
         false});
  if (model.growth.estimator == GrowthEstimator::by_course)
    reasons.push_back(
        {Rule::course, 0,
         fmt::format("as it moves, and did on days before this one, it {} by {} requests/s by then",
                     model.growth.foretold_rise < 0 ? "falls" : "rises",
                     brief(std::abs(model.growth.foretold_rise))),
         false});
  reasons.push_back({Rule::capacity, 0, replica_text(policy, model), false});
  if (slower_by(model.version_check))
    reasons.push_back({Rule::slower_version, 0, describe(model.version_check), false});
  for (auto& reason : reasons) reason.replicas = look.last;
  return reasons;
}

std::vector<Counterfactual> counterfactuals(const Question& question,
                                            const std::vector<Reason>& reasons, int replicas) {
  std::vector<Counterfactual> out;
  for (const auto& reason : reasons) {
    if (!reason.decisive || reason.rule == Rule::latency) continue;
    const int other = settle(question, reason.rule, nullptr);
    if (other != replicas) out.push_back({reason.rule, other});
  }
  return out;
}

/// How much demand may fall by chance in a mean over so long. From the state before, as demand
/// itself must not change it.
double band_of(const ServiceState& before, double seen_s) {
  const double level = std::max(demand_min_per_second, before.situation.level_per_second);
  return std::min(band_max, band_min + band_deviations / std::sqrt(seen_s * level));
}

/// Whether less is needed, and was for the scale-in delay, than there are to be.
bool has_fallen(const Question& question) {
  const double needed = std::max({largest(question, {}), question.needed_lately.replicas,
                                  question.event_lately.replicas, question.repeat_lately.replicas});
  return std::ceil(needed - need_error) < after_zone_loss(question.last, question.bounds.zones);
}

Question question_of(const ServicePolicy& policy, const ServiceModel& model,
                     const ServiceState& before, const Look& look, std::vector<Need> needs) {
  const ServiceState& next = look.next;
  return {
      .needs = std::move(needs),
      .event_lately = next.events.empty() ? NeedSample{} : next.events.front(),
      .repeat_lately = next.repeats.empty() ? NeedSample{} : next.repeats.front(),
      .needed_lately = next.needs.empty() ? NeedSample{} : next.needs.front(),
      .delay_s = scale_in_delay_s(policy, model),
      .band = band_of(before, steady_window_s),
      .band_by_now = band_of(before, steady_window_s + before.fallen_s),
      .evidence =
          look.believed && look.found->completeness >= complete && look.contradicted.empty(),
      .rolling_out = look.found != nullptr && look.found->rolling_out,
      .incident = model.capacity.basis == Basis::held,
      .last = look.last,
      .ready = look.ready,
      .bounds = policy.replicas,
      .step = policy.scale.step,
  };
}

Proposal propose(const ServicePolicy& policy, const ServiceModel& model, const ServiceState& before,
                 const ServiceSeen* found, const Observations& tick, Explain explain) {
  Look look = look_at(policy, model, before, found, tick.dt);
  auto needs =
      needs_of(policy, model, look.seen(), look.demand, look.expected, look.next.outcomes, explain);
  const auto event = calendar_need(policy, model, tick.now.wall, explain);
  if (event) needs.push_back(*event);
  const auto again = repeat_need(policy, model, explain);
  if (again) needs.push_back(*again);
  if (auto need = pid_need(policy, look.next.pid, explain)) needs.push_back(*std::move(need));
  const Question question = question_of(policy, model, before, look, std::move(needs));

  Proposal out{.decision = {}, .from = look.last, .floor = policy.replicas.min, .next = {}};
  ServiceDecision& decision = out.decision;
  decision.service = policy.service;
  decision.ready = look.ready;
  decision.starting = look.starting;
  if (explain == Explain::yes) {
    decision.reasons = grounds(policy, model, look);
    decision.replicas = settle(question, {}, &decision.reasons);
    decision.counterfactuals = counterfactuals(question, decision.reasons, decision.replicas);
  } else {
    decision.replicas = settle(question, {}, nullptr);
  }
  if (!question.evidence || question.rolling_out || question.incident)
    out.floor = std::max(out.floor, std::min(out.from, decision.replicas));

  out.next = std::move(look.next);
  if (!look.believed)
    out.next.fallen_s = before.fallen_s;  // that nothing was seen is no sign of less
  else if (has_fallen(question))
    out.next.fallen_s = before.fallen_s + std::max(0.0, seconds(tick.dt));
  add_need(largest_estimated(question, {}), out.next.needs);
  if (event) add_need(event->replicas, out.next.events);
  if (again) add_need(again->replicas, out.next.repeats);
  // Until it is known what stands, it may be any number: the next look is the first.
  out.next.replicas = before.replicas < 0 && !look.stands_known ? -1 : decision.replicas;
  return out;
}

}  // namespace

Proposals decide(const Policy& policy, const Model& model, const State& state,
                 const Observations& seen, Explain explain) {
  Proposals out;
  out.services.reserve(policy.services.size());
  SeenByName by_name(seen);
  for (const ServicePolicy& service : policy.services) {
    const auto learned = model.services.find(service.service);
    CHECK(learned != model.services.end());
    const auto known = state.services.find(service.service);
    static const ServiceState unknown;
    const ServiceState* before = known == state.services.end() ? &unknown : &known->second;
    const ServiceSeen* found = by_name.find(service.service);
    // In shadow, the last decision was not applied: what stands is what the next one starts from.
    ServiceState standing;
    if (policy.shadow && replicas_known(found) && before->replicas >= 0) {
      standing = *before;
      standing.replicas = count(*found, Phase::ready) + count(*found, Phase::starting);
      before = &standing;
    }
    out.services.push_back(propose(service, learned->second, *before, found, seen, explain));
  }
  return out;
}

}  // namespace headroom::scale

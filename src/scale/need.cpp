// The needs: latency, backlog, target, activation from zero, and an objective that is missed.
#include "scale/need.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "scale/error_budget.h"
#include "scale/estimate.h"
#include "scale/growth.h"
#include "scale/seen.h"

namespace headroom::scale {
namespace {

/// Replicas kept for chance are this × √(requests in flight): square-root staffing.
constexpr double staffing = 0.5;
/// All of them while at most this share of moments may outgrow their forecast. Where misses leave
/// room for more, they need not be kept; some always are, as who allows it learns from the past.
constexpr double outgrown_staffed = 0.02;
constexpr double staffing_least = 0.2;
constexpr double drain_min_s = 2;
/// Less than a whole replica, of which hysteresis would keep two: one is enough for sure.
constexpr double part_of_one = 0.5;
constexpr double feedback_min = 1.1;
constexpr double feedback_max = 1.5;
constexpr double at_capacity = 0.9;
constexpr double outcomes_z = 1.28;

/// 1 up to `outgrown_staffed`, then falling with the logit of the share to the least at half.
double staffed(double outgrown) {
  const double careful = std::log(1 / outgrown - 1) / std::log(1 / outgrown_staffed - 1);
  return std::clamp(careful, staffing_least, 1.0);
}

std::string grouped(double number) {
  std::string digits = fmt::format("{:.0f}", number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

/// A need's words, where they are wanted.
std::string words(Explain explain, auto text) {
  return explain == Explain::yes ? text() : std::string();
}

Need latency_need(const ServicePolicy& policy, const ServiceModel& model, double expected,
                  Explain explain) {
  const Capacity& capacity = model.capacity;
  const double replicas = replicas_for(expected, outgrown_share(policy, model), capacity);
  const double for_chance = replicas - expected * capacity.latency_s / capacity.concurrency;
  return {Rule::latency, replicas, words(explain, [&] {
            return fmt::format(
                "{} requests/s expected within {} s need {} replicas of {}/s each, {:.1f} of "
                "them for chance",
                brief(expected), brief(model.lead_s), in_replicas(replicas),
                brief(capacity.per_second()), for_chance);
          })};
}

/// Requests that wait here, and those above capacity that wait inside the replicas.
Need backlog_need(const ServicePolicy& policy, const ServiceModel& model, const ServiceSeen& seen,
                  const Need& latency, Explain explain) {
  const Capacity& capacity = model.capacity;
  const double within_s = drain_within_s(policy, model);
  const double per_replica = capacity.per_second() * within_s;
  const auto waiting = static_cast<double>(seen.waiting);
  double inside = seen.concurrency - capacity.concurrency * count(seen, Phase::ready);
  // Slow for another reason than concurrency: what is in flight is no measure of demand.
  if (capacity.basis == Basis::held || inside < 0) inside = 0;
  inside = std::min(inside, std::max(1.0, latency.replicas) * per_replica);
  const double replicas = latency.replicas + (waiting + inside) / per_replica;
  return {Rule::backlog, replicas, words(explain, [&] {
            return fmt::format("{}; with {} waiting, to be served within {} s, {}", latency.text,
                               brief(waiting + inside), brief(within_s), in_replicas(replicas));
          })};
}

Need target_need(double target, const ServiceModel& model, const ServiceSeen& seen, double expected,
                 Explain explain) {
  const double in_flight = std::max(seen.concurrency, expected * model.capacity.latency_s);
  return {Rule::target, in_flight / target, words(explain, [&] {
            return fmt::format("{} in flight at {} per replica need {}", brief(in_flight),
                               brief(target), in_replicas(in_flight / target));
          })};
}

/// How requests ended in the last 10 s, and how full the replicas are that serve them.
struct Lately {
  double ended = 0;
  double missed = 0;
  double load = 0;  // in flight and waiting ÷ what those ready carry; 0: none is
};

Lately lately(const ServiceModel& model, const ServiceSeen& seen,
              const std::vector<OutcomeSample>& outcomes) {
  Lately out;
  for (const auto& sample : outcomes) {
    out.ended += sample.ended;
    out.missed += sample.missed;
  }
  const int ready = count(seen, Phase::ready);
  if (ready > 0)
    out.load = (seen.concurrency + static_cast<double>(seen.waiting)) /
               (model.capacity.concurrency * ready);
  return out;
}

/// The objective is missed though nothing is starting and replicas are full: the model is wrong.
/// Does not look at demand, so that more demand cannot switch it off.
void add_feedback(const ServicePolicy& policy, const ServiceModel& model, const ServiceSeen& seen,
                  const std::vector<OutcomeSample>& outcomes, Explain explain,
                  std::vector<Need>& needs) {
  const auto [ended, missed, load] = lately(model, seen, outcomes);
  const int ready = count(seen, Phase::ready);
  if (ended < spell_requests_min || ready == 0 || count(seen, Phase::starting) > 0) return;
  const double expected = permitted_share(policy) + model.capacity.late_alone;
  if (wilson(missed, ended, -outcomes_z) <= expected) return;
  if (load < at_capacity) return;
  const double model_replicas = needs.front().replicas;
  const double replicas =
      std::min(ready * std::max(load, feedback_min), feedback_max * std::max(1.0, model_replicas));
  needs.push_back({Rule::objective_missed, replicas, words(explain, [&] {
                     return fmt::format(
                         "{}% of the last 10 s were late or shed, {}% permitted, with {} × as "
                         "many requests there as {} ready replicas take at once: {} replicas, not "
                         "the {} that should do",
                         brief(100 * missed / ended), brief(100 * permitted_share(policy)),
                         brief(load), ready, in_replicas(replicas), in_replicas(model_replicas));
                   })});
}

}  // namespace

double drain_within_s(const ServicePolicy& policy, const ServiceModel& model) {
  const Duration stated = policy.scale.drain_within;
  return stated > Duration::zero() ? seconds(stated) : std::max(drain_min_s, model.startup_s);
}

double replicas_for(double per_second, double outgrown, const Capacity& capacity) {
  const double in_flight = per_second * capacity.latency_s;
  return (in_flight + staffing * staffed(outgrown) * std::sqrt(in_flight)) / capacity.concurrency;
}

std::string in_replicas(double need) {
  return fmt::format("{:.1f}", std::ceil(10 * std::max(0.0, need - need_error)) / 10);
}

std::string brief(double number) {
  const double size = std::abs(number);
  const bool whole = std::abs(size - std::round(size)) < 1e-6;
  return fmt::format("{:.{}f}", number, whole || size >= 99.95 ? 0 : size >= 0.995 ? 1 : 2);
}

std::string describe(const Capacity& capacity, double permitted) {
  const auto each = fmt::format("{} requests/s each", brief(capacity.per_second()));
  switch (capacity.basis) {
    case Basis::prior:
      return fmt::format("prior {}, nothing learned yet: {}", brief(capacity.concurrency), each);
    case Basis::stated:
      return fmt::format("{} as stated, nothing learned yet: {}", brief(capacity.concurrency),
                         each);
    case Basis::learned:
      return fmt::format("learned {:.1f} in flight per replica from {} attempts{}: {}{}",
                         capacity.concurrency, grouped(capacity.attempts),
                         capacity.end_seen ? "" : ", more was not tried", each,
                         capacity.late_alone > permitted
                             ? fmt::format("; {}% are late even with little in flight, which more "
                                           "replicas cannot help",
                                           brief(100 * capacity.late_alone))
                             : "");
    case Basis::held:
      return fmt::format(
          "late at concurrencies that were fine before, so that is not the cause: held at "
          "{:.1f} in flight per replica, {}",
          capacity.concurrency, each);
  }
  return {};
}

double outgrown_now(const ServicePolicy& policy, const ServiceModel& model, const ServiceSeen& seen,
                    const std::vector<OutcomeSample>& outcomes) {
  const double allowed = outgrown_share(policy, model);
  const auto [ended, missed, load] = lately(model, seen, outcomes);
  const double usual = std::max(spell_missed, permitted_share(policy)) + model.capacity.late_alone;
  const bool spell = ended >= spell_requests_min && missed > usual * ended && load >= at_capacity &&
                     model.capacity.basis != Basis::held;
  // What was never seen is not ordered for: a new service would start four times what it needs.
  return spell ? std::min(allowed, 1 / std::max(1.0, growth_seen_s(model.growth))) : allowed;
}

double expected_per_second(double outgrown, const ServiceModel& model, const ServiceState& before,
                           const Demand& demand) {
  if (demand.per_second <= 0) return 0;
  // The situation is that of the tick before: were it today's, more demand could be taken for
  // a calmer moment and lower the answer.
  return grown(model.growth, before.situation, outgrown,
               std::max(demand.per_second, demand_min_per_second));
}

std::vector<Need> needs_of(const ServicePolicy& policy, const ServiceModel& model,
                           const ServiceSeen& seen, const Demand& demand, double expected,
                           const std::vector<OutcomeSample>& outcomes, Explain explain) {
  std::vector<Need> needs;
  needs.push_back(latency_need(policy, model, expected, explain));
  needs.push_back(backlog_need(policy, model, seen, needs.front(), explain));
  if (needs.back().replicas <= needs.front().replicas) needs.pop_back();
  if (policy.scale.target_concurrency && *policy.scale.target_concurrency > 0)
    needs.push_back(target_need(*policy.scale.target_concurrency, model, seen, expected, explain));
  const bool none = needs.front().replicas <= 0 && needs.back().replicas <= 0;
  if (none && (demand.steady > 0 || seen.waiting > 0 || seen.concurrency > 0))
    needs.push_back({Rule::activation, part_of_one,
                     "requests came within the last 120 s: one replica at least"});
  add_feedback(policy, model, seen, outcomes, explain, needs);
  return needs;
}

}  // namespace headroom::scale

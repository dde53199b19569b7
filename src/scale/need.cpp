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
/// room for more, they need not be kept; some always are, as the loop that allows it takes days.
constexpr double outgrown_staffed = 0.02;
constexpr double staffing_least = 0.2;
constexpr double drain_min_s = 2;
/// Less than a whole replica, of which hysteresis would keep two: one is enough for sure.
constexpr double part_of_one = 0.5;
constexpr double feedback_min = 1.1;
constexpr double feedback_max = 1.5;
constexpr double at_capacity = 0.9;
constexpr double outcomes_min = 20;
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
  const double in_flight = expected * capacity.latency_s;
  const double for_chance = staffing * staffed(outgrown_share(policy, model)) *
                            std::sqrt(in_flight) / capacity.concurrency;
  const double replicas = in_flight / capacity.concurrency + for_chance;
  return {"latency", replicas, words(explain, [&] {
            return fmt::format(
                "{} requests/s expected within {} s need {:.1f} replicas of {}/s "
                "each, {:.1f} of them for chance",
                brief(expected), brief(model.lead_s), replicas, brief(capacity.per_second()),
                for_chance);
          })};
}

/// Requests that wait here, and those above capacity that wait inside the replicas.
Need backlog_need(const ServicePolicy& policy, const ServiceModel& model, const ServiceSeen& seen,
                  const Need& latency, Explain explain) {
  const Capacity& capacity = model.capacity;
  const Duration stated = policy.scale.drain_within;
  const double within_s =
      stated > Duration::zero() ? seconds(stated) : std::max(drain_min_s, model.startup_s);
  const double per_replica = capacity.per_second() * within_s;
  const auto waiting = static_cast<double>(seen.waiting);
  double inside = seen.concurrency - capacity.concurrency * count(seen, Phase::ready);
  // Slow for another reason than concurrency: what is in flight is no measure of demand.
  if (capacity.basis == Basis::held || inside < 0) inside = 0;
  inside = std::min(inside, std::max(1.0, latency.replicas) * per_replica);
  const double more = (waiting + inside) / per_replica;
  return {"backlog", latency.replicas + more, words(explain, [&] {
            return fmt::format("{}; {} waiting, to be served within {} s, need {:.1f} more",
                               latency.text, brief(waiting + inside), brief(within_s), more);
          })};
}

Need target_need(double target, const ServiceModel& model, const ServiceSeen& seen, double expected,
                 Explain explain) {
  const double in_flight = std::max(seen.concurrency, expected * model.capacity.latency_s);
  return {"target", in_flight / target, words(explain, [&] {
            return fmt::format("{} in flight at {} per replica", brief(in_flight), brief(target));
          })};
}

/// The objective is missed though nothing is starting and replicas are full: the model is wrong.
/// Does not look at demand, so that more demand cannot switch it off.
void add_feedback(const ServicePolicy& policy, const ServiceModel& model, const ServiceSeen& seen,
                  const std::vector<OutcomeSample>& outcomes, Explain explain,
                  std::vector<Need>& needs) {
  double ended = 0;
  double missed = 0;
  for (const auto& sample : outcomes) {
    ended += sample.ended;
    missed += sample.missed;
  }
  const int ready = count(seen, Phase::ready);
  if (ended < outcomes_min || ready == 0 || count(seen, Phase::starting) > 0) return;
  const double expected = permitted_share(policy) + model.capacity.late_alone;
  if (wilson(missed, ended, -outcomes_z) <= expected) return;
  const double load =
      (seen.concurrency + static_cast<double>(seen.waiting)) / (model.capacity.concurrency * ready);
  if (load < at_capacity) return;
  const double model_replicas = needs.front().replicas;
  const double replicas =
      std::min(ready * std::max(load, feedback_min), feedback_max * std::max(1.0, model_replicas));
  needs.push_back({"objective missed", replicas, words(explain, [&] {
                     return fmt::format(
                         "{}% of the last 10 s were late or shed, {}% permitted, with {} "
                         "replicas at {:.0f}% of capacity: {:.1f} instead of the {:.1f} that "
                         "were learned to do",
                         brief(100 * missed / ended), brief(100 * permitted_share(policy)), ready,
                         100 * load, replicas, model_replicas);
                   })});
}

}  // namespace

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
      return fmt::format("learned {:.1f} in flight per replica from {} attempts: {}{}",
                         capacity.concurrency, grouped(capacity.attempts), each,
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

double expected_per_second(const ServicePolicy& policy, const ServiceModel& model,
                           const ServiceState& before, const Demand& demand) {
  if (demand.per_second <= 0) return 0;
  // The situation is that of the tick before: were it today's, more demand could be taken for
  // a calmer moment and lower the answer.
  return grown(model.growth, before.situation, outgrown_share(policy, model),
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
    needs.push_back(
        {"activation", part_of_one, "requests came within the last 120 s: one replica at least"});
  add_feedback(policy, model, seen, outcomes, explain, needs);
  return needs;
}

}  // namespace headroom::scale

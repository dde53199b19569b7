// What each rule thinks a service needs, before time, bounds and other services are considered.
#pragma once

#include <string>
#include <vector>

#include "scale/decide.h"
#include "scale/decision.h"
#include "scale/demand.h"
#include "scale/model.h"
#include "scale/state.h"

namespace headroom::scale {

/// By so little a need may be above a whole number for the computer's rounding alone.
constexpr double need_error = 1e-9;

/// Of the last 10 s, that makes a spell of misses where less is permitted.
constexpr double spell_missed = 0.01;
/// And of at least so many requests.
constexpr double spell_requests_min = 20;

struct Need {
  Rule rule = Rule::latency;
  double replicas = 0;  // not rounded
  std::string text;
};

/// The share of moments that may outgrow their forecast now: what the error budget allows, and
/// while requests are being missed for want of replicas one of all that were seen. `outcomes` end
/// with this tick.
[[nodiscard]] double outgrown_now(const ServicePolicy& policy, const ServiceModel& model,
                                  const ServiceSeen& seen,
                                  const std::vector<OutcomeSample>& outcomes);

/// Within how many seconds what waits is to be served: the policy's scale.drain_within, or one
/// start-up time and at least 2 s.
[[nodiscard]] double drain_within_s(const ServicePolicy& policy, const ServiceModel& model);

/// What `per_second` requests/s need with the objective met, not rounded; the more for chance the
/// fewer moments may outgrow their forecast.
[[nodiscard]] double replicas_for(double per_second, double outgrown, const Capacity& capacity);

/// Demand that only a share `outgrown` of moments exceeds within the lead time, requests/s.
[[nodiscard]] double expected_per_second(double outgrown, const ServiceModel& model,
                                         const ServiceState& before, const Demand& demand);

/// All that apply, "latency" first. `expected` requests/s are to be carried; `outcomes` end with
/// this tick. Without texts unless they are to explain.
[[nodiscard]] std::vector<Need> needs_of(const ServicePolicy& policy, const ServiceModel& model,
                                         const ServiceSeen& seen, const Demand& demand,
                                         double expected,
                                         const std::vector<OutcomeSample>& outcomes,
                                         Explain explain);

/// "learned 8.0 in flight per replica from 12,431 attempts, more was not tried: 160 requests/s
/// each".
[[nodiscard]] std::string describe(const Capacity& capacity, double permitted);

/// "12.6" for 12.53: one digit, rounded up, so that what is said and what is meant round up to the
/// same number of replicas.
[[nodiscard]] std::string in_replicas(double need);

/// "312", "27.4", "0.42": three digits, for people.
[[nodiscard]] std::string brief(double number);

}  // namespace headroom::scale

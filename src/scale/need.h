// What each rule thinks a service needs, before time, bounds and other services are considered.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scale/decide.h"
#include "scale/decision.h"
#include "scale/demand.h"
#include "scale/model.h"
#include "scale/state.h"

namespace headroom::scale {

struct Need {
  std::string_view rule;
  double replicas = 0;  // not rounded
  std::string text;
};

/// Demand that only the permitted share of moments exceeds within the lead time, requests/s.
[[nodiscard]] double expected_per_second(const ServicePolicy& policy, const ServiceModel& model,
                                         const ServiceState& before, const Demand& demand);

/// All that apply, "latency" first. `expected` requests/s are to be carried; `outcomes` end with
/// this tick. Without texts unless they are to explain.
[[nodiscard]] std::vector<Need> needs_of(const ServicePolicy& policy, const ServiceModel& model,
                                         const ServiceSeen& seen, const Demand& demand,
                                         double expected,
                                         const std::vector<OutcomeSample>& outcomes,
                                         Explain explain);

/// "learned 8.0 in flight per replica from 12,431 attempts: 160 requests/s each".
[[nodiscard]] std::string describe(const Capacity& capacity, double permitted);

/// "312", "27.4", "0.42": three digits, for people.
[[nodiscard]] std::string brief(double number);

}  // namespace headroom::scale

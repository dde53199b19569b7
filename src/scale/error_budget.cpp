// Integrates what the objective permits against what was missed.
#include "scale/error_budget.h"

#include <algorithm>
#include <cmath>

#include "scale/curve.h"
#include "scale/seen.h"

namespace headroom::scale {
namespace {

constexpr double day_s = 86400;
/// Of such a moment's requests only some are missed: with 3 s and 30 s until a replica is ready, a
/// share of 1% of moments brought 0.34% and 0.17% of missed requests (medians, recorded traffic).
constexpr double moments_per_missed_request = 2;
/// What the logit moves by when a day's worth of permitted misses is left over, or overspent.
constexpr double gain_most = 1.5;
constexpr double gain_least = 0.8;
/// And by a burst that outruns the replicas: all requests of a lead time. Where few may be missed
/// that is worth days, and the loop would swing between its ends.
constexpr double gain_by_burst = 1;
constexpr double most_careful = -2;
/// After a silence little is a day's worth. No tick makes bolder by more than so many times its
/// part of a day; demand's daily peaks stay below that.
constexpr double day_part_max = 3;
/// From a start of one moment in 10,000 as far as the most of moments below.
constexpr double least_careful = 9;
/// A steady service on whole replicas misses little though most moments outgrow their forecast.
constexpr double outgrown_min = 1e-6;
constexpr double outgrown_max = 0.8;

double logit(double share) {
  return std::log(share / (1 - share));
}

/// Requests of the tick that would have been in time had they not waited, and those shed. Attempts
/// that were late within the capacity were so by themselves, and beyond it as many as are with
/// little in flight. What failed failed for other reasons: it is not among the requests that were
/// late, but among the attempts. Chance can make it negative.
double preventable(const ServiceSeen& seen, const Capacity& capacity) {
  double within = 0;
  double beyond = 0;
  for (std::size_t i = 0; i < ByConcurrency::level_count; ++i) {
    if (concurrency_of(i) <= std::max(1.0, capacity.concurrency))
      within += seen.by_concurrency.late[i];
    else
      beyond += capacity.late_alone * seen.by_concurrency.attempts[i];
  }
  const double alone = std::max(0.0, within - static_cast<double>(seen.failed)) + beyond;
  return static_cast<double>(seen.late) + static_cast<double>(seen.shed) - alone;
}

double gain_per_day(double share, double lead_s) {
  const double by_burst = gain_by_burst * share * day_s / std::max(1.0, lead_s);
  return std::clamp(by_burst, gain_least, gain_most);
}

}  // namespace

double spendable_share(const ServicePolicy& policy, const Capacity& capacity) {
  const double permitted = permitted_share(policy);
  if (capacity.late_alone >= permitted) return permitted;
  return std::max(permitted - capacity.late_alone, permitted / 2);
}

double outgrown_share(const ServicePolicy& policy, const ServiceModel& model) {
  const double start =
      std::min(0.4, moments_per_missed_request * spendable_share(policy, model.capacity));
  return std::clamp(1 / (1 + std::exp(-logit(start) - model.error_budget.shift)), outgrown_min,
                    outgrown_max);
}

void learn_misses(const ServicePolicy& policy, const ServiceSeen& seen, double tick_s,
                  ServiceModel& model) {
  ErrorBudget& budget = model.error_budget;
  const auto arrivals = static_cast<double>(seen.arrivals);
  // The mean of as many days as have been seen, up to one that fades with a day.
  budget.seen_s = std::min(budget.seen_s + tick_s, day_s);
  if (budget.seen_s <= 0) return;
  const double per_day = arrivals / std::max(tick_s, 1e-3) * day_s;
  budget.requests_per_day += (per_day - budget.requests_per_day) * tick_s / budget.seen_s;
  if (budget.requests_per_day <= 0) return;

  const double share = spendable_share(policy, model.capacity);
  const double ended = static_cast<double>(seen.good) + static_cast<double>(seen.late) +
                       static_cast<double>(seen.shed);
  const double left = share * ended - preventable(seen, model.capacity);
  const double days_left =
      std::min(left / (share * budget.requests_per_day), day_part_max * tick_s / day_s);
  const double gain = gain_per_day(share, model.lead_s);
  budget.shift = std::clamp(budget.shift + gain * days_left, most_careful, least_careful);
}

}  // namespace headroom::scale

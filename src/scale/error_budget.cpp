// Chooses the boldest of the virtual fleets that misses no more than may still be missed.
#include "scale/error_budget.h"

#include <algorithm>
#include <cmath>

#include "scale/curve.h"
#include "scale/growth.h"
#include "scale/seen.h"

namespace headroom::scale {
namespace {

constexpr double day_s = 86400;
/// Before anything is known. Of such a moment's requests only some are missed.
constexpr double moments_per_missed_request = 2;
constexpr double outgrown_at_first_max = 0.4;
/// Beyond that a rush that comes once a day is what the day's budget is spent on: the rest of the
/// day misses nothing however bold the forecasts.
constexpr double outgrown_max = 0.1;
/// What was left over, or overspent, is made up for within a day, between these parts of what is
/// usual.
constexpr double allowed_least = 0.1;
constexpr double allowed_most = 2;
/// What went wrong on the first day is not paid for through the whole window.
constexpr double debt_days = 3;
/// Of what may be missed, so much is at least allowed beyond what the most careful fleet misses:
/// what no fleet would have met is no reason to pay for care.
constexpr double avoidable_least = 0.1;

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

double outgrown_at_first(double spendable) {
  return std::min(outgrown_at_first_max, moments_per_missed_request * spendable);
}

/// Of requests, may be missed from now on.
double allowed_now(const ErrorBudget& budget, double spendable) {
  if (!(budget.requests_per_day > 0)) return spendable;
  const double left = spendable * budget.ended - budget.missed;
  const double days_left = left / (spendable * budget.requests_per_day);
  return spendable * std::clamp(1 + days_left, allowed_least, allowed_most);
}

/// From the most careful fleet on, as far as what they miss is allowed; between two of them by
/// logarithm.
double chosen_share(const VirtualFleets& fleets, double lead_s, double allowed, double spendable) {
  const auto& shares = virtual_shares();
  double before = missed_share(fleets, lead_s, shares.size() - 1);
  const double limit = std::max(allowed, before + avoidable_least * spendable);
  for (std::size_t i = shares.size() - 1; i-- > 0;) {
    const double missed = std::max(before, missed_share(fleets, lead_s, i));
    if (missed > limit) {
      const double part = (limit - before) / (missed - before);
      return shares[i + 1] * std::pow(shares[i] / shares[i + 1], part);
    }
    before = missed;
  }
  return shares.front();
}

/// Takes the tick's outcomes into the account.
void enter(const ServicePolicy& policy, const ServiceSeen& seen, double tick_s, double spendable,
           const Capacity& capacity, ErrorBudget& budget) {
  // The mean of as many days as have been seen, up to one that fades with a day.
  budget.seen_s = std::min(budget.seen_s + tick_s, day_s);
  const double per_day = static_cast<double>(seen.arrivals) / tick_s * day_s;
  budget.requests_per_day += (per_day - budget.requests_per_day) * tick_s / budget.seen_s;

  const double kept = std::exp(-tick_s / seconds(policy.objective.window));
  budget.ended = budget.ended * kept + static_cast<double>(seen.good) +
                 static_cast<double>(seen.late) + static_cast<double>(seen.shed);
  budget.missed = std::max(0.0, budget.missed * kept + preventable(seen, capacity));
  // A debt is at most that of some days, and no more than was permitted so far.
  const double debt_max = std::min(budget.ended, debt_days * budget.requests_per_day);
  budget.missed = std::min(budget.missed, spendable * (budget.ended + debt_max));
}

}  // namespace

double spendable_share(const ServicePolicy& policy, const Capacity& capacity) {
  const double permitted = permitted_share(policy);
  if (capacity.late_alone >= permitted) return permitted;
  return std::max(permitted - capacity.late_alone, permitted / 2);
}

double outgrown_share(const ServicePolicy& policy, const ServiceModel& model) {
  const double at_first = outgrown_at_first(spendable_share(policy, model.capacity));
  if (model.error_budget.share <= 0) return at_first;
  return std::min(model.error_budget.share, std::max(outgrown_max, at_first));
}

void learn_misses(const ServicePolicy& policy, const ServiceSeen& seen, const FleetMoment& at,
                  ServiceModel& model) {
  if (!(at.tick_s > 0)) return;
  const double spendable = spendable_share(policy, model.capacity);
  enter(policy, seen, at.tick_s, spendable, model.capacity, model.error_budget);
  if (!(model.capacity.concurrency > 0)) return;
  live_virtually(policy, seen, at, model);
  if (model.virtual_fleets.lived_s > 0)
    model.error_budget.share = chosen_share(model.virtual_fleets, model.lead_s,
                                            allowed_now(model.error_budget, spendable), spendable);
}

}  // namespace headroom::scale

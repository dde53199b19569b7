// A queue before replicas that are as many as a forecast wanted a lead time ago.
#include "scale/virtual_fleet.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "scale/growth.h"
#include "scale/need.h"
#include "scale/seen.h"
#include "scale/settle.h"

namespace headroom::scale {
namespace {

constexpr double half_life_s = 3 * 86400;
constexpr double lately_s = 10;
/// Before growth was seen for so many lead times, forecasts are a prior's and capacity a guess.
constexpr double leads_before = 5;
constexpr double before_min_s = 300;
/// Fleets on recorded traffic, 30 s until a replica is ready, missed 0 to 1.9% with a share of a
/// tenth and 0 to 0.18% with one of a hundredth; the square of the share counts for so many lead
/// times beside what this service's own did.
constexpr double usual_leads = 30;
constexpr double usual_min_s = 1200;
constexpr double latency_min_s = 1e-4;

/// Newest first. Answers what is shifted out.
template <std::size_t N>
double shift(std::array<double, N>& parts, int steps, double first) {
  double out = 0;
  for (int i = 0; i < std::min<int>(steps, N); ++i) {
    out += parts.back();
    std::shift_right(parts.begin(), parts.end(), 1);
    parts.front() = first;
  }
  return out;
}

/// What could not be taken back of `surplus`; those ordered last go first.
double take_back(std::array<double, start_parts>& starting, double surplus) {
  for (double& part : starting) {
    const double back = std::min(part, surplus);
    part -= back;
    surplus -= back;
  }
  return surplus;
}

/// Requests find a place that is free, or becomes so within the tick, or else wait.
double serve(const FleetTick& tick, VirtualFleet& fleet) {
  const double places = fleet.ready * tick.concurrency;
  const double per_second = places / tick.latency_s;
  const double free = std::max(0.0, places - fleet.in_flight) + per_second * tick.tick_s;
  const double came = fleet.queue + tick.arrivals;
  const double begun = std::min(came, free);
  const double left = std::exp(-tick.tick_s / tick.latency_s);
  const double new_in_flight = begun * tick.latency_s / tick.tick_s * (1 - left);
  fleet.in_flight = std::min(places, fleet.in_flight * left + new_in_flight);
  const double waiting = came - begun;
  fleet.queue = std::min(waiting, tick.may_wait_s * per_second);
  return waiting - fleet.queue;
}

/// Replicas for a need, within the bounds.
double whole(double need, const FleetTick& tick) {
  return std::clamp(std::ceil(std::max(need, tick.least) - need_error), 0.0, tick.most);
}

/// How many parts end with the tick.
int parts_over(double& since_s, double tick_s, double part_s) {
  if (!(part_s > 0)) return static_cast<int>(std::max(start_parts, hold_parts));
  since_s += tick_s;
  const double over = std::floor(since_s / part_s);
  since_s -= over * part_s;
  return static_cast<int>(std::min<double>(over, std::max(start_parts, hold_parts)));
}

FleetTick tick_of(const ServicePolicy& policy, const FleetMoment& at, ServiceModel& model) {
  VirtualFleets& all = model.virtual_fleets;
  const int zones = policy.replicas.zones;
  const double hold_s = scale_in_delay_s(policy, model);
  return {
      .tick_s = at.tick_s,
      .arrivals = at.per_second * at.tick_s,
      .concurrency = model.capacity.concurrency,
      .latency_s = std::max(latency_min_s, model.capacity.latency_s),
      .may_wait_s = may_wait_s(policy, model.capacity),
      .drain_s = drain_within_s(policy, model),
      // Without those that are kept for the loss of a zone: these are nobody's to spend.
      .least = std::max<double>(at.foreseen, after_zone_loss(policy.replicas.min, zones)),
      .most = static_cast<double>(after_zone_loss(policy.replicas.max, zones)),
      .start_steps = parts_over(all.since_start_s, at.tick_s, model.lead_s / start_parts),
      .hold_steps = parts_over(all.since_hold_s, at.tick_s, hold_s / hold_parts),
  };
}

/// What a fleet needs for requests that come at so many a second.
double need_of(const ServicePolicy& policy, const Capacity& capacity, double per_second,
               double share) {
  const double need = replicas_for(per_second, share, capacity);
  const double target = policy.scale.target_concurrency.value_or(0);
  return target > 0 ? std::max(need, per_second * capacity.latency_s / target) : need;
}

}  // namespace

const std::array<double, virtual_fleet_count>& virtual_shares() {
  static const auto shares = [] {
    std::array<double, virtual_fleet_count> out{};
    for (std::size_t i = 0; i < out.size(); ++i)
      out[out.size() - 1 - i] = std::pow(10.0, -5 + static_cast<double>(i) / 3);
    return out;
  }();
  return shares;
}

double live(const FleetTick& tick, double need, VirtualFleet& fleet) {
  fleet.ready += shift(fleet.starting, tick.start_steps, 0);
  const double missed = serve(tick, fleet);
  need += fleet.queue * tick.latency_s / (tick.concurrency * tick.drain_s);
  shift(fleet.needs, tick.hold_steps, need);
  fleet.needs.front() = std::max(fleet.needs.front(), need);
  const double wanted = whole(*std::ranges::max_element(fleet.needs), tick);
  const double there = std::accumulate(fleet.starting.begin(), fleet.starting.end(), fleet.ready);
  if (wanted > there)
    fleet.starting.front() += wanted - there;
  else
    fleet.ready -= take_back(fleet.starting, there - wanted);
  return missed;
}

void live_virtually(const ServicePolicy& policy, const ServiceSeen& seen, const FleetMoment& at,
                    ServiceModel& model) {
  VirtualFleets& all = model.virtual_fleets;
  const FleetTick tick = tick_of(policy, at, model);
  std::array<double, virtual_fleet_count> expected{};
  if (at.demand.per_second > 0)
    grown(model.growth, at.situation, virtual_shares(),
          std::max(at.demand.per_second, demand_min_per_second), expected);

  const bool counts =
      growth_seen_s(model.growth) >= std::max(before_min_s, leads_before * model.lead_s);
  const double kept = std::exp2(-at.tick_s / half_life_s);
  const double kept_lately = std::exp(-at.tick_s / lately_s);
  all.requests_lately = all.requests_lately * kept_lately + tick.arrivals;
  if (counts) {
    all.requests = all.requests * kept + tick.arrivals;
    all.lived_s = all.lived_s * kept + at.tick_s;
  }
  // While they miss, fleets too order for the most that was seen (see outgrown_now).
  const double spell = std::max(spell_missed, permitted_share(policy)) * all.requests_lately;
  const double afraid = 1 / std::max(1.0, growth_seen_s(model.growth));
  const auto place_afraid = static_cast<std::size_t>(
      std::ranges::lower_bound(virtual_shares(), afraid, std::ranges::greater()) -
      virtual_shares().begin());
  const bool first = all.fleets.empty();
  all.fleets.resize(virtual_fleet_count);
  for (std::size_t i = 0; i < all.fleets.size(); ++i) {
    VirtualFleet& fleet = all.fleets[i];
    const bool missing = all.requests_lately >= spell_requests_min && fleet.missed_lately > spell;
    const std::size_t place = missing ? std::clamp(place_afraid, i, all.fleets.size() - 1) : i;
    const double need = need_of(policy, model.capacity, expected[place], virtual_shares()[i]);
    if (first) {
      fleet.ready = whole(need, tick);
      fleet.in_flight = std::min(seen.concurrency, fleet.ready * tick.concurrency);
    }
    const double missed = live(tick, need, fleet);
    fleet.missed_lately = fleet.missed_lately * kept_lately + missed;
    if (counts) fleet.missed = fleet.missed * kept + missed;
  }
}

double missed_share(const VirtualFleets& fleets, double lead_s, std::size_t place) {
  const double usual = virtual_shares()[place] * virtual_shares()[place];
  const double seen = fleets.requests > 0 ? fleets.fleets[place].missed / fleets.requests : 0;
  const double usual_s = std::max(usual_min_s, usual_leads * lead_s);
  const double known = fleets.lived_s / (fleets.lived_s + usual_s);
  return known * seen + (1 - known) * usual;
}

}  // namespace headroom::scale

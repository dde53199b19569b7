// Situations in a small world: four of services that nothing is known of (a flash crowd, missing
// evidence, shared limits, scale to zero), two of such that have learned for a week.
#include "record.h"

#include <cmath>
#include <functional>

#include "scale/decide.h"
#include "scale/fluid_world_for_test.h"

namespace headroom::golden {
namespace {

using namespace std::chrono_literals;

/// Requests/s of a service at a second of the run.
using Rate = std::function<double(int)>;

struct Service {
  scale::ServicePolicy policy;
  Rate rate;
  double startup_s = 5;
};

/// What a lossy world does to the evidence of a tick.
using Loss = std::function<void(int, scale::Observations&)>;

/// Six digits are enough, and text that a person can read.
double rounded(double value) {
  return std::round(value * 1e6) / 1e6;
}

void round_all(scale::ServiceSeen& seen) {
  seen.concurrency = rounded(seen.concurrency);
  for (double& sum : seen.by_concurrency.latency_s) sum = rounded(sum);
}

/// `learning` seconds are lived through before the journal begins.
Journal record(std::string name, const scale::Policy& limits, const std::vector<Service>& services,
               int ticks, const Loss& loss = {}, int learning = 0) {
  Journal journal{.name = std::move(name), .policy = limits, .model = {}, .state = {}, .seen = {}};
  std::vector<scale::FluidWorld> worlds(services.size());
  for (std::size_t i = 0; i < services.size(); ++i) {
    journal.policy.services.push_back(services[i].policy);
    worlds[i].startup_s = services[i].startup_s;
    worlds[i].random = Random(i + 1);
  }
  scale::Model model;
  scale::State state;
  for (int tick = 1; tick <= learning + ticks; ++tick) {
    if (tick == learning + 1) {
      journal.model = model;
      journal.state = state;
    }
    scale::Observations seen;
    for (std::size_t i = 0; i < services.size(); ++i) {
      scale::Observations one = worlds[i].tick(services[i].policy, services[i].rate(tick));
      round_all(one.services[0]);
      seen.now = one.now;
      seen.dt = one.dt;
      seen.services.push_back(std::move(one.services[0]));
    }
    if (loss) loss(tick, seen);
    scale::Step step =
        scale::step(journal.policy, std::move(model), state, seen, scale::Explain::no);
    model = std::move(step.model);
    state = std::move(step.decisions.next);
    for (std::size_t i = 0; i < services.size(); ++i)
      worlds[i].apply(step.decisions.services[i].replicas);
    if (tick > learning) journal.seen.push_back(std::move(seen));
  }
  return journal;
}

scale::ServicePolicy service(std::string name, int min, int max) {
  scale::ServicePolicy policy = scale::policy_for_test(min, max);
  policy.service = std::move(name);
  return policy;
}

/// A calm service; within ten seconds four times as many come, for a minute.
Journal flash_crowd() {
  const auto rate = [](int second) {
    if (second < 80 || second > 150) return 150.0;
    return second < 90 ? 150 + 45.0 * (second - 80) : 600.0;
  };
  return record("flash_crowd", {}, {{service("shop", 1, 20), rate}}, 220);
}

/// Demand falls while nothing is known; later half of the sources are late while it rises; then
/// the service is not reported at all, and last a tick is five seconds long.
Journal missing_evidence() {
  const auto rate = [](int second) { return second < 60 ? 300.0 : second < 110 ? 120.0 : 350.0; };
  const auto loss = [](int tick, scale::Observations& seen) {
    scale::ServiceSeen& one = seen.services[0];
    if (tick >= 60 && tick < 80) {
      scale::ServiceSeen nothing;
      nothing.service = one.service;
      nothing.replicas = one.replicas;
      nothing.completeness = 0;
      one = std::move(nothing);
    } else if (tick >= 110 && tick < 120) {
      one.completeness = 0.5;
      one.arrivals /= 2;
      one.good /= 2;
    } else if (tick >= 140 && tick < 150) {
      seen.services.clear();
    } else if (tick == 170) {
      seen.dt = 5s;
    }
  };
  return record("missing_evidence", {}, {{service("shop", 1, 20), rate}}, 190, loss);
}

/// Two services share connections of a database, and a budget is smaller than what both want.
Journal shared_limits() {
  Service shop{service("shop", 1, 20), [](int second) { return second < 40 ? 150.0 : 450.0; }};
  shop.policy.scale.uses["postgres"] = 10;
  shop.policy.replicas.cost_per_hour = 0.1;
  Service search{service("search", 2, 20), [](int second) { return second < 70 ? 200.0 : 500.0; }};
  search.policy.scale.uses["postgres"] = 5;
  search.policy.replicas.cost_per_hour = 0.3;
  scale::Policy limits;
  limits.downstreams["postgres"] = 65;
  limits.budget_per_hour = 1.7;
  return record("shared_limits", limits, {shop, search}, 120);
}

/// A request now and then, a burst, and nothing for minutes.
Journal scale_to_zero() {
  const auto rate = [](int second) {
    if (second < 5 || (second > 130 && second < 640)) return 0.0;
    return second > 60 && second < 90 ? 120.0 : 2.0;
  };
  return record("scale_to_zero", {}, {{service("report", 0, 10), rate, 3}}, 700);
}

constexpr int day_s = 86400;
/// The world's first second is at 08:00 UTC.
constexpr int begins_s = 8 * 3600;

/// Each morning at eight, within five minutes, eight times as many come, until ten: for the ninth
/// time here, from a minute before it.
Journal learned_morning() {
  const auto rate = [](int second) {
    const int since_eight = (begins_s + second - 8 * 3600 + day_s) % day_s;
    if (since_eight < 300) return 60 + 1.4 * since_eight;
    return since_eight < 7200 ? 480.0 : 60.0;
  };
  return record("learned_morning", {}, {{service("shop", 1, 20), rate, 25}}, 240, {},
                8 * day_s - 60);
}

/// Now and then, when nothing announces it, a job adds as much as all else for half a minute. After
/// a week of it one comes, and then one that is five times as large as any before.
Journal learned_bursts() {
  constexpr int learning = 7 * day_s;
  const auto rate = [](int second) {
    // An hour and a half apart: each day at other times.
    if (second <= learning) return second % 5003 < 30 ? 400.0 : 200.0;
    const int now = second - learning;
    if (now > 30 && now <= 60) return 400.0;
    return now > 150 && now <= 180 ? 1200.0 : 200.0;
  };
  return record("learned_bursts", {}, {{service("shop", 1, 20), rate, 10}}, 220, {}, learning);
}

}  // namespace

std::vector<Journal> recorded(std::string_view name) {
  struct Situation {
    std::string_view name;
    Journal (*record)();
  };
  constexpr Situation situations[] = {
      {"flash_crowd", flash_crowd},         {"missing_evidence", missing_evidence},
      {"shared_limits", shared_limits},     {"scale_to_zero", scale_to_zero},
      {"learned_morning", learned_morning}, {"learned_bursts", learned_bursts}};
  std::vector<Journal> out;
  for (const Situation& situation : situations)
    if (name.empty() || name == situation.name) out.push_back(situation.record());
  return out;
}

}  // namespace headroom::golden

// Four situations in a small world: a flash crowd, missing evidence, shared limits, scale to zero.
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

Journal record(std::string name, const scale::Policy& limits, const std::vector<Service>& services,
               int ticks, const Loss& loss = {}) {
  Journal journal{.name = std::move(name), .policy = limits, .seen = {}};
  std::vector<scale::FluidWorld> worlds(services.size());
  for (std::size_t i = 0; i < services.size(); ++i) {
    journal.policy.services.push_back(services[i].policy);
    worlds[i].startup_s = services[i].startup_s;
    worlds[i].random = Random(i + 1);
  }
  scale::Model model;
  scale::State state;
  for (int tick = 1; tick <= ticks; ++tick) {
    scale::Observations seen;
    for (std::size_t i = 0; i < services.size(); ++i) {
      scale::Observations one = worlds[i].tick(services[i].policy, services[i].rate(tick));
      round_all(one.services[0]);
      seen.now = one.now;
      seen.dt = one.dt;
      seen.services.push_back(std::move(one.services[0]));
    }
    if (loss) loss(tick, seen);
    scale::Step step = scale::step(journal.policy, std::move(model), state, seen);
    model = std::move(step.model);
    state = std::move(step.decisions.next);
    for (std::size_t i = 0; i < services.size(); ++i)
      worlds[i].apply(step.decisions.services[i].replicas);
    journal.seen.push_back(std::move(seen));
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

}  // namespace

std::vector<Journal> recorded() {
  return {flash_crowd(), missing_evidence(), shared_limits(), scale_to_zero()};
}

}  // namespace headroom::golden

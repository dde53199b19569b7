// The run around a plant: second by second, what is seen, what is wanted.
#include "prove/simulate.h"

#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <vector>

#include "prove/exact.h"
#include "prove/fluid.h"
#include "prove/physics.h"
#include "prove/sources.h"

namespace headroom::prove {
namespace {

std::unique_ptr<Physics> make(const Scenario& scenario, Plant kind, std::uint64_t seed) {
  if (kind == Plant::exact) return std::make_unique<ExactPlant>(scenario, seed);
  return std::make_unique<FluidPlant>(scenario, seed);
}

}  // namespace

Result<> check_size(const Demand& demand, Plant plant) {
  const bool exact = plant == Plant::exact;
  const double most = exact ? exact_rate_max : rate_max;
  double all = 0;
  for (const double rate : demand.per_second) {
    all += rate;
    if (rate > most)
      return fail(ErrorCode::invalid,
                  fmt::format("demand reaches {:.3g} requests/s, at most {:g} are simulated{}",
                              rate, most, exact ? " request by request" : ""));
  }
  if (exact && all > exact_requests_max)
    return fail(ErrorCode::invalid,
                fmt::format("demand is {:.3g} requests in all, at most {:g} are simulated request "
                            "by request",
                            all, exact_requests_max));
  return {};
}

int replicas_at_first(const Scenario& scenario) {
  constexpr double utilisation = 0.7;
  if (scenario.world.replicas_at_first > 0) return scenario.world.replicas_at_first;
  const auto& demand = scenario.demand.per_second;
  const std::size_t count = std::min<std::size_t>(demand.size(), 60);
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += demand[i];
  if (count == 0) return scenario.world.replicas_min;
  const double busy = sum / static_cast<double>(count) * scenario.workload.service_time.mean();
  const double replicas = std::ceil(busy / (utilisation * scenario.workload.concurrency));
  return static_cast<int>(std::min(replicas, static_cast<double>(scenario.world.replicas_max)));
}

namespace {

World as_told(World world, const rivals::Autoscaler& autoscaler) {
  if (autoscaler.reads_sources()) return world;
  world.evidence_late = 0;
  world.evidence_every_s = 1;
  world.evidence_sources = 1;
  return world;
}

}  // namespace

Score simulate(const Scenario& scenario, Plant kind, std::uint64_t seed,
               rivals::Autoscaler& autoscaler) {
  const auto plant = make(scenario, kind, seed);
  if (!autoscaler.reads_outcomes()) plant->leave_out_outcomes();
  Sources sources(as_told(scenario.world, autoscaler), seed ^ 0xe71de9ce);
  const WallTime start(from_seconds(scenario.demand.start_s));
  for (std::size_t second = 0; second < scenario.demand.per_second.size(); ++second) {
    plant->live(second);
    const Duration elapsed = std::chrono::seconds(second + 1);
    const Now now{.wall = start + elapsed, .elapsed = Instant(elapsed)};
    plant->want(autoscaler.decide(now, std::chrono::seconds(1), sources.of(plant->seen())));
  }
  return plant->score();
}

}  // namespace headroom::prove

// The fluid plant held to the exact one.
#include <gtest/gtest.h>

#include <cmath>

#include "prove/fixed_for_test.h"

namespace headroom::prove {
namespace {

/// Replica-hours within 5%, missed shares above 0.05% within a factor of 1.5.
void expect_agreement(const Scenario& scenario, const std::function<int(double)>& replicas,
                      std::string_view what) {
  double missed[2] = {0, 0};
  double hours[2] = {0, 0};
  for (const std::uint64_t seed : {1, 2, 3})
    for (const Plant plant : {Plant::fluid, Plant::exact}) {
      Fixed fleet(replicas);
      const Score score = simulate(scenario, plant, seed, fleet);
      missed[static_cast<int>(plant)] += score.wanting_share() / 3;
      hours[static_cast<int>(plant)] += score.replica_hours();
    }
  EXPECT_NEAR(hours[0] / hours[1], 1, 0.05) << what;
  if (missed[1] < 5e-4) return;
  EXPECT_LT(missed[0] / missed[1], 1.5) << what << " " << missed[0] << " " << missed[1];
  EXPECT_GT(missed[0] / missed[1], 1 / 1.5) << what << " " << missed[0] << " " << missed[1];
}

/// What an autoscaler learns from: attempts by what they found in flight.
class Learning final : public rivals::Autoscaler {
 public:
  int decide(const Now&, Duration, const scale::ServiceSeen& seen) override {
    const auto& by = seen.by_concurrency;
    for (std::size_t i = 0; i < by.attempts.size(); ++i) {
      attempts += by.attempts[i];
      found += by.attempts[i] * static_cast<double>(i + 1);
      found_squares += by.attempts[i] * static_cast<double>((i + 1) * (i + 1));
      stays_s += by.latency_s[i];
      late += by.late[i];
    }
    return 5;
  }
  [[nodiscard]] double mean() const { return found / attempts; }
  [[nodiscard]] double deviation() const {
    return std::sqrt(found_squares / attempts - mean() * mean());
  }

  double attempts = 0, found = 0, found_squares = 0, stays_s = 0, late = 0;
};

TEST(plants, show_attempts_alike) {
  for (const double taken : {0.4, 0.6, 0.8}) {
    const Scenario scenario = steady("fast-web", taken * 2000, 600);
    Learning fluid;
    Learning exact;
    (void)simulate(scenario, Plant::fluid, 1, fluid);
    (void)simulate(scenario, Plant::exact, 1, exact);
    EXPECT_NEAR(fluid.mean(), exact.mean(), 0.25) << taken;
    EXPECT_NEAR(fluid.deviation(), exact.deviation(), 0.25) << taken;
    EXPECT_NEAR(fluid.attempts / exact.attempts, 1, 0.001) << taken;
    EXPECT_NEAR(fluid.stays_s / exact.stays_s, 1, 0.01) << taken;
    EXPECT_NEAR(fluid.late / exact.late, 1, 0.12) << taken;
  }
}

/// What most autoscalers go by.
class Load final : public rivals::Autoscaler {
 public:
  int decide(const Now&, Duration, const scale::ServiceSeen& seen) override {
    if (++seconds_ <= 100) return 6;
    count += 1;
    busy += seen.concurrency / 48;
    squares += seen.concurrency / 48 * seen.concurrency / 48;
    waiting += static_cast<double>(seen.waiting);
    return 6;
  }
  [[nodiscard]] double mean() const { return busy / count; }
  [[nodiscard]] double deviation() const { return std::sqrt(squares / count - mean() * mean()); }

  double count = 0, busy = 0, squares = 0, waiting = 0;

 private:
  int seconds_ = 0;
};

TEST(plants, show_the_load_alike_near_capacity_and_beyond) {
  for (const std::string_view workload : {"fast-web", "slow-api", "go-with-pauses"}) {
    for (const double taken : {0.6, 0.9, 0.97, 1.05}) {
      Scenario scenario = steady(workload, 0, 1300);
      const double rate = taken * 48 / scenario.workload.service_time.mean();
      scenario.demand.per_second.assign(1300, rate);
      Load fluid;
      Load exact;
      (void)simulate(scenario, Plant::fluid, 1, fluid);
      (void)simulate(scenario, Plant::exact, 1, exact);
      EXPECT_NEAR(fluid.mean(), exact.mean(), 0.02) << workload << " " << taken;
      EXPECT_NEAR(fluid.deviation(), exact.deviation(), 0.03) << workload << " " << taken;
      const double few = 0.1 * exact.count;
      EXPECT_LT(fluid.waiting + few, 2 * (exact.waiting + few)) << workload << " " << taken;
      EXPECT_GT(fluid.waiting + few, (exact.waiting + few) / 2) << workload << " " << taken;
    }
  }
}

TEST(plants, agree_on_fixed_fleets) {
  expect_agreement(steady("fast-web", 320, 3000), [](double) { return 1; }, "1 × fast at 80%");
  expect_agreement(steady("fast-web", 1520, 1000), [](double) { return 4; }, "4 × fast at 95%");
  expect_agreement(steady("fast-web", 1640, 600), [](double) { return 4; }, "4 × fast at 102%");
  expect_agreement(steady("slow-api", 14.4, 9000), [](double) { return 2; }, "2 × slow at 90%");
  expect_agreement(steady("go-with-pauses", 144, 4000), [](double) { return 1; }, "1 × go at 90%");
}

TEST(plants, agree_in_a_world_where_things_go_wrong) {
  const auto four = [](double) { return 4; };
  Scenario crowded = steady("fast-web", 960, 600);
  crowded.workload.contention = {.sigma = 0.05, .kappa = 0.002};
  expect_agreement(crowded, four, "contention");
  Scenario throttled = steady("fast-web", 1120, 600);
  throttled.world.downstream_connections = 24;
  expect_agreement(throttled, four, "downstream");
  Scenario fragile = steady("fast-web", 960, 1500);
  fragile.world.crashes_per_hour = 20;
  expect_agreement(fragile, four, "crashes");
  Scenario struck = steady("fast-web", 2520, 300);
  struck.world.zones = 3;
  struck.world.zone_fails_at_s = 100;
  struck.world.zone_fails_for_s = 60;
  expect_agreement(struck, [](double) { return 9; }, "zone");
}

TEST(plants, agree_on_demand_that_outruns_its_fleet) {
  for (const std::string_view workload : {"fast-web", "slow-api", "go-with-pauses"}) {
    Scenario scenario = steady(workload, 0, 3600);
    const double one = 8 / scenario.workload.service_time.mean();
    auto& demand = scenario.demand.per_second;
    for (std::size_t i = 0; i < demand.size(); ++i)
      demand[i] = one * (3.2 + 2.4 * std::sin(static_cast<double>(i) / 150));
    // The fleet follows half a minute later, with 10% to spare.
    const auto behind = [](double s) {
      return static_cast<int>(std::ceil(1.1 * (3.2 + 2.4 * std::sin((s - 20) / 150))));
    };
    scenario.world.startup.mean_s = 10;
    expect_agreement(scenario, behind, workload);
  }
}

}  // namespace
}  // namespace headroom::prove

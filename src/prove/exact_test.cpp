// The exact plant against closed formulas of queueing, and what must hold whatever happens.
#include "prove/exact.h"

#include <gtest/gtest.h>

#include <cmath>

#include "prove/fixed_for_test.h"
#include "prove/queueing.h"

namespace headroom::prove {
namespace {

Scenario queue_of(Distribution service_time, int servers, double per_s, double objective_s) {
  Scenario scenario;
  scenario.workload.service_time = service_time;
  scenario.workload.concurrency = servers;
  scenario.workload.objective_s = objective_s;
  scenario.demand.per_second.assign(60'000, per_s);
  scenario.world.patience_s = 1e6;
  return scenario;
}

double missed_share(const Scenario& scenario, Plant plant = Plant::exact) {
  Fixed one(1);
  return simulate(scenario, plant, 1, one).wanting_share();
}

TEST(exact, one_server_with_exponential_service_is_m_m_1) {
  for (const double objective_s : {0.2, 0.5, 1.0}) {
    // The time in the system is exponential with rate 10 − 7.
    const double closed = std::exp(-3 * objective_s) - std::exp(-10 * objective_s);
    const auto scenario = queue_of(Distribution::exponential(0.1), 1, 7, objective_s);
    EXPECT_NEAR(missed_share(scenario) / closed, 1, 0.05) << objective_s;
  }
}

TEST(exact, eight_servers_with_exponential_service_are_m_m_8) {
  const double offered = 6.4;
  const double wait_share = ErlangC::exact(8, offered / 8);
  for (const double objective_s : {0.1, 0.3}) {
    const double alone = std::exp(-10 * objective_s);
    const double spare = 8 - 1 - offered;
    const double closed = alone * wait_share * (1 - std::exp(-10 * objective_s * spare)) / spare;
    const auto scenario = queue_of(Distribution::exponential(0.1), 8, 10 * offered, objective_s);
    EXPECT_NEAR(missed_share(scenario) / closed, 1, 0.05) << objective_s;
  }
}

RouteLoad route(double share, double service_s, double objective_s, std::uint8_t rank) {
  return {.name = "r",
          .share = share,
          .service_time = Distribution::exponential(service_s),
          .objective_s = objective_s,
          .rank = rank};
}

TEST(exact, routes_that_are_alike_are_as_one_but_for_their_objectives) {
  auto scenario = queue_of(Distribution::exponential(0.1), 1, 7, 99);
  scenario.workload.routes = {route(0.4, 0.1, 0.2, 0), route(0.6, 0.1, 0.5, 0)};
  const auto over = [](double s) { return std::exp(-3 * s) - std::exp(-10 * s); };
  EXPECT_NEAR(missed_share(scenario) / (0.4 * over(0.2) + 0.6 * over(0.5)), 1, 0.05);
}

TEST(exact, a_route_of_lower_rank_waits_for_the_others) {
  // 9 of 10 places are asked for by the first route, 3 more by the second.
  auto scenario = queue_of(Distribution::exponential(0.1), 10, 120, 1.5);
  scenario.demand.per_second.resize(2'000);
  scenario.world.patience_s = 1;
  scenario.workload.routes = {route(0.75, 0.1, 0, 0), route(0.25, 0.1, 0, 2)};
  Fixed one(1);
  const Score score = simulate(scenario, Plant::exact, 1, one);
  const double second = 0.25 * score.requests;
  EXPECT_GT(score.shed, 0.6 * second) << "two thirds of the second route find no place";
  EXPECT_LT(score.shed, 0.75 * second);
  EXPECT_EQ(one.ended(), one.arrivals - static_cast<std::uint64_t>(one.last.waiting) -
                             static_cast<std::uint64_t>(one.last.replicas[0].in_flight));
  for (RouteLoad& each : scenario.workload.routes) each.rank = 1;
  const Score alike = simulate(scenario, Plant::exact, 1, one);
  EXPECT_LT(score.p50_s, alike.p50_s / 3) << "most requests are of the first route";
}

TEST(exact, one_server_with_constant_service_is_m_d_1) {
  for (const double wait_s : {0.05, 0.15, 0.25}) {
    double within = 0;  // P(wait <= wait_s), Erlang's series
    double factorial = 1;
    for (int k = 0; k * 0.1 <= wait_s; factorial *= ++k) {
      const double x = 7 * (k * 0.1 - wait_s);
      within += 0.3 * std::pow(x, k) / factorial * std::exp(-x);
    }
    const auto scenario = queue_of(Distribution::constant(0.1), 1, 7, 0.1 + wait_s);
    EXPECT_NEAR(missed_share(scenario) / (1 - within), 1, 0.05) << wait_s;
  }
}

TEST(exact, every_arrival_ends_exactly_once) {
  for (const std::string_view workload : {"fast-web", "slow-api", "go-with-pauses"}) {
    Scenario scenario = steady(workload, 30, 1500);
    scenario.world.crashes_per_hour = 20;
    scenario.world.zones = 2;
    scenario.world.zone_fails_at_s = 700.5;
    scenario.world.zone_fails_for_s = 60;
    scenario.world.startup = {.mean_s = 5};
    scenario.world.noisy_share = 0.3;
    scenario.world.noisy_slowdown = 2;
    scenario.workload.contention = {.sigma = 0.02, .kappa = 0.001};
    Fixed fleet([](double s) { return 2 + static_cast<int>(s / 50) % 7; });
    (void)simulate(scenario, Plant::exact, 3, fleet);
    const auto& last = fleet.last;
    const auto under_way = static_cast<std::uint64_t>(last.waiting);
    std::uint64_t at_replicas = 0;
    for (const auto& replica : last.replicas)
      at_replicas += static_cast<std::uint64_t>(replica.in_flight);
    EXPECT_EQ(fleet.arrivals, fleet.ended() + under_way + at_replicas) << workload;
    EXPECT_GT(fleet.failed, 0U);
  }
}

TEST(exact, the_same_seed_gives_the_same_score_bit_for_bit) {
  const Scenario scenario = steady("go-with-pauses", 300, 300);
  Fixed fleet(3);
  const Score first = simulate(scenario, Plant::exact, 5, fleet);
  const Score again = simulate(scenario, Plant::exact, 5, fleet);
  const Score other = simulate(scenario, Plant::exact, 6, fleet);
  EXPECT_EQ(first.late, again.late);
  EXPECT_EQ(first.p999_s, again.p999_s);
  EXPECT_NE(first.late, other.late);
}

TEST(exact, a_crash_fails_what_was_in_flight_and_nothing_else) {
  Scenario scenario = steady("slow-api", 20, 200);
  scenario.world.zone_fails_at_s = 100;
  scenario.world.zones = 5;
  scenario.world.startup = {.mean_s = 3};
  Fixed fleet(5);
  const Score score = simulate(scenario, Plant::exact, 1, fleet);
  EXPECT_GT(score.failed, 0);
  EXPECT_LE(score.failed, 8);
}

TEST(exact, a_noisy_or_pausing_replica_is_not_blamed_on_too_few_replicas) {
  Scenario scenario = steady("fast-web", 400, 600);
  scenario.world.noisy_share = 0.5;
  scenario.world.noisy_slowdown = 2;
  Fixed fleet(10);
  const Score score = simulate(scenario, Plant::exact, 1, fleet);
  EXPECT_GT(score.late_alone / score.requests, 0.005);
  EXPECT_EQ(score.wanting(), 0);
}

}  // namespace
}  // namespace headroom::prove

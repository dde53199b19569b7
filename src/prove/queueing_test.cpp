// Formulas of waiting against closed forms.
#include "prove/queueing.h"

#include <gtest/gtest.h>

#include <cmath>

namespace headroom::prove {
namespace {

TEST(queueing, erlangs_formula_has_its_known_values) {
  EXPECT_NEAR(ErlangC::exact(1, 0.7), 0.7, 1e-12);
  EXPECT_NEAR(ErlangC::exact(2, 0.5), 1.0 / 3, 1e-12);  // 2ρ² ÷ (1 + ρ)
  EXPECT_NEAR(ErlangC::exact(10, 0.8), 0.40918, 1e-5);
}

TEST(queueing, the_table_of_shares_follows_the_formula) {
  ErlangC erlang;
  for (const int servers : {1, 2, 8, 40, 320, 512})
    for (double rho = 0.3; rho < 1; rho += 0.013) {
      const double exact = ErlangC::exact(servers, rho);
      if (exact < 1e-6) continue;
      EXPECT_NEAR(erlang.wait_share(servers, rho) / exact, 1, 0.02) << servers << " " << rho;
    }
  EXPECT_EQ(erlang.wait_share(8, 1.3), 1);
  EXPECT_EQ(erlang.wait_share(8, 0), 0);
}

TEST(queueing, many_servers_follow_the_limit) {
  for (const double beta : {0.3, 1.0, 2.0}) {
    const int servers = 2000;
    const double rho = 1 - beta / std::sqrt(servers);
    EXPECT_NEAR(ErlangC::halfin_whitt(servers, rho) / ErlangC::exact(servers, rho), 1, 0.08);
  }
}

TEST(queueing, exponential_service_and_wait_of_one_mean_add_up_to_a_gamma) {
  Workload workload;
  workload.service_time = Distribution::exponential(1);
  const AloneTime alone(workload, World{});
  LateTable late(alone, 10);
  for (const double x : {0.5, 2.0, 5.0, 9.5})
    EXPECT_NEAR(late.with_wait(x, 1) / ((1 + x) * std::exp(-x)), 1, 0.02) << x;
  EXPECT_NEAR(late.with_wait(4, 1e-6), std::exp(-4), 3e-4);
  EXPECT_EQ(late.with_wait(-1, 1), 1);
}

TEST(queueing, a_longer_wait_is_never_late_less_often) {
  Workload workload;
  workload.service_time = Distribution::lognormal(0.02, 1);
  LateTable late(AloneTime(workload, World{}), 0.147);
  for (double x = 0; x < 0.147; x += 0.003)
    for (double wait = 1e-5; wait < 20; wait *= 1.3)
      EXPECT_LE(late.with_wait(x, wait), late.with_wait(x, wait * 1.3) + 1e-12) << x << " " << wait;
}

TEST(queueing, pauses_lengthen_the_requests_that_they_hit) {
  Workload workload;
  workload.service_time = Distribution::constant(0.1);
  workload.pauses = {.every_s = 10, .length_s = 0.2};
  const AloneTime alone(workload, World{});
  // Of constant requests of 100 ms every hundredth is under way when a pause begins.
  EXPECT_NEAR(alone.exceeds(0.15), 0.01, 0.004);
  EXPECT_LT(alone.exceeds(0.31), 1e-6);
}

TEST(queueing, noisy_neighbours_lengthen_the_requests_at_their_replicas) {
  Workload workload;
  workload.service_time = Distribution::constant(0.1);
  World world;
  world.noisy_share = 0.25;
  world.noisy_slowdown = 3;
  // A replica that takes three times as long is sent a third as many: 1/12 ÷ (1/12 + 3/4).
  EXPECT_NEAR(AloneTime(workload, world).exceeds(0.2), 0.1, 1e-3);
}

}  // namespace
}  // namespace headroom::prove

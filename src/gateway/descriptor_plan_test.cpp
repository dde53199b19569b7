// The arithmetic of descriptors, as a table.
#include "gateway/descriptor_plan.h"

#include <gtest/gtest.h>

namespace headroom::gateway {
namespace {

spec::Config config_with(int connections_max, int replicas_max, int endpoints) {
  spec::Config config;
  config.gateway.connections_max = connections_max;
  if (replicas_max > 0) {
    spec::Service run;
    run.run.emplace();
    run.replicas.max = replicas_max;
    config.services.push_back(run);
  }
  if (endpoints > 0) {
    spec::Service listed;
    listed.endpoints.assign(static_cast<std::size_t>(endpoints), "127.0.0.1:1");
    config.services.push_back(listed);
  }
  return config;
}

TEST(DescriptorPlanTest, a_client_counts_twice_after_what_is_kept_for_the_rest) {
  // 48 + 8 + 74 for the process, its journal and its admin, 14 a worker, 3 a replica, 1 an
  // endpoint.
  const struct {
    int connections_max, replicas_max, endpoints;
    std::size_t workers;
    std::uint64_t limit, reserve;
    std::int64_t connections;
  } cases[] = {
      {20'000, 10, 0, 2, 1024, 188, 418},
      {20'000, 10, 0, 2, 1'048'576, 188, 20'000},
      {20'000, 0, 3, 1, 256, 147, 54},
      {10, 10, 0, 2, 1024, 188, 10},
      {20'000, 10, 0, 2, 190, 188, 1},
      {20'000, 100, 5, 4, 1024, 491, 266},
      {1'000'000, 10, 0, 64, 1'000'000, 1056, 499'472},
      {20'000, 10, 0, 2, UINT64_MAX, 188, 20'000},
  };
  for (const auto& c : cases) {
    const auto plan = plan_descriptors(config_with(c.connections_max, c.replicas_max, c.endpoints),
                                       c.workers, c.limit);
    ASSERT_TRUE(plan) << c.limit << ": " << plan.error().message;
    EXPECT_EQ(plan->reserve, c.reserve) << c.limit;
    EXPECT_EQ(plan->connections, c.connections) << c.limit;
    EXPECT_EQ(plan->lowered(), c.connections < c.connections_max) << c.limit;
  }
}

TEST(DescriptorPlanTest, what_is_lowered_is_said_with_its_reason) {
  EXPECT_EQ(plan_descriptors(config_with(20'000, 10, 0), 2, 1024)->text(),
            "gateway.connections_max is 418 instead of 20000: of 1024 open files (ulimit -Hn) 188 "
            "are kept for replicas, probes, admin and journal, and a client can need two");
}

TEST(DescriptorPlanTest, a_limit_that_does_not_carry_the_rest_is_refused) {
  const auto plan = plan_descriptors(config_with(20'000, 10, 0), 2, 189);
  ASSERT_FALSE(plan);
  EXPECT_EQ(
      plan.error().message,
      "189 open files are not enough: 2 workers, admin, journal and the replicas of this file "
      "need 188 before the first client; raise the limit (ulimit -Hn) or lower "
      "gateway.workers or replicas.max");
}

}  // namespace
}  // namespace headroom::gateway

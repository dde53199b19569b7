// What the admin answers, by path and state.
#include "control/status.h"

#include <gtest/gtest.h>

namespace headroom::control {
namespace {

/// One service that must have a replica, seen with `ready` of them.
void look(Status& status, int ready, double completeness = 1) {
  spec::Config config;
  config.services.emplace_back();
  config.services[0].name = "shop";
  scale::Observations seen;
  seen.dt = std::chrono::seconds(1);
  seen.services.emplace_back();
  seen.services[0].service = "shop";
  seen.services[0].completeness = completeness;
  for (int i = 0; i < ready; ++i)
    seen.services[0].replicas.push_back({.id = "shop-1", .phase = scale::Phase::ready});
  status.update(config, seen, {}, {}, {});
}

TEST(Status, readyz_is_200_once_each_service_has_a_replica_and_until_the_process_leaves) {
  Status status;
  EXPECT_EQ(status.answer("/readyz", false).status, 503) << "nothing was seen yet";
  look(status, 0);
  EXPECT_EQ(status.answer("/readyz", false).status, 503);
  look(status, 1);
  EXPECT_EQ(status.answer("/readyz", false).status, 200);
  EXPECT_EQ(status.answer("/readyz", false).body, "ready\n");
  EXPECT_EQ(status.answer("/readyz", true).status, 503);
  EXPECT_EQ(status.answer("/healthz", true).status, 200);
}

TEST(Status, replicas_that_nobody_knows_of_for_a_tick_are_those_seen_before) {
  Status status;
  look(status, 1);
  look(status, 0, 0);
  EXPECT_EQ(status.answer("/readyz", false).status, 200);
  EXPECT_NE(status.answer("/services", false).body.find("\"ready\": 1,"), std::string::npos);
  look(status, 0);
  EXPECT_EQ(status.answer("/readyz", false).status, 503) << "now somebody knows that there is none";
}

TEST(Status, the_other_paths_answer_in_their_formats_and_unknown_ones_name_them) {
  Status status;
  look(status, 1);
  const auto metrics = status.answer("/metrics", false);
  EXPECT_EQ(metrics.content_type, "text/plain; version=0.0.4");
  EXPECT_NE(metrics.body.find("headroom_replicas_ready"), std::string::npos);
  const auto services = status.answer("/services", false);
  EXPECT_EQ(services.content_type, "application/json");
  EXPECT_NE(services.body.find("\"shop\""), std::string::npos);
  const auto unknown = status.answer("/nowhere", false);
  EXPECT_EQ(unknown.status, 404);
  EXPECT_NE(unknown.body.find("/services"), std::string::npos);
}

TEST(Status, how_many_clients_there_may_be_is_told) {
  Status status;
  look(status, 1);
  EXPECT_TRUE(status.set_connections_limit(53));
  EXPECT_FALSE(status.set_connections_limit(53)) << "it is the same as before";
  EXPECT_NE(status.metrics().find("\nheadroom_connections_limit 53\n"), std::string::npos);
  EXPECT_NE(status.services_json().find("\"limit\": 53"), std::string::npos);
}

}  // namespace
}  // namespace headroom::control

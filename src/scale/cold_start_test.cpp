// What `headroom check` says of services that may have no replica.
#include "scale/cold_start.h"

#include <gtest/gtest.h>

namespace headroom::scale {
namespace {

using namespace std::chrono_literals;

spec::Config with_routes(int min, const std::vector<Duration>& totals) {
  spec::Config config;
  spec::Service& service = config.services.emplace_back();
  service.name = "shop";
  service.run.emplace();
  service.replicas.min = min;
  for (const Duration total : totals) {
    spec::Route& route = service.routes.emplace_back();
    route.name = "shop/" + std::to_string(service.routes.size());
    route.timeouts.total = total;
  }
  return config;
}

TEST(ColdStartWarnings, name_each_route_that_ends_the_wait_for_a_start) {
  const auto warnings =
      cold_start_warnings(with_routes(0, {2s, spec::Timeouts{}.total, spec::Timeouts::none, 14s}));
  ASSERT_EQ(warnings.size(), 2U);
  EXPECT_EQ(warnings[0],
            "services.shop: with replicas.min 0 a request may have to wait for a replica to start, "
            "but the timeout of route shop/1 ends that after 2s: is a start quicker?");
  EXPECT_NE(warnings[1].find("route shop/4 ends that after 14s"), std::string::npos);
}

TEST(ColdStartWarnings, are_not_for_services_that_always_have_a_replica_or_are_run_elsewhere) {
  EXPECT_TRUE(cold_start_warnings(with_routes(1, {2s})).empty());
  spec::Config elsewhere = with_routes(0, {2s});
  elsewhere.services.front().run.reset();
  EXPECT_TRUE(cold_start_warnings(elsewhere).empty());
}

}  // namespace
}  // namespace headroom::scale

// Reports of workers, summed over a service's routes.
#include "control/sources/workers.h"

#include <gtest/gtest.h>

#include "gateway/testing/front.h"
#include "scale/decision.h"

namespace headroom::control {
namespace {

using namespace std::chrono_literals;

TEST(Workers, each_is_a_source_of_its_own_with_its_interval) {
  const spec::Config config = gateway::testing::shop();
  const spec::Service& shop = config.services[0];
  const std::string route = shop.routes[0].name;
  gateway::Collected collected;
  collected.workers = 3;
  for (const std::size_t worker : {0, 2}) {
    gateway::WorkerReport report{
        .worker = worker, .of = {Instant{}, Instant{1s}}, .counted = {}, .gauges = {}};
    report.counted.routes[route].arrivals = 10 + worker;
    report.counted.routes["of another service"].arrivals = 99;
    report.counted.services[shop.name].in_flight_seconds = 3;
    report.counted.services[shop.name].by_concurrency.attempts[0] = 7;
    report.counted.services[shop.name].judged_by = scale::judged_latencies(shop);
    collected.reports.push_back(report);
  }
  const auto samples = samples_of(shop, collected);
  ASSERT_EQ(samples.size(), 2U) << "one told nothing";
  EXPECT_EQ(samples[1].source, 2U);
  EXPECT_EQ(samples[1].of.length_s(), 1);
  EXPECT_EQ(samples[1].arrivals, 12U);
  EXPECT_EQ(samples[1].in_flight_s, 3);
  EXPECT_EQ(samples[1].by_concurrency.attempts[0], 7U);
  EXPECT_TRUE(samples[1].latencies.empty()) << "nothing ended";
}

}  // namespace
}  // namespace headroom::control

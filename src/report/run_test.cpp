// Ticks put together: what a series shows where something is not known.
#include "report/run.h"

#include <gtest/gtest.h>

#include "report/verdict.h"

namespace headroom::report {
namespace {

using namespace std::chrono_literals;

constexpr int unknown = -1;

/// A second each: so many ready replicas and one that starts, or nobody knows.
Run seconds_with(const std::vector<int>& ready) {
  RunBuilder builder;
  control::StoredTick tick;
  for (const int count : ready) {
    ++tick.id;
    tick.seen.dt = 1s;
    tick.seen.now.wall += tick.seen.dt;
    scale::ServiceSeen seen;
    seen.service = "checkout";
    seen.completeness = count == unknown ? 0 : 1;
    for (int i = 0; i < count; ++i)
      seen.replicas.push_back({.id = "", .phase = scale::Phase::ready});
    if (count > 0) seen.replicas.push_back({.id = "", .phase = scale::Phase::starting});
    tick.seen.services = {seen};
    EXPECT_TRUE(builder.add(tick, true));
  }
  return std::move(builder).finish({});
}

double replica_seconds(const std::vector<int>& ready) {
  return judge(seconds_with(ready), {}).services.at(0).replica_hours * 3600;
}

TEST(Run, where_nobody_knew_the_replicas_those_last_seen_count) {
  EXPECT_NEAR(replica_seconds({2, unknown, unknown, 3}), 3 + 3 + 3 + 4, 1e-9);
  const auto moments = seconds_with({2, unknown, 3}).services.at(0).moments;
  EXPECT_EQ(moments.at(1).ready, 2);
  EXPECT_EQ(moments.at(1).starting, 1);
}

TEST(Run, no_replicas_that_somebody_saw_are_none) {
  EXPECT_NEAR(replica_seconds({2, 0, 0, 1}), 3 + 0 + 0 + 2, 1e-9);
}

}  // namespace
}  // namespace headroom::report

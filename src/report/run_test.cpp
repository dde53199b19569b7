// Ticks put together: what a series shows where something is not known.
#include "report/run.h"

#include <gtest/gtest.h>

#include "report/html.h"
#include "report/losses.h"
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

/// Ticks of a second that end at these seconds of the wall clock.
Run ending_at(const std::vector<int>& walls_s) {
  RunBuilder builder;
  control::StoredTick tick;
  for (const int wall_s : walls_s) {
    ++tick.id;
    tick.seen.dt = 1s;
    tick.seen.now.wall = WallTime{} + std::chrono::seconds(wall_s);
    scale::ServiceSeen seen;
    seen.service = "checkout";
    tick.seen.services = {seen};
    EXPECT_TRUE(builder.add(tick, true));
  }
  return std::move(builder).finish({});
}

TEST(Run, a_service_that_is_not_decided_on_has_the_objective_of_the_file) {
  report::Run run = ending_at({100, 101});
  EXPECT_FALSE(run.services.at(0).has_objective());
  EXPECT_EQ(promise_text(run.services.at(0).policy.objective),
            "not recorded, as headroom does not decide on it: name the file with -f");
  EXPECT_EQ(html_page(run, judge(run, {})).find("within 0s"), std::string::npos);
  scale::Policy policy;
  policy.services.resize(2);
  policy.services[0].service = "checkout";
  policy.services[0].objective.latency = 150ms;
  take_objectives(policy, run);
  EXPECT_EQ(run.services.at(0).policy.objective.latency, 150ms);
  run.services.at(0).policy.objective.latency = 20ms;
  take_objectives(policy, run);
  EXPECT_EQ(run.services.at(0).policy.objective.latency, 20ms) << "what was recorded holds";
}

TEST(Run, over_a_clock_that_was_set_back_times_go_on) {
  const report::Run run = ending_at({100, 101, 41, 42, 30, 31});
  EXPECT_EQ(run.span_s(), 6);
  EXPECT_EQ(run.set_back, 61s + 13s);
  double before_s = 0;
  for (const Moment& moment : run.services.at(0).moments) {
    EXPECT_EQ(moment.t_s, before_s + 1);
    before_s = moment.t_s;
  }
  const Verdict verdict = judge(run, {});
  EXPECT_EQ(verdict_text(verdict, 200).at(1),
            "The clock was set back by 1m14s: times go on here as if it had not been.");
  EXPECT_NE(html_page(run, verdict).find("set back by 1m14s"), std::string::npos);
}

TEST(Run, a_clock_that_leaps_ahead_leaves_a_gap) {
  const report::Run run = ending_at({100, 101, 161, 162});
  EXPECT_EQ(run.span_s(), 63);
  EXPECT_EQ(run.set_back, 0s);
  EXPECT_EQ(set_back_text(judge(run, {})), "");
}

}  // namespace
}  // namespace headroom::report

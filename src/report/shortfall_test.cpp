// What is said of the seconds in which most was lost.
#include "report/shortfall.h"

#include <gtest/gtest.h>

namespace headroom::report {
namespace {

using namespace std::chrono_literals;

const WallTime begin = wall_from_unix_ns(1'795'255'200'000'000'000);  // 10:00:00

/// A step at second 31 from 200/s to 500/s, which 6 replicas of 43/s meet; after 4 s there are 12.
ServiceRun stepped() {
  ServiceRun run;
  run.policy.objective.quantile = 0.99;
  run.startup_s = 3.2;
  for (int t = 1; t <= 60; ++t) {
    Moment moment{.t_s = static_cast<double>(t), .arrivals = t <= 30 ? 200U : 500U};
    moment.ready = t <= 34 ? 6 : 12;
    moment.per_replica = 43;
    if (t > 30 && t <= 34) moment.late = 240;
    moment.good = moment.arrivals - moment.late;
    run.moments.push_back(moment);
  }
  return run;
}

std::string text_of(const ServiceRun& run) {
  const auto found = worst_shortfall(run, begin);
  return found ? shortfall_text(*found) : "nothing";
}

TEST(Shortfall, of_a_step_is_what_it_cost_until_new_replicas_had_started) {
  EXPECT_EQ(text_of(stepped()),
            "960 of 960 missed requests in the 4 s from 10:00:30: demand went from 200/s to 500/s, "
            "the 6 replicas ready then carry 258/s, and a new one takes 3.2 s to start");
}

TEST(Shortfall, where_replicas_were_enough_more_would_not_have_helped) {
  auto run = stepped();
  for (auto& moment : run.moments) moment.ready = 12;
  EXPECT_EQ(text_of(run),
            "960 of 960 missed requests in the 4 s from 10:00:30: demand went from 200/s to 500/s, "
            "the 12 replicas ready then carry 516/s; more of them would not have helped");
}

TEST(Shortfall, names_max_where_that_held_replicas_back) {
  auto run = stepped();
  run.policy.replicas.max = 8;
  for (auto& moment : run.moments) moment.wanted = moment.t_s > 31 ? 8 : 6;
  EXPECT_EQ(text_of(run),
            "960 of 960 missed requests in the 4 s from 10:00:30: demand went from 200/s to 500/s, "
            "the 6 replicas ready then carry 258/s, and replicas.max allows no more than 8");
}

TEST(Shortfall, of_a_start_from_zero_is_not_explained_by_the_replica_that_came) {
  auto run = stepped();
  for (auto& moment : run.moments) moment.ready = moment.t_s > 30 ? 1 : 0;
  EXPECT_EQ(text_of(run),
            "960 of 960 missed requests in the 4 s from 10:00:30: demand went from 200/s to 500/s, "
            "no replica was ready then, and a new one takes 3.2 s to start");
}

TEST(Shortfall, of_what_is_late_however_few_it_serves_no_replicas_are_blamed) {
  auto run = stepped();
  run.capacity.late_alone = 0.125;
  EXPECT_EQ(text_of(run),
            "960 of 960 missed requests in the 4 s from 10:00:30: demand went from 200/s to 500/s, "
            "the 6 replicas ready then carry 258/s; more of them cannot help, as 12.5% are late "
            "even with little in flight");
  run.policy.objective.quantile = 0.99999;
  run.capacity.late_alone = 0.00009;
  EXPECT_NE(text_of(run).find("as 0.009% are late"), std::string::npos) << text_of(run);
  run.policy.objective.quantile = 0.99;
  run.capacity.late_alone = 0.01;
  EXPECT_EQ(text_of(run), text_of(stepped())) << "as many as are permitted";
}

TEST(Shortfall, is_of_the_stretch_with_most_misses_and_lulls_belong_to_it) {
  auto run = stepped();
  run.moments[4].shed = 900;  // one second, less than the step cost in all
  run.moments[35].failed = 60;
  const auto found = worst_shortfall(run, begin);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->from, begin + 30s);
  EXPECT_EQ(found->length_s, 6);
  EXPECT_EQ(found->missed, 1020U);
  EXPECT_EQ(found->missed_in_all, 1920U);
}

TEST(Shortfall, is_nothing_while_every_second_stays_within_what_is_permitted) {
  auto run = stepped();
  for (auto& moment : run.moments) moment.late = 2;
  EXPECT_EQ(text_of(run), "nothing");
  EXPECT_EQ(text_of({}), "nothing");
}

TEST(Shortfall, may_be_the_first_second_of_a_run) {
  auto run = stepped();
  run.moments = {run.moments[30]};
  EXPECT_EQ(worst_shortfall(run, begin)->demand_before, 500);
}

}  // namespace
}  // namespace headroom::report

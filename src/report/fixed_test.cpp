// Fixed fleets that the run contradicts, allows, or says nothing of.
#include "report/fixed.h"

#include <gtest/gtest.h>

namespace headroom::report {
namespace {

/// Seconds of so many requests, of which some are late, with so many ready replicas. One was
/// believed to carry 60/s then, and 80/s at the end.
struct Day {
  ServiceRun run;

  Day() {
    run.capacity = {.basis = scale::Basis::learned, .concurrency = 8, .latency_s = 0.1};
    run.policy.objective.latency = std::chrono::milliseconds(150);
    run.policy.replicas.min = 1;
  }
  void seconds(int count, int ready, std::uint64_t late, std::uint64_t arrivals = 100) {
    for (int i = 0; i < count; ++i) {
      Moment moment;
      moment.t_s = static_cast<double>(run.moments.size()) + 1;
      moment.arrivals = arrivals;
      moment.late = late;
      moment.good = arrivals - late;
      moment.ready = ready;
      moment.per_replica = 60;
      run.moments.push_back(moment);
    }
  }
  [[nodiscard]] FixedFleet fleet() const {
    std::vector<Arrivals> arrivals;
    for (const auto& moment : run.moments)
      arrivals.push_back({.dt_s = 1, .count = static_cast<double>(moment.arrivals)});
    return fixed_fleet(run, arrivals,
                       {.per_second = 80, .service_time_s = 0.1, .objective_s = 0.15});
  }
};

TEST(FixedFleet, is_the_estimate_where_the_run_has_nothing_against_it) {
  Day day;
  day.seconds(100, 3, 0);
  EXPECT_EQ(day.fleet().replicas, 2);
}

TEST(FixedFleet, is_not_told_where_there_were_no_requests) {
  Day day;
  day.seconds(100, 3, 0, 0);
  EXPECT_EQ(day.fleet().replicas, std::nullopt);
  EXPECT_EQ(day.fleet().unknown, "there were no requests");
}

TEST(FixedFleet, is_never_below_min) {
  Day day;
  day.run.policy.replicas.min = 4;
  day.seconds(100, 4, 0);
  EXPECT_EQ(day.fleet().replicas, 4);
}

TEST(FixedFleet, is_larger_where_the_run_missed_too_much_with_that_many) {
  Day day;
  day.seconds(50, 2, 5, 130);  // more than two are believed to carry
  day.seconds(50, 3, 0);
  const FixedFleet fleet = day.fleet();
  EXPECT_EQ(fleet.replicas, 3) << fleet.unknown;
}

TEST(FixedFleet, of_a_run_that_two_replicas_missed_from_end_to_end_is_not_two) {
  Day day;
  day.seconds(97, 2, 0);
  day.seconds(3, 2, 90, 125);
  const FixedFleet fleet = day.fleet();
  EXPECT_EQ(fleet.replicas, std::nullopt);
  EXPECT_EQ(fleet.unknown,
            "with 2 replicas ready 2.68% of all requests were missed, which the learned capacity "
            "does not explain");
}

TEST(FixedFleet, what_a_queue_left_behind_is_not_the_fault_of_those_who_came_to_serve_it) {
  Day day;
  day.seconds(50, 1, 0, 50);
  day.seconds(10, 1, 60, 130);
  day.seconds(8, 3, 100, 130);  // the third has just come
  day.seconds(50, 3, 0);
  EXPECT_EQ(day.fleet().replicas, 2) << "two were never tried";
}

TEST(FixedFleet, is_not_told_where_more_replicas_cannot_help) {
  Day slow;
  slow.run.capacity.late_alone = 0.3;
  slow.seconds(100, 3, 30);
  EXPECT_EQ(slow.fleet().unknown, "more replicas cannot help");

  Day out;  // a store was out: 3 replicas carry 180/s
  out.seconds(90, 3, 0);
  out.seconds(10, 3, 80);
  EXPECT_EQ(out.fleet().replicas, std::nullopt);
  EXPECT_EQ(out.fleet().unknown, "more replicas cannot help");
}

}  // namespace
}  // namespace headroom::report

// What fits together and what does not.
#include "scale/contradiction.h"

#include <gtest/gtest.h>

#include <vector>

namespace headroom::scale {
namespace {

/// Ten seconds alike: so many come, end, leave, and are there at the end of each.
std::vector<OutcomeSample> ten(double came, double ended, double left, double there) {
  return std::vector<OutcomeSample>(
      10, {.seconds = 1, .ended = ended, .missed = 0, .came = came, .left = left, .there = there});
}

TEST(Contradiction, requests_that_come_and_end_or_leave_or_stay_fit_together) {
  EXPECT_EQ(contradiction(ten(0, 0, 0, 0)), "");
  EXPECT_EQ(contradiction(ten(100, 100, 0, 5)), "");
  EXPECT_EQ(contradiction(ten(100, 0, 100, 5)), "") << "clients leave";
  EXPECT_EQ(contradiction(ten(0, 0, 0, 300)), "") << "long ones are under way";
  EXPECT_EQ(contradiction(ten(1, 0, 0, 3)), "") << "few prove nothing";
  auto queue = ten(200, 100, 0, 0);
  for (std::size_t i = 0; i < queue.size(); ++i) queue[i].there = 100.0 * static_cast<double>(i);
  EXPECT_EQ(contradiction(queue), "") << "a queue grows";
  auto drained = ten(0, 50, 0, 0);
  for (std::size_t i = 0; i < drained.size(); ++i)
    drained[i].there = 450 - 50.0 * static_cast<double>(i);
  EXPECT_EQ(contradiction(drained), "") << "a queue is served after the last arrival";
}

TEST(Contradiction, requests_that_come_from_nowhere_or_vanish_do_not) {
  EXPECT_EQ(contradiction(ten(0, 100, 0, 10)),
            "of 10 requests that came or were there within 9 s, 910 ended or are there");
  EXPECT_EQ(contradiction(ten(100, 0, 0, 0)),
            "of 900 requests that came or were there within 9 s, 0 ended or are there");
  EXPECT_NE(contradiction(ten(30, 100, 0, 10)), "");
}

TEST(Contradiction, only_the_ticks_since_the_last_unknown_one_count) {
  auto seen = ten(0, 100, 0, 10);
  seen[8].there = -1;
  EXPECT_EQ(contradiction(seen), "") << "one tick says nothing";
  seen[8].there = 10;
  seen[5].there = -1;
  EXPECT_EQ(contradiction(seen),
            "of 10 requests that came or were there within 3 s, 310 ended or are there");
  EXPECT_EQ(contradiction({}), "");
}

TEST(Contradiction, in_flight_is_what_the_replicas_say_or_the_mean_whatever_is_more) {
  ServiceSeen seen;
  seen.concurrency = 7;
  seen.waiting = 5;
  EXPECT_EQ(requests_there(seen), 12);
  seen.replicas.resize(2);
  seen.replicas[0].in_flight = 6;
  seen.replicas[1].in_flight = 4;
  EXPECT_EQ(requests_there(seen), 15);
}

}  // namespace
}  // namespace headroom::scale

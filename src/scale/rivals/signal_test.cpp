// Periods, readings, windows and delays.
#include "scale/rivals/signal.h"

#include <gtest/gtest.h>

#include <vector>

namespace headroom::rivals {
namespace {

std::vector<int> due_seconds(Every every, int end_s, int step_s = 1) {
  std::vector<int> due;
  for (int t = step_s; t <= end_s; t += step_s)
    if (every.due(t)) due.push_back(t);
  return due;
}

TEST(RivalsSignal, a_period_is_due_once_in_each_at_its_offset) {
  EXPECT_EQ(due_seconds(Every(15), 46), (std::vector<int>{15, 30, 45}));
  EXPECT_EQ(due_seconds(Every(15, 7), 40), (std::vector<int>{7, 22, 37}));
  EXPECT_EQ(due_seconds(Every(2, 0), 6), (std::vector<int>{2, 4, 6}));
}

TEST(RivalsSignal, periods_that_nobody_saw_are_not_made_up_for) {
  EXPECT_EQ(due_seconds(Every(15), 200, 40), (std::vector<int>{40, 80, 120, 160, 200}));
}

/// What can be seen at each second from 1 on, of values that are 10 until `step_s`, then 20.
std::vector<double> seen(const Signal& signal, Quantity quantity, int step_s, int end_s) {
  Meter meter(signal, quantity);
  std::vector<double> values;
  for (int t = 1; t <= end_s; ++t) {
    meter.add(t, 1, t <= step_s ? 10 : 20);
    values.push_back(meter.value(t).value_or(-1));
  }
  return values;
}

TEST(RivalsSignal, the_fresh_one_is_the_last_second_at_once) {
  EXPECT_EQ(seen(Signal::fresh(), Quantity::counter, 2, 4), (std::vector<double>{10, 10, 20, 20}));
  EXPECT_EQ(seen(Signal::fresh(), Quantity::gauge, 2, 4), (std::vector<double>{10, 10, 20, 20}));
}

TEST(RivalsSignal, a_counter_is_the_mean_over_its_window_as_of_the_last_reading_that_arrived) {
  // Read at 2, 4, 6, 8 over 4 s, seen 1 s later; the step is after second 4.
  EXPECT_EQ(seen({2, 4, 1}, Quantity::counter, 4, 9),
            (std::vector<double>{-1, -1, 10, 10, 10, 10, 15, 15, 20}));
}

TEST(RivalsSignal, a_gauge_is_the_mean_of_the_readings_alone) {
  // What was between the readings at 2, 4, 6 is not seen: the step after second 3 counts at 4.
  EXPECT_EQ(seen({2, 4, 0}, Quantity::gauge, 3, 6), (std::vector<double>{-1, 10, 10, 15, 15, 20}));
}

TEST(RivalsSignal, a_delay_may_be_longer_than_the_time_between_readings) {
  EXPECT_EQ(seen({1, 1, 3}, Quantity::counter, 2, 7),
            (std::vector<double>{-1, -1, -1, 10, 10, 20, 20}));
}

TEST(RivalsSignal, seconds_that_nobody_saw_are_left_out_of_the_mean) {
  Meter meter({4, 4, 0}, Quantity::counter);
  meter.add(1, 1, 8);
  meter.add_unseen(2);
  meter.add_unseen(3);
  meter.add(4, 1, 4);
  EXPECT_EQ(meter.value(4), 6);
  for (int t = 5; t <= 8; ++t) meter.add_unseen(t);
  EXPECT_EQ(meter.value(8), std::nullopt);
}

}  // namespace
}  // namespace headroom::rivals

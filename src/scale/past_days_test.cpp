// A character a minute: what is kept of it, and what is not.
#include "scale/past_days.h"

#include <gtest/gtest.h>

#include <cmath>

namespace headroom::scale {
namespace {

TEST(PastDays, demand_is_kept_within_three_percent_over_seven_octaves) {
  for (const double peak : {0.02, 1.0, 37.0, 4000.0, 3e7}) {
    PastDay day = unknown_day(20'000);
    int minute = 0;
    for (double share = 1; share > 1.0 / 64; share *= 0.93) raise(day, minute++, peak * share);
    minute = 0;
    for (double share = 1; share > 1.0 / 64; share *= 0.93, ++minute)
      EXPECT_NEAR(at(day, minute), peak * share, 0.03 * peak * share) << peak << " " << minute;
    EXPECT_TRUE(well_formed(day));
  }
}

TEST(PastDays, what_comes_first_is_kept_when_more_comes_later) {
  PastDay day = unknown_day(20'000);
  raise(day, 10, 5);
  raise(day, 11, 0);
  raise(day, 12, 400);
  EXPECT_NEAR(at(day, 10), 5, 0.15);
  EXPECT_EQ(at(day, 11), 0);
  EXPECT_NEAR(at(day, 12), 400, 12);
  EXPECT_LT(at(day, 13), 0);
  raise(day, 12, 300);  // the highest counts
  EXPECT_NEAR(at(day, 12), 400, 12);
  raise(day, 13, 1e7);
  EXPECT_EQ(at(day, 10), 0);  // too little beside that
  EXPECT_NEAR(at(day, 13), 1e7, 3e5);
}

TEST(PastDays, every_character_is_one_that_a_journal_need_not_escape) {
  PastDay day = unknown_day(20'000);
  for (int minute = 0; minute < minutes_a_day; ++minute)
    raise(day, minute, std::exp2(-8.0 * minute / minutes_a_day));
  for (const char c : day.minutes) {
    EXPECT_GE(c, ' ');
    EXPECT_LE(c, '~');
    EXPECT_NE(c, '"');
    EXPECT_NE(c, '\\');
  }
  day.minutes[7] = '\\';
  EXPECT_FALSE(well_formed(day));
}

TEST(PastDays, minutes_beyond_a_day_are_those_of_its_neighbours) {
  PastDays days = {unknown_day(100), unknown_day(101), unknown_day(103)};
  raise(days[0], minutes_a_day - 1, 8);
  raise(days[1], 0, 16);
  raise(days[2], 0, 32);
  EXPECT_NEAR(at(days, 101, -1), 8, 0.1);
  EXPECT_NEAR(at(days, 100, minutes_a_day), 16, 0.1);
  EXPECT_LT(at(days, 101, minutes_a_day), 0);  // of day 102 nothing is known
}

TEST(PastDays, an_hour_by_which_clocks_changed_is_turned_back) {
  for (const int turned : {-60, 0, 60}) {
    PastDays days;
    for (int d = 0; d < 5; ++d) {
      days.push_back(unknown_day(100 + d));
      const int begin = 480 + (d == 3 ? turned : 0);
      for (int minute = 0; d < 4 && minute < minutes_a_day; ++minute)
        raise(days.back(), minute, minute >= begin && minute < begin + 200 ? 4000 : 500);
    }
    EXPECT_EQ(turn_by_an_hour(days), turned);
    EXPECT_NEAR(at(days[0], 480 + turned), 4000, 100) << turned;
    EXPECT_NEAR(at(days[0], 479 + turned), 500, 15) << turned;
  }
}

}  // namespace
}  // namespace headroom::scale

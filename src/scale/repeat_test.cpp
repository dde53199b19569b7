// What comes every day is expected from the fourth time on, and what does not is not.
#include "scale/repeat.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "scale/fluid_world_for_test.h"
#include "scale/foretell.h"
#include "scale/repeat_for_test.h"
#include "scale/repeat_proof.h"

namespace headroom::scale {
namespace {

struct Case {
  std::string name;
  DemandOfDay demand;
  int days = 6;
  int met_from = 3;
  std::vector<double> leads_s = {33.6};
  double bought_most = 0.05;
};

std::vector<Case> cases() {
  static const auto shift = spread(300, 5);
  static const auto height = spread(0.2, 6);
  const auto at_day = [](const std::vector<double>& v, int d) {
    return v[static_cast<std::size_t>(d)];
  };
  return {
      {"5 minutes", [](int, int s) { return rush(s, 28800, 300); }, 6, 3, {5, 33.6, 118, 235}},
      {"10 minutes", [](int, int s) { return rush(s, 28800, 600); }},
      {"30 minutes", [](int, int s) { return rush(s, 28800, 1800); }},
      {"Monday to Friday", [](int d, int s) { return d % 7 < 5 ? rush(s, 28800, 300) : 500; }, 10},
      {"Mondays", [](int d, int s) { return d % 7 == 0 ? rush(s, 28800, 300) : 500; }, 36, 21},
      {"Monday, Wednesday, Friday",
       [](int d, int s) {
         return d % 7 == 0 || d % 7 == 2 || d % 7 == 4 ? rush(s, 28800, 300) : 500;
       },
       36, 21},
      {"Tuesday and Thursday",
       [](int d, int s) { return d % 7 == 1 || d % 7 == 3 ? rush(s, 28800, 300) : 500; }, 36, 21},
      {"Saturdays", [](int d, int s) { return d % 7 == 5 ? rush(s, 28800, 300) : 500; }, 36, 21},
      {"earlier or later",
       [=](int d, int s) { return rush(s, 28800 + static_cast<int>(at_day(shift, d)), 300); }, 8},
      {"twice a day",
       [](int, int s) {
         return std::max(rush(s, 28800, 300, 4000, 1800), rush(s, 64800, 300, 4000, 1800));
       }},
      {"higher or lower",
       [=](int d, int s) { return rush(s, 28800, 300, 4000 * (1 + at_day(height, d))); }, 8},
      {"after a deploy", [](int d, int s) { return (d >= 5 ? 1.4 : 1) * rush(s, 28800, 300); }, 7},
      {"a job", [](int, int s) { return job(s, 7200); }, 6, 3, {5, 33.6, 235}},
      {"a job earlier or later",
       [=](int d, int s) { return job(s, 7200 + static_cast<int>(at_day(shift, d))); }, 8},
      {"about midnight", [](int, int s) { return job((s + 43200) % day_s, 43200 - 300); }},
      {"a job and nothing else", [](int, int s) { return job(s, 7200) - 1000; }, 6, 3, {33.6}, 0.5},
  };
}

TEST(Repeat, what_comes_every_day_is_expected_from_the_fourth_time_on) {
  for (const Case& one : cases())
    for (const double lead_s : one.leads_s) {
      SCOPED_TRACE(testing::Message() << one.name << ", " << lead_s << " s");
      Past past(lead_s);
      const auto days = past.live(one.days, one.demand);
      const auto first = std::ranges::find_if(days, [](const Day& d) { return d.unmet > 0.015; });
      EXPECT_LT(first - days.begin(), one.met_from) << "nothing to foresee";
      for (int d = one.met_from; d < one.days; ++d) {
        const Day& day = days[static_cast<std::size_t>(d)];
        EXPECT_LT(day.unmet, 0.01) << "day " << d;
        EXPECT_LT(day.bought, one.bought_most) << "day " << d;
      }
    }
}

TEST(Repeat, of_a_weekend_that_is_calm_little_is_bought) {
  Past past(33.6);
  const auto days =
      past.live(14, [](int d, int s) { return d % 7 < 5 ? rush(s, 28800, 300) : 500; });
  // Of the first one nothing is known.
  for (const std::size_t d : {5, 6}) EXPECT_LT(days[d].bought, 0.03) << d;
  for (const std::size_t d : {12, 13}) EXPECT_EQ(days[d].bought, 0) << d;
  EXPECT_LT(days[7].unmet, 0.01);  // Monday again
}

TEST(Repeat, what_stopped_coming_is_let_go_after_three_days_and_one_holiday_is_forgiven) {
  Past past(33.6);
  const auto days = past.live(
      13, [](int d, int s) { return d < 5 || (d > 5 && d < 9) ? rush(s, 28800, 300) : 500; });
  EXPECT_LT(days[6].unmet, 0.01);
  EXPECT_EQ(days[12].bought, 0);
}

TEST(Repeat, after_a_change_of_clocks_the_second_day_is_met) {
  Past past(33.6);
  const auto days = past.live(9, [](int d, int s) { return rush(s, d < 6 ? 28800 : 25200, 300); });
  EXPECT_GT(days[6].unmet, 0.05);
  EXPECT_LT(days[7].unmet, 0.01);
}

TEST(Repeat, a_burst_that_comes_once_or_at_any_time_is_never_expected) {
  const auto times = spread(40'000, 9);
  for (const DemandOfDay& demand :
       {DemandOfDay([](int d, int s) { return d == 2 ? job(s, 7200) : 1000; }),
        DemandOfDay([&](int d, int s) {
          return job(s, 43'200 + static_cast<int>(times[static_cast<std::size_t>(d)]));
        })}) {
    Past past(33.6);
    double bought = 0;
    for (const Day& day : past.live(12, demand)) bought += day.bought;
    EXPECT_EQ(bought, 0);
  }
}

TEST(Repeat, chance_alone_is_never_expected_to_come_again) {
  for (const double rate : {0.5, 5.0, 50.0, 1000.0}) {
    Random random(7);
    Past past(33.6);
    double bought = 0;
    const auto noisy = [&](int, int) {
      return std::max(0.0, rate + std::sqrt(rate / tick_s) * random.normal());
    };
    for (const Day& day : past.live(8, noisy)) bought += day.bought;
    EXPECT_LT(bought, 1e-3) << rate;
  }
}

TEST(Repeat, once_it_came_it_is_not_kept_and_not_expected_again_that_day) {
  Past past(33.6);
  past.live(5, [](int, int s) { return job(s, 7200); });
  for (int s = 0; s < day_s; s += tick_s) {
    past.tick(5, s, job(s, 7200));
    if (s >= 7200 + 60) {
      EXPECT_EQ(past.repeat.expected_per_second, 0) << s;
    }
  }
}

TEST(Repeat, more_demand_never_lowers_it_but_where_it_came) {
  Past past(33.6);
  past.live(5, [](int, int s) { return rush(s, 28800, 300); });
  for (int s = 0; s < 28800; s += tick_s) past.tick(5, s, 500);
  double before = 0;
  for (const double now : {100.0, 300.0, 500.0, 700.0, 1000.0, 1500.0}) {
    Past asked = past;
    asked.tick(5, 28800, now);
    const double expected = std::max(now, asked.repeat.expected_per_second);
    EXPECT_GE(expected, before) << now;
    before = expected;
  }
}

TEST(Repeat, gaps_are_no_demand_of_nothing) {
  Past past(33.6);
  for (int d = 0; d < 6; ++d)
    for (int s = 0; s < day_s; s += tick_s) {
      const bool gap = s < 25'200 || s > 32'400;  // only two hours are seen
      if (gap)
        pass_over(tick_s, 33.6, past.repeat);
      else
        past.tick(d, s, rush(s, 28800, 300));
      if (gap && s > 32'500) {
        EXPECT_EQ(past.repeat.expected_per_second, 0);
      }
      if (d >= 3 && s == 28'800) {
        EXPECT_GT(past.repeat.expected_per_second, 650);
      }
    }
}

TEST(Repeat, what_was_foretold_stays_for_a_lead_time_without_evidence) {
  Past past(100);
  past.live(5, [](int, int s) { return rush(s, 28800, 300); });
  for (int s = 0; s <= 28800; s += tick_s) past.tick(5, s, 500);
  const double told = past.repeat.expected_per_second;
  EXPECT_GT(told, 500);
  pass_over(99, 100, past.repeat);
  EXPECT_EQ(past.repeat.expected_per_second, told);
  pass_over(2, 100, past.repeat);
  EXPECT_EQ(past.repeat.expected_per_second, 0);
}

TEST(Repeat, a_clock_that_was_wrong_costs_the_days_it_told_of_and_no_more) {
  const auto demand = [](int, int s) { return rush(s, 28800, 300); };
  for (const int ahead : {1, 40, 4000}) {
    Past past(33.6);
    past.live(5, demand);
    for (int s = 0; s < 3600; s += tick_s) past.tick(5 + ahead, s, 500);
    const auto after = past.live(6, demand, 5);
    EXPECT_LT(after[0].unmet, 0.01) << ahead;
  }
}

TEST(Repeat, a_clock_that_is_set_back_by_minutes_silences_nothing) {
  Past past(33.6);
  past.live(5, [](int, int s) { return rush(s, 28800, 300); });
  for (int s = 0; s < 31'800; s += tick_s) past.tick(5, s, 500);  // 90 minutes ahead: 8:50 for 7:20
  for (int s = 26'400; s < 28'800; s += tick_s) past.tick(5, s, 500);
  EXPECT_GT(past.repeat.expected_per_second, 900);
}

TEST(Repeat, a_clock_that_goes_back_forgets_later_minutes_only_where_it_was_wrong) {
  for (const int back_s : {3600, 3 * 3600}) {
    Past past(33.6);
    past.live(1, [](int, int) { return 500; });
    past.tick(0, day_s - back_s, 500);
    const PastDay& today = past.repeat.days.back();
    EXPECT_GE(at(today, minutes_a_day - back_s / 60), 0);
    EXPECT_EQ(at(today, minutes_a_day - 1) >= 0, back_s == 3600) << back_s;
  }
}

TEST(Repeat, takes_no_more_than_its_room) {
  Past past(235);
  const auto shift = spread(300, 3);
  past.live(30, [&](int d, int s) {
    return rush(s, 28800 + static_cast<int>(shift[static_cast<std::size_t>(d)]), 300);
  });
  const Repeat& repeat = past.repeat;
  EXPECT_EQ(repeat.days.size(), past_days_kept + 1);
  std::size_t bytes = sizeof repeat + repeat.proofs.size() * sizeof(RepeatProof) +
                      repeat.pending.size() * sizeof(RepeatMoment);
  for (const PastDay& day : repeat.days) bytes += sizeof day + day.minutes.size() + 1;
  EXPECT_LE(bytes, 40u << 10);
}

TEST(Repeat, what_does_not_come_while_a_roll_out_goes_on_is_held_against_nobody) {
  for (const bool rolling_out : {false, true}) {
    FluidWorld world;
    Pilot pilot(policy_for_test(1, 30), Explain::no);
    world.apply(2);
    pilot.advance(world, 100);
    Repeat& repeat = pilot.model.services.at("shop").repeat;
    repeat.proofs.resize(half_hours * repeat_tellers);
    repeat.tellings[0] = {.half_hour = 16, .least_per_second = 4000, .silent_s = 3600};  // is over
    Observations seen = world.tick(pilot.policy.services[0], 100);
    seen.services[0].rolling_out = rolling_out;
    pilot.decide_on(seen);
    const RepeatProof& proof = pilot.model.services.at("shop").repeat.proofs[16 * repeat_tellers];
    EXPECT_EQ(proof.told, rolling_out ? 0 : 1);
    EXPECT_EQ(proof.hits, 0);
  }
}

TEST(Repeat, minutes_are_those_of_the_calendar_that_the_service_has) {
  const WallTime summer = wall_from_unix_ns(1'783'000'000LL * 1'000'000'000);
  ServicePolicy policy;
  EXPECT_EQ(local_minute(policy, summer), 1'783'000'000 / 60);
  spec::Event event;
  event.zone = *spec::find_zone("Europe/Berlin");
  policy.scale.calendar = {event};
  EXPECT_EQ(local_minute(policy, summer), 1'783'000'000 / 60 + 120);
}

}  // namespace
}  // namespace headroom::scale

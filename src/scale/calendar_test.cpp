// Events of the calendar: replicas are ready when one begins, and no longer there when it is over.
#include "scale/calendar.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "scale/fluid_world_for_test.h"

namespace headroom::scale {
namespace {

using namespace std::chrono_literals;

constexpr WallTime eight{Duration(1'795'219'200s + 8h)};  // 2026-11-21 08:00 UTC, a Saturday

spec::Event event(const char* cron, Duration length, int at_least) {
  return {.cron = spec::parse_cron(cron).value(), .length = length, .at_least = at_least};
}

ServiceModel with_lead(double lead_s) {
  ServiceModel model;
  model.lead_s = lead_s;
  return model;
}

int replicas(const ServicePolicy& policy, double lead_s, WallTime now) {
  const auto need = calendar_need(policy, with_lead(lead_s), now, Explain::no);
  return need ? static_cast<int>(need->replicas) : 0;
}

TEST(Calendar, an_event_counts_from_one_lead_time_before_its_begin_to_its_end) {
  ServicePolicy policy = policy_for_test();
  policy.scale.calendar = {event("0 8 * * *", 3h, 10)};
  EXPECT_EQ(replicas(policy, 40, eight - 41s), 0);
  EXPECT_EQ(replicas(policy, 40, eight - 40s), 10);
  EXPECT_EQ(replicas(policy, 40, eight), 10);
  EXPECT_EQ(replicas(policy, 40, eight + 3h - 1s), 10);
  EXPECT_EQ(replicas(policy, 40, eight + 3h), 0);
  EXPECT_EQ(replicas(policy, 40, eight + 24h), 10) << "every day";
}

TEST(Calendar, replicas_that_start_in_steps_begin_as_many_lead_times_before) {
  ServicePolicy policy = policy_for_test();
  policy.scale.calendar = {event("0 8 * * *", 3h, 10)};
  policy.scale.step = 4;
  EXPECT_EQ(replicas(policy, 40, eight - 121s), 0);
  EXPECT_EQ(replicas(policy, 40, eight - 120s), 10) << "4, 8, 10";
}

TEST(Calendar, of_events_at_a_time_the_largest_counts_and_says_when) {
  ServicePolicy policy = policy_for_test();
  policy.scale.calendar = {event("0 8 * * *", 3h, 4), event("30 8 * * sat", 30min, 9)};
  const auto text = [&](WallTime now) {
    const auto need = calendar_need(policy, with_lead(5), now, Explain::yes);
    return need ? std::string(entry(need->rule).name) + ": " + need->text : "none";
  };
  EXPECT_EQ(text(eight), "calendar: the event '0 8 * * *' lasts 3h more and needs 4");
  EXPECT_EQ(text(eight + 30min - 3s),
            "calendar: the event '30 8 * * sat' begins in 3s and needs 9");
  EXPECT_EQ(text(eight + 59min), "calendar: the event '30 8 * * sat' lasts 1m more and needs 9");
  EXPECT_EQ(text(eight + 24h + 40min),
            "calendar: the event '0 8 * * *' lasts 2h20m more and needs 4");
  EXPECT_EQ(text(eight - 1h), "none");
}

TEST(Calendar, an_event_keeps_its_length_over_a_change_of_clocks) {
  struct Case {
    WallTime begin;  // 01:30 in Berlin, half an hour before the change or an hour and a half
    const char* text;
  };
  // 2026-03-29 and 2026-10-25.
  for (const auto& [begin, text] :
       {Case{WallTime(1'774'744'200s), "the event '30 1 * * *' (Europe/Berlin) lasts 1h more"},
        Case{WallTime(1'792'884'600s), "the event '30 1 * * *' (Europe/Berlin) lasts 1h more"}}) {
    ServicePolicy policy = policy_for_test();
    policy.scale.calendar = {event("30 1 * * *", 3h, 10)};
    policy.scale.calendar[0].zone = spec::find_zone("Europe/Berlin").value();
    EXPECT_EQ(replicas(policy, 40, begin - 41s), 0);
    EXPECT_EQ(replicas(policy, 40, begin - 40s), 10);
    EXPECT_EQ(replicas(policy, 40, begin + 3h - 1s), 10);
    EXPECT_EQ(replicas(policy, 40, begin + 3h), 0);
    const auto need = calendar_need(policy, with_lead(5), begin + 2h, Explain::yes);
    ASSERT_TRUE(need);
    EXPECT_EQ(need->text, std::string(text) + " and needs 10");
  }
}

TEST(Calendar, replicas_are_ready_when_the_event_begins_and_go_after_it) {
  FluidWorld world;
  world.startup_s = 20;
  ServicePolicy policy = policy_for_test();
  // The world's clock begins at 2027-01-15 08:00 UTC.
  policy.scale.calendar = {event("10 8 * * *", 5min, 10)};
  Pilot pilot(policy);
  world.apply(2);
  for (int t = 1; t < 1200; ++t) {
    const Observations seen = pilot.advance(world, 100);
    const int ready = world.count(Phase::ready);
    if (t < 560) {
      EXPECT_LE(pilot.last.replicas, 5) << t;
    }
    if (t >= 600 && t < 900) {
      ASSERT_GE(ready, 10) << t;
      const auto& reasons = pilot.last.reasons;
      const auto found = std::ranges::find(reasons, Rule::calendar, &Reason::rule);
      ASSERT_NE(found, reasons.end()) << t;
      EXPECT_TRUE(found->decisive);
      ASSERT_FALSE(pilot.last.counterfactuals.empty());
      EXPECT_EQ(pilot.last.counterfactuals[0].without, Rule::calendar);
      EXPECT_LE(pilot.last.counterfactuals[0].replicas, 5);
    }
  }
  EXPECT_LE(pilot.last.replicas, 3);
}

TEST(Calendar, an_event_raises_without_any_evidence) {
  ServicePolicy policy = policy_for_test();
  policy.scale.calendar = {event("0 8 * * *", 3h, 10)};
  Pilot pilot(policy);
  pilot.decide_on({.now = {eight, Instant()}, .dt = 1s, .services = {}});
  EXPECT_EQ(pilot.last.replicas, 10);
}

}  // namespace
}  // namespace headroom::scale

// When events begin by the clocks of a zone: tables, and every minute against the library.
#include "spec/zone.h"

#include <date/tz.h>
#include <gtest/gtest.h>

#include <chrono>

#include "core/random.h"

namespace headroom::spec {
namespace {

using namespace std::chrono_literals;

WallTime at(int year, unsigned month, unsigned day, int hour = 0, int minute = 0, int second = 0) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  return WallTime(std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(hour) +
                  std::chrono::minutes(minute) + std::chrono::seconds(second));
}

struct Case {
  const char* zone;
  const char* cron;
  WallTime until;  // in UTC
  WallTime begin;
};

void expect_begins(std::initializer_list<Case> cases) {
  for (const auto& [name, text, until, begin] : cases) {
    const auto zone = find_zone(name);
    ASSERT_TRUE(zone) << zone.error().message;
    const Cron cron = parse_cron(text).value();
    EXPECT_EQ(last_begin(cron, *zone, until - 8 * 24h, until), begin)
        << name << ' ' << text << ": " << seconds(until - begin) << " s before";
    EXPECT_EQ(last_begin(cron, *zone, begin - 1ns, begin), begin) << "it begins then";
    EXPECT_EQ(last_begin(cron, *zone, begin, until), std::nullopt) << "and not again";
  }
}

// Europe/Berlin: +1 h, +2 h from 2026-03-29 01:00 UTC (02:00 becomes 03:00) to 2026-10-25 01:00 UTC
// (03:00 becomes 02:00).

TEST(Zone, an_event_at_eight_is_at_eight_on_both_sides_of_a_change) {
  expect_begins({
      {"UTC", "0 8 * * mon-fri", at(2026, 3, 30, 9), at(2026, 3, 30, 8)},
      {"Europe/Berlin", "0 8 * * mon-fri", at(2026, 3, 29, 12), at(2026, 3, 27, 7)},
      {"Europe/Berlin", "0 8 * * mon-fri", at(2026, 3, 30, 9), at(2026, 3, 30, 6)},
      {"Europe/Berlin", "0 8 * * mon-fri", at(2026, 10, 24, 9), at(2026, 10, 23, 6)},
      {"Europe/Berlin", "0 8 * * mon-fri", at(2026, 10, 26, 9), at(2026, 10, 26, 7)},
      {"America/New_York", "0 8 * * *", at(2026, 3, 7, 20), at(2026, 3, 7, 13)},
      {"America/New_York", "0 8 * * *", at(2026, 3, 8, 20), at(2026, 3, 8, 12)},
      // The south: winter is in July.
      {"Australia/Sydney", "0 8 * * *", at(2026, 7, 1, 0), at(2026, 6, 30, 22)},
      {"Australia/Sydney", "0 8 * * *", at(2026, 1, 1, 0), at(2025, 12, 31, 21)},
  });
}

TEST(Zone, days_are_those_of_the_zone_east_and_west_and_by_half_hours) {
  expect_begins({
      {"Asia/Kolkata", "0 8 * * *", at(2026, 7, 1, 2, 30), at(2026, 7, 1, 2, 30)},
      {"Asia/Kolkata", "0 8 * * *", at(2026, 7, 1, 2, 29, 59), at(2026, 6, 30, 2, 30)},
      {"Asia/Kathmandu", "0 0 * * *", at(2026, 7, 1, 20), at(2026, 7, 1, 18, 15)},
      {"Australia/Adelaide", "0 0 * * *", at(2026, 7, 1, 20), at(2026, 7, 1, 14, 30)},
      {"Pacific/Kiritimati", "0 8 * * mon", at(2026, 7, 5, 20), at(2026, 7, 5, 18)},  // a Sunday
      {"America/Los_Angeles", "0 20 * * fri", at(2026, 7, 4, 12), at(2026, 7, 4, 3)},
      // Year ends: the new year comes early in the east and late in the west.
      {"Pacific/Auckland", "0 0 1 jan *", at(2026, 1, 3), at(2025, 12, 31, 11)},
      {"America/Los_Angeles", "0 0 1 jan *", at(2026, 1, 3), at(2026, 1, 1, 8)},
      {"America/Los_Angeles", "59 23 31 dec *", at(2026, 1, 3), at(2026, 1, 1, 7, 59)},
      {"Europe/Berlin", "0 0 29 feb *", at(2028, 3, 1), at(2028, 2, 28, 23)},
      {"Etc/UTC", "0 8 * * *", at(2026, 3, 30, 9), at(2026, 3, 30, 8)},
  });
}

TEST(Zone, a_local_time_that_is_left_out_begins_at_the_change) {
  expect_begins({
      {"Europe/Berlin", "30 2 * * *", at(2026, 3, 29, 12), at(2026, 3, 29, 1)},
      {"Europe/Berlin", "0 2 * * *", at(2026, 3, 29, 12), at(2026, 3, 29, 1)},
      {"Europe/Berlin", "59 1 * * *", at(2026, 3, 29, 12), at(2026, 3, 29, 0, 59)},
      {"Europe/Berlin", "0 3 * * *", at(2026, 3, 29, 12), at(2026, 3, 29, 1)},
      {"Europe/Berlin", "15,45 2 * * *", at(2026, 3, 29, 12), at(2026, 3, 29, 1)},
      {"Europe/Berlin", "30 2 * * *", at(2026, 3, 29, 0, 59, 59), at(2026, 3, 28, 1, 30)},
      {"Europe/Berlin", "30 2 * * *", at(2026, 3, 30, 12), at(2026, 3, 30, 0, 30)},
      // Half an hour.
      {"Australia/Lord_Howe", "15 2 * * *", at(2026, 10, 4), at(2026, 10, 3, 15, 30)},
      // Midnight, and with it the first minutes of a Sunday.
      {"America/Santiago", "0 0 * * sun", at(2026, 9, 7), at(2026, 9, 6, 4)},
      // A whole day: Samoa went from Thursday to Saturday.
      {"Pacific/Apia", "0 8 * * fri", at(2012, 1, 1), at(2011, 12, 30, 10)},
  });
}

TEST(Zone, a_local_time_that_comes_twice_begins_at_its_first) {
  expect_begins({
      {"Europe/Berlin", "30 2 * * *", at(2026, 10, 25, 0, 30), at(2026, 10, 25, 0, 30)},
      {"Europe/Berlin", "30 2 * * *", at(2026, 10, 25, 1, 30), at(2026, 10, 25, 0, 30)},
      {"Europe/Berlin", "30 2 * * *", at(2026, 10, 25, 12), at(2026, 10, 25, 0, 30)},
      {"Europe/Berlin", "0 2 * * *", at(2026, 10, 25, 12), at(2026, 10, 25, 0)},
      {"Europe/Berlin", "0 3 * * *", at(2026, 10, 25, 12), at(2026, 10, 25, 2)},
      {"Europe/Berlin", "45 2 * * *", at(2026, 10, 25, 1, 10), at(2026, 10, 25, 0, 45)},
      {"Australia/Lord_Howe", "45 1 * * *", at(2026, 4, 5), at(2026, 4, 4, 14, 45)},
  });
  const Zone berlin = find_zone("Europe/Berlin").value();
  EXPECT_EQ(last_begin(parse_cron("55 2 * * *").value(), berlin, at(2026, 10, 25, 0, 50),
                       at(2026, 10, 25, 1, 10)),
            at(2026, 10, 25, 0, 55))
      << "the clocks show 02:50 and then 02:10";
}

TEST(Zone, where_every_hour_is_named_each_that_passes_begins_one) {
  expect_begins({
      {"Europe/Berlin", "30 * * * *", at(2026, 10, 25, 1, 45), at(2026, 10, 25, 1, 30)},
      {"Europe/Berlin", "30 * * * *", at(2026, 10, 25, 1, 15), at(2026, 10, 25, 0, 30)},
      {"Europe/Berlin", "30 * * * *", at(2026, 3, 29, 1, 15), at(2026, 3, 29, 0, 30)},
      {"Europe/Berlin", "*/15 * * * *", at(2026, 3, 29, 1, 14), at(2026, 3, 29, 1)},
      {"Asia/Kolkata", "0 * * * *", at(2026, 3, 29, 1, 15), at(2026, 3, 29, 0, 30)},
  });
}

/// Minutes up to a week before some time near a change of clocks.
struct Span {
  WallTime after;
  WallTime until;
};
Span any_span(Random& random, WallTime change) {
  const WallTime until = change + (static_cast<int>(random.below(172'800)) - 57'600) * 1s;
  return {until - random.below(3 * 86'400) * 1s, until};
}

std::string any_cron(Random& random) {
  const auto number = [&](int max) { return std::to_string(random.below(max + 1)); };
  const std::string hours = random.below(2) == 0 ? "1-3" : number(23) + "," + number(23);
  const std::string minutes =
      random.below(2) == 0 ? "*/" + std::to_string(1 + random.below(30)) : number(59);
  return minutes + " " + hours + " * * " + (random.below(2) == 0 ? "*" : number(6));
}

TEST(Zone, agrees_with_what_the_library_says_of_every_local_minute) {
  struct Change {
    const char* zone;
    WallTime when;
  };
  for (const auto& [name, change] :
       {Change{"Europe/Berlin", at(2026, 3, 29, 1)}, Change{"Europe/Berlin", at(2026, 10, 25, 1)},
        Change{"America/New_York", at(2026, 11, 1, 6)}, Change{"Asia/Kolkata", at(2026, 1, 1)},
        Change{"Australia/Lord_Howe", at(2026, 4, 4, 15)},
        Change{"Australia/Lord_Howe", at(2026, 10, 3, 15, 30)},
        Change{"America/Santiago", at(2026, 9, 6, 4)}, Change{"Pacific/Apia", at(2011, 12, 30, 10)},
        Change{"America/Santiago", at(2026, 4, 5, 3)}}) {
    const Zone zone = find_zone(name).value();
    const date::time_zone* oracle = date::locate_zone(name);
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
      Random random(seed);
      const auto [after, until] = any_span(random, change);
      const std::string text = any_cron(random);
      const Cron cron = parse_cron(text).value();
      std::optional<WallTime> expected;
      auto minute = std::chrono::floor<std::chrono::minutes>(until.time_since_epoch()) + 24h;
      for (const auto first = minute - 6 * 24h; minute >= first && !expected; minute -= 1min) {
        const LocalTime local(minute);
        if (!last_minute(cron, local - 1min, local)) continue;
        const auto begin = oracle->to_sys(date::local_seconds(minute), date::choose::earliest);
        const WallTime wall(begin.time_since_epoch());
        if (wall > after && wall <= until) expected = wall;
      }
      EXPECT_EQ(last_begin(cron, zone, after, until), expected)
          << name << " seed " << seed << ": " << text;
    }
  }
}

TEST(Zone, in_utc_begins_are_the_minutes_that_cron_names) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    Random random(seed);
    const Cron cron = parse_cron(any_cron(random)).value();
    const auto [after, until] = any_span(random, at(2026, 3, 29) + random.below(400) * 24h);
    const auto minute =
        last_minute(cron, LocalTime(after.time_since_epoch()), LocalTime(until.time_since_epoch()));
    const auto begin = last_begin(cron, Zone(), after, until);
    ASSERT_EQ(begin.has_value(), minute.has_value()) << "seed " << seed;
    if (begin) {
      EXPECT_EQ(begin->time_since_epoch(), minute->time_since_epoch()) << "seed " << seed;
    }
  }
}

TEST(Zone, every_zone_of_this_machine_is_found_by_its_name) {
  for (const date::time_zone& rules : date::get_tzdb().zones) {
    if (rules.name() == "localtime") continue;
    const auto zone = find_zone(rules.name());
    ASSERT_TRUE(zone) << zone.error().message;
    EXPECT_EQ(zone->name(), rules.name());
  }
}

TEST(Zone, utc_is_the_default_and_equal_to_no_other) {
  EXPECT_EQ(Zone().name(), "UTC");
  EXPECT_TRUE(find_zone("UTC").value() == Zone());
  EXPECT_FALSE(find_zone("Europe/Berlin").value() == Zone());
  EXPECT_TRUE(find_zone("Europe/Berlin").value() == find_zone("Europe/Berlin").value());
}

TEST(Zone, an_unknown_name_is_refused_with_the_nearest) {
  struct Wrong {
    const char* name;
    const char* says;
  };
  const std::string allowed = "', allowed a time zone such as Europe/Berlin or UTC";
  for (const auto& [name, hint] :
       {Wrong{"Europe/Berln", "; did you mean 'Europe/Berlin'?"},
        Wrong{"europe/berlin", "; did you mean 'Europe/Berlin'?"},
        Wrong{"berlin", "; did you mean 'Europe/Berlin'?"}, Wrong{"utc", "; did you mean 'UTC'?"},
        Wrong{"Mars/Olympus_Mons", ""}, Wrong{"localtime", ""}, Wrong{"zone.tab", ""},
        Wrong{"tzdata.zi", ""}, Wrong{"../zoneinfo/Europe/Berlin", ""}, Wrong{"", ""}}) {
    const auto zone = find_zone(name);
    ASSERT_FALSE(zone) << name;
    EXPECT_EQ(zone.error().message, "found '" + (name + allowed) + hint);
  }
}

}  // namespace
}  // namespace headroom::spec

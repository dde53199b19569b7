// The forms in which moments are written.
#include "core/date.h"

#include <gtest/gtest.h>

namespace headroom {
namespace {

using namespace std::chrono_literals;

constexpr WallTime ten = wall_from_unix_ns(1'795'255'200'000'000'000);  // 2026-11-21T10:00:00Z

TEST(Date, every_form_means_the_same_moment_to_its_last_digit) {
  const struct {
    const char* text;
    Duration after, unit;
  } cases[] = {{"2026-11-21T10:00:00Z", 0s, 1s},
               {"2026-11-21T10:00:00", 0s, 1s},
               {"2026-11-21 10:00:00", 0s, 1s},
               {"2026-11-21t11:00:00+01:00", 0s, 1s},
               {"2026-11-21 04:30:00-0530", 0s, 1s},
               {"2026-11-21 10:00:05.25 UTC", 5250ms, 10ms},
               {"2026-11-21T10:00:00.123456789123Z", 123456789ns, 1ns},
               {"2026-11-21 10:01", 1min, 1min},
               {"2026-11-22", 14h, 24h},
               {"21/Nov/2026:10:00:00 +0000", 0s, 1s},
               {"21/Nov/2026:12:00:07 +0200", 7s, 1s}};
  for (const auto& c : cases) {
    const auto date = parse_date(c.text);
    ASSERT_TRUE(date) << c.text;
    EXPECT_EQ(date->at - ten, c.after) << c.text;
    EXPECT_EQ(date->unit, c.unit) << c.text;
  }
}

TEST(Date, what_is_no_date_is_none) {
  for (const char* text :
       {"", "2026", "2026-11", "2026-11-21T", "2026-02-30", "2026-13-01", "2026-11-21T25:00:00Z",
        "2026-11-21T10:60:00Z", "2026-11-21T10:00:00+1:00", "2026-11-21T10:00:00.Z",
        "2026-11-21T10:00:00 CET", "21/Nev/2026:10:00:00 +0000", "21/", "1795255200", "2026-11-21x",
        "2026-11-21T1", "+026-11-21"})
    EXPECT_FALSE(parse_date(text)) << text;
}

TEST(Date, a_time_of_day_is_the_last_that_has_been) {
  EXPECT_EQ(parse_time_of_day("09:59:58", ten)->at, ten - 2s);
  EXPECT_EQ(parse_time_of_day("09:59:58.5Z", ten)->unit, 100ms);
  EXPECT_EQ(parse_time_of_day("10:00", ten)->at, ten);
  EXPECT_EQ(parse_time_of_day("10:00:01", ten)->at, ten - 24h + 1s);
  EXPECT_EQ(parse_time_of_day("00:30+02:00", ten)->at, ten - 11h - 30min);
  EXPECT_EQ(parse_time_of_day("22:00-05:00", ten)->at, ten - 7h) << "the evening before";
  for (const char* text : {"", "10", "24:00", "10:00:61", "10:00 noon"})
    EXPECT_FALSE(parse_time_of_day(text, ten)) << text;
}

TEST(Date, is_written_as_it_is_read) {
  EXPECT_EQ(format_date(ten), "2026-11-21T10:00:00.000Z");
  EXPECT_EQ(format_date(ten + 999ms), "2026-11-21T10:00:00.999Z");
  EXPECT_EQ(format_date(wall_from_unix_ns(-1)), "1969-12-31T23:59:59.999Z");
}

}  // namespace
}  // namespace headroom

// Text that fits, numbers and moments that people read.
#include "report/layout.h"

#include <gtest/gtest.h>

#include "core/date.h"
#include "report/when.h"

namespace headroom::report {
namespace {

using namespace std::chrono_literals;

TEST(Layout, wrapped_lines_never_exceed_the_width_and_lose_no_word) {
  const std::string text =
      "9 → 12: demand grew to 312/s; averyveryverylongwordwithoutanyspaceinit ends — here";
  for (std::size_t width = 12; width < 100; ++width) {
    std::string joined;
    for (const auto& line : wrap(text, width, "  ")) {
      EXPECT_LE(columns(line), width);
      EXPECT_EQ(line.substr(0, 2), "  ");
      joined += line.substr(2);
    }
    std::erase(joined, ' ');
    std::string all = text;
    std::erase(all, ' ');
    EXPECT_EQ(joined, all) << width;
  }
  EXPECT_EQ(wrap("", 10, "- "), std::vector<std::string>{"- "});
}

TEST(Layout, cutting_respects_characters_of_several_bytes) {
  EXPECT_EQ(clip("9 → 12", 6), "9 → 12");
  EXPECT_EQ(clip("9 → 12", 4), "9 →…");
  EXPECT_EQ(left("→", 3), "→  ");
  EXPECT_EQ(right("→→→→", 3), "→→…");
  EXPECT_EQ(clip("abc", 0), "");
}

TEST(Layout, numbers_have_the_digits_that_matter) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(1234567), "1,234,567");
  EXPECT_EQ(counted(1, "replica"), "1 replica");
  EXPECT_EQ(counted(0, "replica"), "0 replicas");
  EXPECT_EQ(counted(1234, "request"), "1,234 requests");
  EXPECT_EQ(rough(0.04), "0");
  EXPECT_EQ(rough(9.61), "9.6");
  EXPECT_EQ(rough(31.2), "31");
  EXPECT_EQ(rough(99.7), "100");
  EXPECT_EQ(rough(-1240.2), "-1,240");
  EXPECT_EQ(latency(0), "–");
  EXPECT_EQ(latency(0.00085), "850 µs");
  EXPECT_EQ(latency(0.0123), "12 ms");
  EXPECT_EQ(latency(1.52), "1.5 s");
  EXPECT_EQ(percent(0.99996), "99.99%");
  EXPECT_EQ(percent(0.999), "99.9%");
  EXPECT_EQ(percent(1), "100%");
  EXPECT_EQ(percent(0), "0%");
}

TEST(Layout, an_age_has_the_largest_whole_unit) {
  EXPECT_EQ(ago(0), "0 s ago");
  EXPECT_EQ(ago(12.9), "12 s ago");
  EXPECT_EQ(ago(60), "1 min ago");
  EXPECT_EQ(ago(7199), "1 h ago");
  EXPECT_EQ(ago(400000), "4 d ago");
}

TEST(When, every_form_means_the_same_moment) {
  const WallTime moment = wall_from_unix_ns(1'795'255'200'500'000'000);
  EXPECT_EQ(format_date(moment), "2026-11-21T10:00:00.500Z");
  EXPECT_EQ(format_time_of_day(moment), "10:00:00");
  for (const char* text :
       {"2026-11-21T10:00:00.5Z", "2026-11-21t11:00:00.500+01:00", "2026-11-21 04:30:00.5-05:30",
        "10:00:00.5", "11:00:00.5+01:00", "1795255200.5", "-1m30s"})
    EXPECT_EQ(parse_when(text, moment + 90s)->first, moment) << text;
}

TEST(When, a_stamp_means_all_that_is_printed_as_it) {
  const WallTime tick = wall_from_unix_ns(1'795'255'200'250'123'456);
  const WallTime end = tick + 1h;
  for (const std::string& text :
       {format_date(tick), format_time_of_day(tick), std::string("1795255200"),
        std::string("2026-11-21 10:00"), std::string("2026-11-21")}) {
    const auto when = parse_when(text, end);
    ASSERT_TRUE(when) << text;
    EXPECT_LE(when->first, tick) << text;
    EXPECT_GE(when->last, tick) << text;
  }
  EXPECT_EQ(parse_when("10:00:00", end)->last - parse_when("10:00:00", end)->first, 1s - 1ns);
}

TEST(When, nonsense_is_refused) {
  for (const char* text : {"", "now", "2026-02-30T10:00:00Z", "2026-11-21T25:00:00Z",
                           "2026-11-21T10:00:00+1:00", "25:00", "-", "-5x", "1e300"})
    EXPECT_FALSE(parse_when(text, WallTime{})) << text;
}

}  // namespace
}  // namespace headroom::report

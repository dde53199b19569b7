// Cron against tables, and against a plain walk over every minute.
#include "spec/cron.h"

#include <gtest/gtest.h>

#include <chrono>

#include "core/random.h"

namespace headroom::spec {
namespace {

using namespace std::chrono_literals;
using std::chrono::local_days;

LocalTime at(int year, unsigned month, unsigned day, int hour = 0, int minute = 0, int second = 0) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  return LocalTime(local_days(date).time_since_epoch() + std::chrono::hours(hour) +
                   std::chrono::minutes(minute) + std::chrono::seconds(second));
}

TEST(Cron, the_last_minute_is_found) {
  struct Case {
    const char* cron;
    LocalTime until;
    LocalTime begin;
  };
  const Case cases[] = {
      // 2026-11-21 is a Saturday.
      {"0 8 * * 1-5", at(2026, 11, 21, 9), at(2026, 11, 20, 8)},
      {"0 8 * * mon-fri", at(2026, 11, 20, 7, 59, 59), at(2026, 11, 19, 8)},
      {"0 8 * * *", at(2026, 11, 20, 8), at(2026, 11, 20, 8)},
      {"*/15 * * * *", at(2026, 11, 20, 8, 44), at(2026, 11, 20, 8, 30)},
      {"5/20 8-10,22 * * *", at(2026, 11, 20, 22, 24, 59), at(2026, 11, 20, 22, 5)},
      {"5/20 8-10,22 * * *", at(2026, 11, 20, 21), at(2026, 11, 20, 10, 45)},
      {"0 0 * * 7", at(2026, 11, 21), at(2026, 11, 15)},
      {"0 0 * * fri-7", at(2026, 11, 21, 5), at(2026, 11, 21)},
      {"0 0 1 JAN *", at(2026, 1, 3), at(2026, 1, 1)},
      {"30 23 28-31 * *", at(2026, 11, 3), at(2026, 10, 31, 23, 30)},
      // Both kinds of days are restricted: either of them will do.
      {"0 6 13 * fri", at(2026, 11, 19), at(2026, 11, 13, 6)},
      {"0 6 13 * fri", at(2026, 11, 20, 6), at(2026, 11, 20, 6)},
      {"0 6 13 * fri", at(2026, 10, 14), at(2026, 10, 13, 6)},
      // A stepped star restricts, and both must hold.
      {"0 6 */2 * fri", at(2026, 11, 21), at(2026, 11, 13, 6)},
  };
  for (const auto& [text, until, begin] : cases) {
    const auto cron = parse_cron(text);
    ASSERT_TRUE(cron) << cron.error().message;
    EXPECT_EQ(last_minute(*cron, until - 8 * 24h, until), begin) << text;
  }
}

TEST(Cron, leap_days_and_the_borders_of_the_interval_count) {
  const Cron leap = parse_cron("0 0 29 2 *").value();
  EXPECT_EQ(last_minute(leap, at(2024, 2, 1), at(2024, 3, 1)), at(2024, 2, 29));
  EXPECT_EQ(last_minute(leap, at(2026, 2, 1), at(2026, 3, 2)), std::nullopt);
  const Cron eight = parse_cron("0 8 * * *").value();
  EXPECT_EQ(last_minute(eight, at(2026, 11, 20, 8), at(2026, 11, 20, 9)), std::nullopt) << "open";
  EXPECT_EQ(last_minute(eight, at(2026, 11, 20, 7, 59, 59), at(2026, 11, 20, 8)),
            at(2026, 11, 20, 8));
  EXPECT_EQ(last_minute(eight, at(2026, 11, 20, 9), at(2026, 11, 20, 8)), std::nullopt) << "empty";
}

TEST(Cron, what_is_wrong_names_the_field) {
  struct Case {
    const char* cron;
    const char* says;
  };
  for (const auto& [text, says] :
       {Case{"", "found 0 fields"}, Case{"@daily", "found 1 fields"},
        Case{"0 0 8 * * *", "found 6 fields"}, Case{"60 8 * * *", "minute: found '60'"},
        Case{"a 8 * * *", "minute: found 'a'"}, Case{"1, 8 * * *", "minute: found ''"},
        Case{"0 9-8 * * *", "hour: found '9-8'"}, Case{"0 */0 * * *", "hour: found '*/0'"},
        Case{"0 -1 * * *", "hour: found '-1'"}, Case{"0 8 0 * *", "day of month: found '0'"},
        Case{"0 8 32 * *", "day of month: found '32'"}, Case{"0 8 * 13 *", "month: found '13'"},
        Case{"0 8 * * fri-mon", "day of week: found 'fri-mon'"},
        Case{"0 8 * * 8", "day of week: found '8'"}, Case{"0 8 ? * *", "day of month: found '?'"},
        Case{"0 8 31 4,6,9,11 *", "day of month: '31' never comes"}}) {
    const auto cron = parse_cron(text);
    ASSERT_FALSE(cron) << text;
    EXPECT_NE(cron.error().message.find(says), std::string::npos) << cron.error().message;
  }
}

/// A field of a list of values, of a range, of a step or of everything.
std::string any_field(Random& random, int min, int max) {
  const auto value = [&] { return min + static_cast<int>(random.below(max - min + 1)); };
  switch (random.below(5)) {
    case 0:
      return std::to_string(value()) + "," + std::to_string(value());
    case 1: {
      const int low = value();
      return std::to_string(low) + "-" + std::to_string(std::min(max, low + 3));
    }
    case 2:
      return "*/" + std::to_string(1 + random.below(7));
    default:
      return "*";
  }
}

/// By the definition, minute for minute.
bool names(const Cron& cron, LocalTime minute) {
  const auto since = minute.time_since_epoch();
  const auto day = std::chrono::floor<std::chrono::days>(since);
  const std::chrono::year_month_day date{local_days(day)};
  const auto in_day = std::chrono::duration_cast<std::chrono::minutes>(since - day).count();
  const bool of_month = (cron.days >> static_cast<unsigned>(date.day()) & 1) != 0;
  const bool of_week =
      (cron.weekdays >> std::chrono::weekday(local_days(day)).c_encoding() & 1) != 0;
  return (cron.minutes >> (in_day % 60) & 1) != 0 && (cron.hours >> (in_day / 60) & 1) != 0 &&
         (cron.months >> static_cast<unsigned>(date.month()) & 1) != 0 &&
         (cron.either_day ? of_month || of_week : of_month && of_week);
}

TEST(Cron, agrees_with_a_walk_over_every_minute) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Random random(seed);
    const std::string text = any_field(random, 0, 59) + " " + any_field(random, 0, 23) + " " +
                             any_field(random, 1, 28) + " " + any_field(random, 1, 12) + " " +
                             any_field(random, 0, 6);
    const auto cron = parse_cron(text);
    ASSERT_TRUE(cron) << text;
    const LocalTime until = at(2026, 1, 1) + random.below(365 * 86'400) * 1s;
    const LocalTime after = until - random.below(7 * 86'400) * 1s;
    std::optional<LocalTime> expected;
    LocalTime minute(std::chrono::floor<std::chrono::minutes>(until.time_since_epoch()));
    for (; minute > after && !expected; minute -= 1min)
      if (names(*cron, minute)) expected = minute;
    EXPECT_EQ(last_minute(*cron, after, until), expected) << "seed " << seed << ": " << text;
  }
}

TEST(Cron, what_is_wrong_is_quoted_fit_for_a_terminal) {
  const auto cron = parse_cron("\x1b[2J 8 * * " + std::string(1000, 'x'));
  ASSERT_FALSE(cron);
  EXPECT_EQ(
      cron.error().message,
      "minute: found '\\x1b[2J', allowed *, 0 to 59, and lists, ranges and steps of them such "
      "as 1,3, 1-5 and */2");
  EXPECT_LT(parse_cron("0 8 * * " + std::string(1000, 'x')).error().message.size(), 300U);
}

}  // namespace
}  // namespace headroom::spec

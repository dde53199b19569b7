// How long a connection that is over waits.
#include "gateway/lingering.h"

#include <gtest/gtest.h>

namespace headroom::gateway {
namespace {

using std::chrono::seconds;

constexpr Duration longest = seconds(60);

TEST(LingeringTest, who_has_taken_everything_has_two_seconds_to_close) {
  const Instant begin{};
  Lingering lingering(begin);
  EXPECT_FALSE(lingering.over(begin + seconds(1), 0, longest));
  EXPECT_TRUE(lingering.over(begin + seconds(2), 0, longest));
}

TEST(LingeringTest, who_takes_some_every_few_seconds_is_waited_for) {
  const Instant begin{};
  Lingering lingering(begin);
  int untaken = 36'000;
  for (int at = 1; at < 20; ++at) {
    if (at % 5 == 0) untaken -= 9'000;
    if (untaken > 0) {
      ASSERT_FALSE(lingering.over(begin + seconds(at), untaken, longest)) << at << " s";
    }
  }
  EXPECT_FALSE(lingering.over(begin + seconds(20), 0, longest)) << "it took the last just now";
  EXPECT_TRUE(lingering.over(begin + seconds(21), 0, longest));
}

TEST(LingeringTest, who_takes_nothing_is_left_after_the_longest) {
  const Instant begin{};
  Lingering lingering(begin);
  EXPECT_FALSE(lingering.over(begin, 1, longest));
  EXPECT_FALSE(lingering.over(begin + seconds(59), 1, longest));
  EXPECT_TRUE(lingering.over(begin + seconds(60), 1, longest));
}

TEST(LingeringTest, who_takes_some_is_not_left_however_long_it_takes_for_all) {
  const Instant begin{};
  Lingering lingering(begin);
  for (int minute = 1; minute <= 60; ++minute)
    ASSERT_FALSE(
        lingering.over(begin + minute * (longest - seconds(1)), 3'700 - 60 * minute, longest))
        << minute;
  EXPECT_TRUE(lingering.over(begin + 61 * longest, 100, longest));
}

}  // namespace
}  // namespace headroom::gateway

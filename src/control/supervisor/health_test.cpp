// Probes that fail and succeed in turn.
#include "control/supervisor/health.h"

#include <gtest/gtest.h>

namespace headroom::supervisor {
namespace {

using namespace std::chrono_literals;
using enum ProbeOutcome;

constexpr Instant at(Duration d) {
  return Instant(d);
}

TEST(HealthTest, three_failures_in_a_row_eject_and_one_success_brings_back) {
  Health health({});
  health.record(silent, at(1s));
  health.record(unwilling, at(2s));
  EXPECT_TRUE(health.healthy());
  health.record(silent, at(3s));
  EXPECT_FALSE(health.healthy());
  health.record(ok, at(4s));
  EXPECT_TRUE(health.healthy());
  health.record(silent, at(5s));
  EXPECT_TRUE(health.healthy());
}

TEST(HealthTest, only_lasting_silence_means_hung) {
  Health health({});
  for (Duration t = 0s; t < 10s; t += 1s) {
    health.record(silent, at(t));
    EXPECT_FALSE(health.hung());
  }
  health.record(silent, at(10s));
  EXPECT_TRUE(health.hung());
  health.record(ok, at(11s));
  EXPECT_FALSE(health.hung());
}

TEST(HealthTest, a_replica_that_answers_no_is_never_hung) {
  Health health({});
  for (Duration t = 0s; t < 1h; t += 1s) health.record(t % 5s == 0s ? unwilling : silent, at(t));
  EXPECT_FALSE(health.healthy());
  EXPECT_FALSE(health.hung());
}

TEST(HealthTest, what_could_not_be_seen_says_nothing_of_a_replica) {
  Health health({});
  for (Duration t = 0s; t < 1h; t += 1s) health.record(unseen, at(t));
  EXPECT_TRUE(health.healthy());
  health.record(silent, at(1h));
  health.record(silent, at(1h + 1s));
  health.record(unseen, at(1h + 2s));
  EXPECT_TRUE(health.healthy());
  health.record(silent, at(1h + 12s));
  EXPECT_FALSE(health.healthy());
  EXPECT_FALSE(health.hung()) << "of the ten seconds nobody saw all";
  for (Duration t = 13s; t <= 22s; t += 1s) health.record(silent, at(1h + t));
  EXPECT_TRUE(health.hung());
}

}  // namespace
}  // namespace headroom::supervisor

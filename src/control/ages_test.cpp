// Ages of replicas between two ticks.
#include "control/ages.h"

#include <gtest/gtest.h>

namespace headroom::control {
namespace {

using namespace std::chrono_literals;

scale::ServiceSeen with(const std::vector<std::pair<std::string, Duration>>& replicas) {
  scale::ServiceSeen seen;
  seen.service = "shop";
  for (const auto& [id, age] : replicas) seen.replicas.push_back({.id = id, .age = age});
  return seen;
}

TEST(Ages, grow_by_exactly_the_time_between_two_ticks) {
  Ages ages;
  auto seen = with({{"shop-1", 10s + 3ms}, {"shop-2", 5s + 3ms}});
  ages.settle(Instant(100s), seen);
  EXPECT_EQ(seen.replicas[0].age, 10s + 3ms);
  seen = with({{"shop-1", 11s + 7ms}, {"shop-2", 6s + 7ms}, {"shop-3", 4ms}});
  ages.settle(Instant(101s + 1ms), seen);
  EXPECT_EQ(seen.replicas[0].age, 11s + 4ms);
  EXPECT_EQ(seen.replicas[1].age, 6s + 4ms);
  EXPECT_EQ(seen.replicas[2].age, 4ms);
  seen = with({{"shop-2", 7s}});
  ages.settle(Instant(102s + 1ms), seen);
  EXPECT_EQ(seen.replicas[0].age, 7s + 4ms) << "also when those before it are gone";
}

TEST(Ages, begin_anew_when_the_same_name_is_started_again) {
  Ages ages;
  auto seen = with({{"shop-1", 10s}});
  ages.settle(Instant(100s), seen);
  seen = with({{"shop-1", 100ms}});
  ages.settle(Instant(101s), seen);
  EXPECT_EQ(seen.replicas[0].age, 100ms);
}

}  // namespace
}  // namespace headroom::control

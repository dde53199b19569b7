// What a wall clock that jumps changes: a machine that slept, a step of NTP, a leap second.
#include <gtest/gtest.h>

#include <functional>

#include "scale/fluid_world_for_test.h"

namespace headroom::scale {
namespace {

using namespace std::chrono_literals;

constexpr int seconds_long = 600;

struct Flight {
  std::vector<int> replicas;
  Growth growth;
};

/// `off` is what the wall clock is off by in each second; elapsed time goes on as ever.
Flight fly(const std::function<Duration(int)>& off, const spec::Scale& scale = {}) {
  FluidWorld world;
  Pilot pilot{policy_for_test(1, 30)};
  pilot.policy.services[0].scale = scale;
  Flight out;
  for (int t = 0; t < seconds_long; ++t) {
    Observations seen = world.tick(pilot.policy.services[0], 400 + 200 * std::sin(t / 40.0));
    seen.now.wall += off(t);
    pilot.decide_on(seen);
    world.apply(pilot.last.replicas);
    out.replicas.push_back(pilot.last.replicas);
  }
  out.growth = pilot.model.services.at("shop").growth;
  return out;
}

TEST(Clock, a_jump_of_wall_time_moves_no_window_and_is_no_growth) {
  const Flight steady = fly([](int) { return 0s; });
  const std::vector<std::pair<std::string, std::function<Duration(int)>>> jumps{
      {"asleep for a night", [](int t) { return t < 200 ? 0h : 8h; }},
      {"set back", [](int t) { return t < 200 ? 0h : -2h; }},
      {"a leap second", [](int t) { return t < 200 ? 0s : -1s; }},
      {"far ahead for a minute", [](int t) { return t < 200 || t >= 260 ? 0h : 960h; }},
      {"to and fro", [](int t) { return t % 2 == 0 ? 0h : 30h; }},
  };
  for (const auto& [name, off] : jumps) {
    const Flight jumped = fly(off);
    EXPECT_EQ(jumped.replicas, steady.replicas) << name;
    EXPECT_EQ(jumped.growth, steady.growth) << name;
  }
}

TEST(Clock, an_event_that_began_while_the_machine_slept_counts_from_the_first_tick_after) {
  spec::Scale scale;
  spec::Event& event = scale.calendar.emplace_back();
  event.cron = *spec::parse_cron("0 12 * * *");  // the world begins at 08:00
  event.length = 1h;
  event.at_least = 20;
  const Flight slept = fly([](int t) { return t < 200 ? 0s : 4h + 10min; }, scale);
  EXPECT_LT(slept.replicas[199], 20);
  EXPECT_GE(slept.replicas[200], 20);
}

}  // namespace
}  // namespace headroom::scale

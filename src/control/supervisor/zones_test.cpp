// Replicas that are spread over zones: where they start, which one gives way, what a reload moves.
#include <gtest/gtest.h>

#include <map>

#include "control/supervisor/fixture.h"

namespace headroom::supervisor {
namespace {

class ZonesTest : public SupervisorTest {
 protected:
  /// How many replicas each zone has that are not being stopped.
  std::map<int, int> zones() {
    std::map<int, int> all;
    for (const ServiceReplicas& service : supervisor_->snapshot())
      for (const scale::ReplicaSeen& replica : service.replicas)
        if (replica.phase != scale::Phase::draining) ++all[replica.zone];
    return all;
  }

  bool settled(int count) {
    return until([&] { return ready() == count && living().size() == std::size_t(count); },
                 "as many run as are wanted");
  }

  std::string zone_told_to(pid_t pid) const {
    for (const std::string& entry : io::read_environment(pid))
      if (entry.starts_with("HEADROOM_ZONE=")) return entry;
    return {};
  }
};

using Zones = std::map<int, int>;

TEST_F(ZonesTest, replicas_start_evenly_and_the_fullest_zone_gives_way) {
  add_service().replicas.zones = 3;
  start(5);
  EXPECT_EQ(zones(), (Zones{{1, 2}, {2, 2}, {3, 1}}));
  supervisor_->scale("shop", 4);
  ASSERT_TRUE(settled(4));
  EXPECT_EQ(zones(), (Zones{{1, 2}, {2, 1}, {3, 1}}));
  EXPECT_TRUE(heard("4 are wanted, and zone 2 has more than its share")) << all_events();
  supervisor_->scale("shop", 6);
  ASSERT_TRUE(settled(6));
  EXPECT_EQ(zones(), (Zones{{1, 2}, {2, 2}, {3, 2}}));
}

TEST_F(ZonesTest, one_that_dies_is_replaced_in_its_zone) {
  add_service().replicas.zones = 3;
  start(3);
  const pid_t victim = living()[1];
  const std::string zone = zone_told_to(victim);
  EXPECT_TRUE(zone.starts_with("HEADROOM_ZONE=")) << "it is told its zone";
  kill(victim, SIGKILL);
  ASSERT_TRUE(until([&] { return heard("was killed by SIGKILL"); }, "its end is noticed"));
  ASSERT_TRUE(settled(3));
  EXPECT_EQ(zones(), (Zones{{1, 1}, {2, 1}, {3, 1}}));
}

TEST_F(ZonesTest, a_reload_that_spreads_them_moves_one_after_another_and_another_moves_none) {
  add_service();
  start(4);
  EXPECT_EQ(zones(), (Zones{{0, 4}})) << "where there is one, no zone is told of";
  const std::vector<pid_t> before = living();
  config_.services.front().replicas.zones = 2;
  configure();
  ASSERT_TRUE(until([&] { return zones() == Zones{{1, 2}, {2, 2}}; }, "they are spread"));
  ASSERT_TRUE(settled(4));
  const std::vector<pid_t> spread = living();
  EXPECT_EQ(std::ranges::count_if(
                spread, [&](pid_t pid) { return std::ranges::find(before, pid) != before.end(); }),
            2)
      << "no more are moved than must be";
  config_.services.front().replicas.zones = 1;
  configure();
  for (int i = 0; i < 20; ++i) loop_->run_once(20ms);
  EXPECT_EQ(living(), spread);
}

TEST_F(ZonesTest, replicas_that_are_taken_over_keep_their_zones) {
  add_service().replicas.zones = 2;
  start(3);
  const std::vector<pid_t> before = living();
  supervisor_.reset();  // as after a crash: replicas go on
  open();
  configure();
  ASSERT_TRUE(until([&] { return ready() == 3; }, "all are proved ready again"));
  EXPECT_EQ(zones(), (Zones{{1, 2}, {2, 1}}));
  EXPECT_EQ(living(), before);
}

}  // namespace
}  // namespace headroom::supervisor

// What should stand is compared with what stands, whatever happened to it in between.
#include "control/local_target.h"

#include "control/supervisor/fixture.h"
#include "gateway/testing/front.h"

namespace headroom::control {
namespace {

using namespace std::chrono_literals;

class LocalTargetTest : public supervisor::SupervisorTest {
 protected:
  LocalTargetTest() { add_service(); }
  void begin() {
    open();
    configure();
    target_.use(supervisor_.get());
    target_.obey(1);
  }
  ~LocalTargetTest() override { target_.use(nullptr); }

  void use_max(int max) {
    config_.services[0].replicas.max = max;
    configure();
  }
  void apply(std::uint64_t generation, int replicas) {
    target_.apply({.generation = generation, .replicas = {{"shop", replicas}}});
    loop_->run_once(0ms);
  }
  int wanted() { return supervisor_->snapshot().at(0).wanted; }

  gateway::testing::Front front_;
  LocalTarget target_{*loop_, front_.gateway(), [](const Event&) {}};
};

TEST_F(LocalTargetTest, what_two_reloads_took_away_comes_back_with_the_next_tick) {
  begin();
  apply(1, 4);
  EXPECT_EQ(wanted(), 4);
  use_max(1);
  use_max(10);
  EXPECT_EQ(wanted(), 1);
  apply(1, 4);
  EXPECT_EQ(wanted(), 4);
  EXPECT_TRUE(until([this] { return ready() == 4; }, "they stand"));
}

TEST_F(LocalTargetTest, what_was_decided_by_another_file_is_passed_over) {
  begin();
  apply(1, 2);
  use_max(1);
  target_.obey(2);
  apply(1, 2);  // was under way while the file was read again
  EXPECT_EQ(wanted(), 1);
  apply(2, 1);
  EXPECT_EQ(wanted(), 1);
}

TEST_F(LocalTargetTest, a_service_that_left_and_came_back_has_what_it_should) {
  begin();
  apply(1, 2);
  ASSERT_TRUE(until([this] { return ready() == 2; }, "they are ready"));
  const std::vector<spec::Service> services = config_.services;
  config_.services.clear();
  configure();
  config_.services = services;
  configure();
  apply(1, 3);
  EXPECT_TRUE(until([this] { return ready() == 3; }, "they are again"));
}

TEST_F(LocalTargetTest, one_that_died_in_between_is_replaced_and_telling_again_starts_none_twice) {
  begin();
  apply(1, 2);
  ASSERT_TRUE(until([this] { return ready() == 2; }, "they are ready"));
  kill(living().at(0), SIGKILL);
  for (int i = 0; i < 20; ++i) apply(1, 2);
  EXPECT_TRUE(until([this] { return ready() == 2; }, "there are two again"));
  EXPECT_EQ(replica_count(), 2);
}

}  // namespace
}  // namespace headroom::control

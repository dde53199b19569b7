// Roll-outs of versions that do not start, with real replicas; and what is counted of them.
#include <filesystem>

#include "control/supervisor/fixture.h"

namespace headroom::supervisor {
namespace {

class GivenUpTest : public SupervisorTest {
 protected:
  control::Standing standing() { return supervisor_->snapshot().front().standing; }

  void roll_out(std::vector<std::string> arguments) {
    auto& command = run_of_shop().command;
    command.resize(3);
    command.insert(command.end(), arguments.begin(), arguments.end());
    configure();
  }

  /// "shop" with so many replicas, and a version after it that was given up after two starts.
  void start_and_give_up(int count) {
    add_service().run->rollout_attempts = 2;
    start(count);
    roll_out({"--exit", "3"});
    ASSERT_TRUE(until([&] { return standing().rollout == RolloutState::given_up; }, "given up"));
  }

  int said_to_be_given_up() const {
    return static_cast<int>(std::ranges::count_if(events_, [](const std::string& event) {
      return event.find("the roll-out is given up") != std::string::npos;
    }));
  }
};

TEST_F(GivenUpTest, replicas_of_the_version_before_stay_and_it_is_said_once) {
  timing_.backoff.longest = 50ms;  // whatever would be tried again is tried soon
  add_service().run->rollout_attempts = 2;
  start(2);
  const std::string version = standing().version;
  const std::vector<pid_t> before = living();
  roll_out({"--exit", "3"});
  ASSERT_TRUE(until([&] { return said_to_be_given_up() == 1; }, "it is given up"));
  EXPECT_TRUE(heard("given up after 2 failed starts in a row")) << all_events();
  for (int turn = 0; turn < 30; ++turn) loop_->run_once(20ms);
  EXPECT_EQ(living(), before);
  EXPECT_EQ(ready(), 2);
  EXPECT_EQ(said_to_be_given_up(), 1);
  EXPECT_FALSE(rolling_out()) << "it may be scaled in again";

  const control::Standing now = standing();
  EXPECT_EQ(now.rollout, RolloutState::given_up);
  EXPECT_EQ(now.rollout_failed_starts, 2);
  EXPECT_NE(now.version, version);
  EXPECT_EQ(now.replicas.at("shop-1").version, version);
  EXPECT_EQ(now.tally.failed_starts[static_cast<std::size_t>(StartFailure::error)], 2U);
  EXPECT_EQ(now.tally.failed_in_a_row, 2U);
  EXPECT_NE(now.tally.last_error.find("given up"), std::string::npos);
}

TEST_F(GivenUpTest, one_that_dies_is_replaced_by_the_version_before) {
  start_and_give_up(2);
  const std::string version = standing().replicas.at("shop-1").version;
  kill(living().front(), SIGKILL);
  ASSERT_TRUE(until([&] { return heard("shop-1 was killed by SIGKILL"); }, "its end is noticed"));
  ASSERT_TRUE(until([&] { return ready() == 2; }, "it is replaced"));
  for (const auto& [id, replica] : standing().replicas) EXPECT_EQ(replica.version, version) << id;
  EXPECT_EQ(standing().tally.exits[static_cast<std::size_t>(ExitReason::signal)], 1U);
}

TEST_F(GivenUpTest, each_version_is_asked_for_readiness_at_the_path_that_it_states) {
  add_service({"--only", "/before", "--unready-while", file("unready")}).run->ready = "/before";
  start(2);
  run_of_shop().ready = "/after";
  run_of_shop().rollout_attempts = 2;
  roll_out({"--exit", "3"});
  ASSERT_TRUE(until([&] { return standing().rollout == RolloutState::given_up; }, "given up"));
  kill(living().front(), SIGKILL);
  ASSERT_TRUE(until([&] { return heard("shop-1 was killed by SIGKILL"); }, "its end is noticed"));
  ASSERT_TRUE(until([&] { return ready() == 2; }, "it is replaced"));
  touch("unready");
  ASSERT_TRUE(said("shop-2 is unhealthy"));
  std::filesystem::remove(file("unready"));
  ASSERT_TRUE(said("shop-2 is healthy again"));
}

TEST_F(GivenUpTest, what_replaces_one_of_the_version_before_has_the_limit_of_that_version) {
  constexpr std::int64_t less_than_growth = 256 << 20;
  add_service({"--grow-when", file("grow-{replica}")}).run->limits.memory_bytes = less_than_growth;
  start(1);
  run_of_shop().limits.memory_bytes = 0;
  run_of_shop().rollout_attempts = 2;
  roll_out({"--exit", "3"});
  ASSERT_TRUE(until([&] { return standing().rollout == RolloutState::given_up; }, "given up"));
  kill(living().front(), SIGKILL);
  ASSERT_TRUE(said("shop-4 is ready after"));
  touch("grow-shop-4");
  ASSERT_TRUE(said("shop-4 was killed: it "));
  EXPECT_NE(event_with("shop-4 was killed").find("256MiB"), std::string::npos) << all_events();
}

TEST_F(GivenUpTest, more_replicas_are_of_the_version_before) {
  start_and_give_up(1);
  supervisor_->scale("shop", 3);
  ASSERT_TRUE(until([&] { return ready() == 3; }, "there are three"));
  EXPECT_EQ(standing().rollout, RolloutState::given_up);
}

TEST_F(GivenUpTest, the_same_file_again_tries_again) {
  start_and_give_up(1);
  configure();
  EXPECT_TRUE(said("the roll-out is tried again"));
  ASSERT_TRUE(until([&] { return said_to_be_given_up() == 2; }, "it is given up again"));
  EXPECT_EQ(ready(), 1);
}

TEST_F(GivenUpTest, a_corrected_file_is_rolled_out) {
  start_and_give_up(2);
  roll_out({"--say", "corrected"});
  ASSERT_TRUE(until([&] { return standing().rollout == RolloutState::idle; }, "it is rolled out"));
  EXPECT_EQ(ready(), 2);
  for (const auto& [id, replica] : standing().replicas)
    EXPECT_EQ(replica.version, standing().version) << id;
  EXPECT_EQ(standing().tally.exits[static_cast<std::size_t>(ExitReason::outdated)], 2U);
  EXPECT_EQ(standing().tally.failed_in_a_row, 0U);
}

TEST_F(GivenUpTest, the_version_before_again_ends_it) {
  start_and_give_up(2);
  roll_out({});
  ASSERT_TRUE(until([&] { return standing().rollout == RolloutState::idle; }, "it is over"));
  EXPECT_EQ(living().size(), 2U);
  EXPECT_EQ(standing().tally.exits[static_cast<std::size_t>(ExitReason::outdated)], 0U);
  EXPECT_EQ(standing().tally.failed_in_a_row, 0U) << "they were of what is not in force any more";
}

TEST_F(GivenUpTest, a_changed_program_is_noticed_and_tried) {
  std::filesystem::copy_file(HEADROOM_TEST_REPLICA, file("program"));
  std::filesystem::copy_file("/bin/false", file("broken"));
  auto& run = *add_service().run;
  run.command[0] = "./program";
  run.rollout_attempts = 2;
  start(1);
  std::filesystem::rename(file("broken"), file("program"));
  configure();
  ASSERT_TRUE(until([&] { return standing().rollout == RolloutState::given_up; }, "given up"));
  EXPECT_EQ(ready(), 1);
  std::filesystem::copy_file(HEADROOM_TEST_REPLICA, file("corrected"));
  std::filesystem::rename(file("corrected"), file("program"));
  ASSERT_TRUE(until([&] { return standing().rollout == RolloutState::idle; }, "it is rolled out"));
  EXPECT_TRUE(heard("the program has changed: the roll-out is tried again"));
  EXPECT_EQ(ready(), 1);
}

TEST_F(GivenUpTest, where_the_program_before_is_gone_the_new_one_is_tried_for_what_died) {
  std::filesystem::copy_file(HEADROOM_TEST_REPLICA, file("program"));
  std::filesystem::copy_file("/bin/false", file("broken"));
  auto& run = *add_service().run;
  run.command[0] = "./program";
  run.rollout_attempts = 2;
  start(1);
  std::filesystem::rename(file("broken"), file("program"));
  configure();
  ASSERT_TRUE(until([&] { return standing().rollout == RolloutState::given_up; }, "given up"));
  kill(living().front(), SIGKILL);
  ASSERT_TRUE(until([&] { return heard("shop-4 did not start"); }, "the new one is tried"));
  EXPECT_EQ(standing().rollout, RolloutState::given_up);
  EXPECT_EQ(said_to_be_given_up(), 1);
}

TEST_F(GivenUpTest, a_service_without_a_version_before_goes_on_trying) {
  timing_.backoff.longest = 50ms;
  add_service({"--exit", "3"}).run->rollout_attempts = 2;
  open();
  configure();
  supervisor_->scale("shop", 1);
  ASSERT_TRUE(until([&] { return heard("shop-6 did not start"); }, "it is tried again and again"));
  EXPECT_EQ(said_to_be_given_up(), 0);
  EXPECT_EQ(standing().rollout, RolloutState::idle);
  EXPECT_GE(standing().tally.failed_in_a_row, 6U);
}

TEST_F(GivenUpTest, replicas_of_an_earlier_headroom_stay_although_their_command_is_not_known) {
  add_service().run->rollout_attempts = 2;
  start(2);
  supervisor_.reset();
  run_of_shop().command.insert(run_of_shop().command.end(), {"--exit", "3"});
  open();
  configure();
  ASSERT_TRUE(until([&] { return said_to_be_given_up() == 1; }, "it is given up"));
  EXPECT_EQ(ready(), 2);
  kill(living().front(), SIGKILL);
  ASSERT_TRUE(until([&] { return heard("shop-5 did not start"); }, "the new one is tried for it"));
  EXPECT_EQ(ready(), 1);
  roll_out({});
  ASSERT_TRUE(until([&] { return ready() == 2; }, "the corrected one starts"));
}

TEST_F(GivenUpTest, ends_and_failed_starts_are_counted_by_reason) {
  add_service();
  start(2);
  supervisor_->scale("shop", 1);
  ASSERT_TRUE(until([&] { return replica_count() == 1; }, "one has left"));
  const auto exits = [&](ExitReason reason) {
    return standing().tally.exits[static_cast<std::size_t>(reason)];
  };
  EXPECT_EQ(exits(ExitReason::not_needed), 1U);
  touch("unready");
  run_of_shop().ready_timeout = 100ms;
  roll_out({"--unready-while", file("unready")});
  ASSERT_TRUE(until([&] { return standing().tally.failed_in_a_row > 0; }, "it is not ready"));
  EXPECT_GE(standing().tally.failed_starts[static_cast<std::size_t>(StartFailure::not_ready)], 1U);
  EXPECT_NE(standing().tally.last_error.find("was not ready within"), std::string::npos);
  EXPECT_NE(standing().tally.last_error_at, WallTime{});
}

}  // namespace
}  // namespace headroom::supervisor

// Real replicas through their ordinary life: start, serve, drain, replacement, shutdown.
#include <filesystem>

#include "control/supervisor/fixture.h"

namespace headroom::supervisor {
namespace {

class LifecycleTest : public SupervisorTest {};

TEST_F(LifecycleTest, replicas_start_become_ready_and_are_published) {
  add_service();
  start(2);
  const auto endpoints = supervisor_->endpoints();
  ASSERT_EQ(endpoints.size(), 2U);
  EXPECT_EQ(endpoints[0].replica, "shop-1");
  EXPECT_EQ(endpoints[1].replica, "shop-2");
  EXPECT_NE(endpoints[0].address.port(), endpoints[1].address.port());
  EXPECT_TRUE(endpoints[0].healthy);
  EXPECT_TRUE(said("shop-1 is ready after "));
}

TEST_F(LifecycleTest, the_smallest_number_runs_before_anybody_scales) {
  add_service().replicas.min = 2;
  open();
  configure();
  ASSERT_TRUE(until([&] { return ready() == 2; }, "the smallest number is ready"));
}

TEST_F(LifecycleTest, a_raised_minimum_holds_before_anybody_scales) {
  add_service();
  start(1);
  config_.services[0].replicas.min = 2;
  configure();
  ASSERT_TRUE(until([&] { return ready() == 2; }, "the new smallest number is ready"));
}

TEST_F(LifecycleTest, a_snapshot_tells_phase_start_up_time_and_cost) {
  add_service();
  start(1);
  (void)supervisor_->snapshot();
  const auto services = supervisor_->snapshot();
  ASSERT_EQ(services.size(), 1U);
  EXPECT_EQ(services[0].service, "shop");
  EXPECT_EQ(services[0].wanted, 1);
  EXPECT_TRUE(services[0].events.empty()) << "they were told by the snapshot before";
  ASSERT_EQ(services[0].replicas.size(), 1U);
  const scale::ReplicaSeen& replica = services[0].replicas[0];
  EXPECT_EQ(replica.id, "shop-1");
  EXPECT_EQ(replica.phase, scale::Phase::ready);
  EXPECT_GT(replica.startup, 0s);
  EXPECT_GE(replica.age, replica.startup);
  EXPECT_GE(replica.cpu_cores, 0);
  EXPECT_GT(replica.rss_bytes, 0);
}

TEST_F(LifecycleTest, a_replica_is_not_published_before_it_says_that_it_is_ready) {
  touch("unready");
  add_service({"--unready-while", file("unready")});
  open();
  configure();
  supervisor_->scale("shop", 1);
  for (int turn = 0; turn < 20; ++turn) loop_->run_once(20ms);
  EXPECT_EQ(replica_count(), 1);
  EXPECT_EQ(ready(), 0);
  std::filesystem::remove(file("unready"));
  ASSERT_TRUE(until([&] { return ready() == 1; }, "it is ready"));
}

TEST_F(LifecycleTest, of_a_surplus_the_youngest_leaves_and_numbers_are_never_used_again) {
  add_service();
  start(3);
  supervisor_->scale("shop", 1);
  ASSERT_TRUE(until([&] { return replica_count() == 1; }, "two have left"));
  EXPECT_EQ(supervisor_->endpoints()[0].replica, "shop-1");
  EXPECT_TRUE(said("shop-3 exited with status 0"));
  supervisor_->scale("shop", 2);
  ASSERT_TRUE(until([&] { return ready() == 2; }, "one has come"));
  EXPECT_EQ(supervisor_->endpoints()[1].replica, "shop-4");
}

TEST_F(LifecycleTest, of_a_surplus_the_one_with_the_fewest_requests_leaves) {
  add_service();
  start(3);
  supervisor_->count_in_flight_by([](const std::string& service, const std::string& replica) {
    return service == "shop" && replica == "shop-2" ? 0 : 7;
  });
  supervisor_->scale("shop", 2);
  ASSERT_TRUE(until([&] { return replica_count() == 2; }, "one has left"));
  EXPECT_TRUE(heard("shop-2 is stopped: scaled in to 2"));
}

TEST_F(LifecycleTest, sigterm_waits_until_the_gateways_have_let_go) {
  add_service();
  start(1);
  acknowledging_ = false;
  supervisor_->scale("shop", 0);
  ASSERT_TRUE(until([&] { return ready() == 0; }, "it is published as draining"));
  for (int turn = 0; turn < 10; ++turn) loop_->run_once(20ms);
  ASSERT_EQ(supervisor_->endpoints().size(), 1U);
  EXPECT_EQ(supervisor_->endpoints()[0].phase, scale::Phase::draining);
  EXPECT_EQ(living().size(), 1U) << "it has not been told to stop yet";
  supervisor_->removed("shop-1");
  ASSERT_TRUE(until([&] { return living().empty(); }, "it has ended"));
}

TEST_F(LifecycleTest, a_gateway_that_never_lets_go_does_not_hold_a_replica_for_ever) {
  add_service().run->drain = 100ms;
  start(1);
  acknowledging_ = false;
  supervisor_->scale("shop", 0);
  ASSERT_TRUE(until([&] { return replica_count() == 0; }, "it has ended"));
}

TEST_F(LifecycleTest, a_replica_may_take_its_drain_time_to_end) {
  add_service({"--drain-until", file("drained")});
  start(1);
  supervisor_->scale("shop", 0);
  ASSERT_TRUE(until([&] { return ready() == 0; }, "it drains"));
  for (int turn = 0; turn < 10; ++turn) loop_->run_once(20ms);
  EXPECT_EQ(living().size(), 1U);
  touch("drained");
  ASSERT_TRUE(until([&] { return replica_count() == 0; }, "it has ended"));
  EXPECT_TRUE(said("shop-1 exited with status 0"));
}

TEST_F(LifecycleTest, a_changed_command_replaces_replicas_without_going_below_the_wanted_count) {
  add_service();
  start(3);
  EXPECT_FALSE(rolling_out());
  run_of_shop().command.push_back("--more");
  configure();
  EXPECT_TRUE(rolling_out());
  int least = 3;
  int most = 3;
  ASSERT_TRUE(until(
      [&] {
        least = std::min(least, ready());
        most = std::max(most, replica_count());
        const auto endpoints = supervisor_->endpoints();
        return endpoints.size() == 3 && endpoints[0].replica == "shop-4" &&
               endpoints[2].replica == "shop-6" && ready() == 3;
      },
      "all are replaced"));
  EXPECT_EQ(least, 3);
  EXPECT_LE(most, 4);
  EXPECT_FALSE(rolling_out());
  EXPECT_TRUE(said("shop-1 is stopped: its command or program has changed"));
}

TEST_F(LifecycleTest, a_changed_program_replaces_replicas_at_the_next_reload) {
  namespace fs = std::filesystem;
  fs::copy_file(HEADROOM_TEST_REPLICA, file("program"));
  add_service().run->command[0] = "./program";
  start(1);
  configure();
  for (int turn = 0; turn < 10; ++turn) loop_->run_once(20ms);
  EXPECT_EQ(supervisor_->endpoints()[0].replica, "shop-1") << "an equal file changes nothing";
  const std::string version = supervisor_->snapshot()[0].replicas[0].version;
  EXPECT_FALSE(version.empty());
  fs::copy_file(HEADROOM_TEST_REPLICA, file("program.new"));
  fs::rename(file("program.new"), file("program"));
  configure();
  ASSERT_TRUE(
      until([&] { return replica_count() == 1 && supervisor_->endpoints()[0].replica == "shop-2"; },
            "it is replaced"));
  EXPECT_NE(supervisor_->snapshot()[0].replicas[0].version, version) << "decisions can tell";
}

TEST_F(LifecycleTest, what_does_not_concern_the_process_changes_without_replacing_it) {
  add_service();
  start(1);
  run_of_shop().ready = "/other";
  run_of_shop().drain = 1s;
  configure();
  for (int turn = 0; turn < 20; ++turn) loop_->run_once(20ms);
  ASSERT_EQ(supervisor_->endpoints().size(), 1U);
  EXPECT_EQ(supervisor_->endpoints()[0].replica, "shop-1");
}

TEST_F(LifecycleTest, a_service_that_leaves_the_file_ends) {
  add_service();
  start(2);
  config_.services.clear();
  configure();
  ASSERT_TRUE(
      until([&] { return living().empty() && supervisor_->snapshot().empty(); }, "it has ended"));
  EXPECT_TRUE(heard("shop-1 is stopped: its service is no longer in the file"));
}

TEST_F(LifecycleTest, a_configuration_with_a_command_that_cannot_run_changes_nothing) {
  add_service();
  start(1);
  run_of_shop().command = {"./missing"};
  const auto refused = supervisor_->configure(config_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "service shop: cannot run './missing': no such file in " + folder_);
  supervisor_->scale("shop", 2);
  ASSERT_TRUE(until([&] { return ready() == 2; }, "the configuration before is still in force"));
}

TEST_F(LifecycleTest, the_output_of_a_replica_goes_to_its_file) {
  add_service({"--say", "hello from {replica}"});
  start(1);
  std::ifstream log(folder_ + "/state/logs/shop-1.log");
  std::string line;
  std::getline(log, line);
  EXPECT_EQ(line, "hello from shop-1");
}

TEST_F(LifecycleTest, shutdown_ends_every_replica_that_starts_or_serves) {
  touch("unready");
  add_service({"--unready-while", file("unready")});
  spec::Service other = config_.services[0];
  other.name = "other";
  other.run->command.resize(3);
  config_.services.push_back(other);
  open();
  configure();
  supervisor_->scale("shop", 2);
  supervisor_->scale("other", 2);
  ASSERT_TRUE(until([&] { return ready() == 2 && living().size() == 4; }, "all run"));
  shut_down();
  EXPECT_TRUE(living().empty());
  EXPECT_TRUE(heard("shop-1 is stopped: headroom stops"));
  EXPECT_TRUE(heard("other-1 is stopped: headroom stops"));
}

}  // namespace
}  // namespace headroom::supervisor

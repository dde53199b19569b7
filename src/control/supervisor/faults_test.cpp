// Real replicas that fail in every way that replicas do.
#include <fcntl.h>

#include <filesystem>

#include "control/supervisor/fixture.h"
#include "io/no_descriptors_for_test.h"

namespace headroom::supervisor {
namespace {

class FaultsTest : public SupervisorTest {};

TEST_F(FaultsTest, a_replica_that_is_killed_is_replaced) {
  add_service();
  start(2);
  const std::vector<pid_t> before = living();
  ASSERT_EQ(before.size(), 2U);
  kill(before[0], SIGKILL);
  ASSERT_TRUE(until([&] { return heard("was killed by SIGKILL"); }, "its end is noticed"));
  ASSERT_TRUE(until([&] { return ready() == 2; }, "it is replaced"));
  EXPECT_NE(living(), before);
}

TEST_F(FaultsTest, a_replica_that_never_becomes_ready_is_killed_and_tried_again) {
  touch("unready");
  add_service({"--unready-while", file("unready")}).run->ready_timeout = 200ms;
  open();
  configure();
  supervisor_->scale("shop", 1);
  ASSERT_TRUE(until([&] { return heard("shop-2 did not start"); }, "it has failed twice"));
  // On a busy machine a probe may not have ended by then.
  ASSERT_TRUE(until([&] { return heard("was not ready within 200ms (answered 503)"); },
                    "what its probe answered is told"));
  run_of_shop().ready_timeout = 60s;
  configure();
  std::filesystem::remove(file("unready"));
  ASSERT_TRUE(until([&] { return ready() == 1; }, "it is ready at last"));
}

TEST_F(FaultsTest, replicas_that_no_descriptor_is_left_to_ask_are_not_replaced) {
  timing_.health.hung_after = 100ms;
  add_service();
  start(2);
  const std::vector<pid_t> before = living();
  {
    const io::NoDescriptors none;
    const Instant end = io::monotonic_now() + 1s;  // 20 looks
    (void)until([&] { return io::monotonic_now() > end; }, "nothing");
  }
  EXPECT_FALSE(heard("unhealthy")) << all_events();
  EXPECT_EQ(living(), before);
  EXPECT_EQ(ready(), 2);
}

TEST_F(FaultsTest, a_crash_loop_waits_longer_each_time_and_shows_the_last_output) {
  add_service({"--say", "cannot open the store", "--exit", "3"});
  open();
  configure();
  supervisor_->scale("shop", 3);
  ASSERT_TRUE(until([&] { return heard("the next start is in 400ms"); },
                    "it has waited longer and longer"));
  for (const char* wait : {"in 50ms", "in 100ms", "in 200ms"}) EXPECT_TRUE(said(wait)) << wait;
  const std::string event = event_with("did not start");
  EXPECT_NE(event.find("it exited with status 3"), std::string::npos) << event;
  EXPECT_NE(event.find(": cannot open the store (log: " + folder_ + "/state/logs/shop-"),
            std::string::npos)
      << event;
  EXPECT_LE(replica_count(), 1) << "while nothing works they are tried one at a time";
}

TEST_F(FaultsTest, a_corrected_configuration_ends_the_back_off_at_once) {
  timing_.backoff.first = 1h;
  add_service({"--exit", "3"});
  open();
  configure();
  supervisor_->scale("shop", 2);
  ASSERT_TRUE(until([&] { return heard("the next start is in"); }, "it has failed"));
  run_of_shop().command.resize(3);
  configure();
  ASSERT_TRUE(until([&] { return ready() == 2; }, "it is ready"));
}

TEST_F(FaultsTest, a_program_that_disappears_is_named_and_tried_again) {
  std::filesystem::copy_file(HEADROOM_TEST_REPLICA, file("program"));
  add_service().run->command[0] = "./program";
  start(1);
  std::filesystem::rename(file("program"), file("elsewhere"));
  supervisor_->scale("shop", 2);
  ASSERT_TRUE(
      until([&] { return heard("cannot run './program': no such file"); }, "it is noticed"));
  EXPECT_EQ(ready(), 1);
  std::filesystem::rename(file("elsewhere"), file("program"));
  ASSERT_TRUE(until([&] { return ready() == 2; }, "it is there again"));
}

TEST_F(FaultsTest, a_replica_that_hangs_is_published_as_unhealthy_and_replaced) {
  timing_.probe_timeout = 200ms;
  timing_.health.hung_after = 1500ms;
  add_service({"--hang-while", file("hang-{replica}")});
  start(1);
  touch("hang-shop-1");
  ASSERT_TRUE(until([&] { return heard("shop-1 is unhealthy"); }, "it is ejected"));
  ASSERT_TRUE(
      until([&] { return heard("shop-1 is stopped: it does not answer"); }, "it is stopped"));
  EXPECT_GE(ready(), 1) << "its replacement was ready before";
  std::filesystem::remove(file("hang-shop-1"));  // so that it ends at SIGTERM
  ASSERT_TRUE(until([&] { return replica_count() == 1 && ready() == 1; }, "it has ended"));
}

TEST_F(FaultsTest, a_replica_that_says_it_cannot_serve_is_ejected_but_not_replaced) {
  timing_.health.hung_after = 100ms;
  add_service({"--unready-while", file("unready")});
  start(1);
  touch("unready");
  ASSERT_TRUE(until([&] { return !supervisor_->endpoints()[0].healthy; }, "it is ejected"));
  EXPECT_TRUE(said("shop-1 is unhealthy (answered 503): nothing is sent to it"));
  for (int turn = 0; turn < 20; ++turn) loop_->run_once(20ms);
  std::filesystem::remove(file("unready"));
  ASSERT_TRUE(until([&] { return supervisor_->endpoints()[0].healthy; }, "it is back"));
  EXPECT_EQ(supervisor_->endpoints()[0].replica, "shop-1");
  EXPECT_EQ(replica_count(), 1);
}

TEST_F(FaultsTest, the_whole_group_is_killed_when_sigterm_is_ignored) {
  add_service({"--ignore-term", "--grandchild"}).run->drain = 200ms;
  start(1);
  ASSERT_EQ(living().size(), 2U);
  supervisor_->scale("shop", 0);
  ASSERT_TRUE(until([&] { return living().empty(); }, "both have ended"));
  ASSERT_TRUE(until([&] { return heard("shop-1 was killed, 200ms after SIGTERM"); }, "it is told"));
  EXPECT_EQ(warnings_, std::vector{event_with("shop-1 was killed, 200ms after SIGTERM")});
}

TEST_F(FaultsTest, a_grandchild_that_ignores_sigterm_does_not_outlive_the_drain_of_its_replica) {
  add_service({"--grandchild", "--exit-when", file("exit")}).run->drain = 200ms;
  start(1);
  ASSERT_EQ(living().size(), 2U);
  supervisor_->scale("shop", 0);
  touch("exit");
  ASSERT_TRUE(until([&] { return living().empty(); }, "both have ended"));
}

TEST_F(FaultsTest, a_taken_port_is_skipped) {
  add_service();
  start(1);
  const std::uint16_t first = supervisor_->endpoints()[0].address.port();
  const auto next = static_cast<std::uint16_t>(first + 1);
  const auto taken = io::listen_on(io::Address::loopback(next));  // or somebody else has it
  supervisor_->scale("shop", 2);
  ASSERT_TRUE(until([&] { return ready() == 2; }, "the second is ready"));
  EXPECT_NE(supervisor_->endpoints()[1].address.port(), next);
}

TEST_F(FaultsTest, a_range_without_a_free_port_is_told_and_tried_again) {
  add_service({"--exit-when", file("exit-{replica}")});
  start(1);
  const std::uint16_t only = supervisor_->endpoints()[0].address.port();
  shut_down();
  run_of_shop().ports = {.first = only, .last = only};
  start(1);
  EXPECT_EQ(supervisor_->endpoints()[0].address.port(), only);
  supervisor_->scale("shop", 2);
  const std::string range = std::to_string(only) + "-" + std::to_string(only);
  EXPECT_TRUE(said("no port of " + range + " is free for another replica; the next start is in"));
  touch("exit-shop-2");
  EXPECT_TRUE(said("shop-3 is ready")) << "once the port is free";
}

TEST_F(FaultsTest, an_answer_from_another_process_on_its_port_does_not_make_a_replica_ready) {
  add_service();
  const std::string listen = std::string(HEADROOM_TEST_REPLICA) + " --listen {address}";
  run_of_shop().command = {"sh", "-c", "setsid -f " + listen + "; exec sleep 1000"};
  run_of_shop().ready_timeout = 500ms;
  open();
  configure();
  supervisor_->scale("shop", 1);
  ASSERT_TRUE(until([&] { return heard("did not start"); }, "it has failed"));
  EXPECT_NE(event_with("did not start").find("another process listens on 127.0.0.1:"),
            std::string::npos)
      << all_events();
  EXPECT_FALSE(heard("is ready"));
}

TEST_F(FaultsTest, output_that_cannot_be_written_does_not_keep_a_replica_from_starting) {
  add_service();
  open();
  touch("state/logs");  // a file where the folder should be
  configure();
  supervisor_->scale("shop", 1);
  ASSERT_TRUE(until([&] { return ready() == 1; }, "it is ready"));
  EXPECT_TRUE(said("cannot write " + folder_ + "/state/logs/shop-1.log"));
}

TEST_F(FaultsTest, a_second_supervisor_of_the_same_state_is_refused) {
  add_service();
  start(1);
  const auto second = Supervisor::open(*loop_, {.state_dir = folder_ + "/state"});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().message, "another headroom (process " + std::to_string(getpid()) +
                                        ") already runs with state folder " + folder_ + "/state");
}

}  // namespace
}  // namespace headroom::supervisor

// What real replicas leave behind: services behind a shell, daemons, zombies.
#include <sys/wait.h>

#include <filesystem>

#include "control/supervisor/fixture.h"
#include "io/process_orphans.h"

namespace headroom::supervisor {
namespace {

class LeftoversTest : public SupervisorTest {
 protected:
  /// `script` with REPLICA for the test replica on its address.
  spec::Run& add_shell_service(std::string script) {
    add_service();
    const std::string replica = std::string(HEADROOM_TEST_REPLICA) + " --listen {address}";
    script.replace(script.find("REPLICA"), 7, replica);
    run_of_shop().command = {"sh", "-c", script};
    return run_of_shop();
  }

  /// Behind a shell, a service that ends after SIGTERM once the file `drained` is there.
  void start_behind_shell() {
    add_shell_service("REPLICA --drain-until " + file("drained") + "; echo done");
    start(1);
    ASSERT_EQ(living().size(), 2U) << "the shell and the service";
  }

  /// Only the service is left, and goes on until it is done.
  void expect_drain() {
    ASSERT_TRUE(until([&] { return living().size() == 1; }, "the shell has ended"));
    for (int turn = 0; turn < 20; ++turn) loop_->run_once(20ms);
    EXPECT_EQ(living().size(), 1U) << "the service has its drain";
    EXPECT_EQ(replica_count(), 1);
    touch("drained");
    ASSERT_TRUE(until([&] { return living().empty() && replica_count() == 0; }, "it has ended"));
  }

  static std::size_t zombies() {
    std::size_t count = 0;
    for (const pid_t pid : io::own_children())
      if (const auto stat = io::read_process_stat(pid); stat && stat->state == 'Z') ++count;
    return count;
  }
};

TEST_F(LeftoversTest, a_service_behind_a_shell_gets_sigterm_and_its_drain) {
  start_behind_shell();
  supervisor_->scale("shop", 0);
  expect_drain();
  EXPECT_EQ(supervisor_->leftovers().looks_everywhere(), 0) << "its processes are known";
}

TEST_F(LeftoversTest, a_service_behind_a_shell_that_was_taken_over_has_its_drain) {
  start_behind_shell();
  supervisor_.reset();
  open();
  configure();
  ASSERT_TRUE(until([&] { return ready() == 1; }, "it is proved ready again"));
  supervisor_->scale("shop", 0);
  expect_drain();
}

TEST_F(LeftoversTest, a_drain_that_is_under_way_goes_on_when_it_is_taken_over) {
  start_behind_shell();
  supervisor_->scale("shop", 0);
  ASSERT_TRUE(until([&] { return living().size() == 1; }, "the shell has ended"));
  supervisor_.reset();
  open();
  configure();
  EXPECT_EQ(ready(), 0);
  expect_drain();
}

TEST_F(LeftoversTest, a_service_behind_a_shell_that_does_not_end_is_killed_after_its_drain) {
  add_shell_service("REPLICA --ignore-term; echo done").drain = 200ms;
  start(1);
  supervisor_->scale("shop", 0);
  ASSERT_TRUE(until([&] { return living().empty() && replica_count() == 0; }, "all have ended"));
  EXPECT_TRUE(said("shop-1 was killed, 200ms after SIGTERM"));
}

TEST_F(LeftoversTest, what_left_the_group_of_a_replica_ends_with_it) {
  add_shell_service("setsid -f sleep 1000; exec REPLICA");
  start(1);
  ASSERT_TRUE(until([&] { return living().size() == 2; }, "both run"));
  supervisor_->scale("shop", 0);
  ASSERT_TRUE(until([&] { return living().empty(); }, "both have ended"));
}

TEST_F(LeftoversTest, orphans_of_a_living_replica_are_reaped_and_only_when_they_have_ended) {
  add_shell_service("for i in 1 2 3; do (sh -c 'until [ -e " + file("go") +
                    " ]; do sleep 0.01; done' &) ; done; exec REPLICA");
  start(1);
  ASSERT_TRUE(until([&] { return io::look_after_orphans().size() >= 3; }, "they came here"));
  for (int turn = 0; turn < 20; ++turn) loop_->run_once(100ms);
  EXPECT_GE(living().size(), 4U) << "they belong to a replica that lives";
  touch("go");
  ASSERT_TRUE(until([&] { return living().size() == 1 && zombies() == 0; }, "none is left"));
  EXPECT_EQ(ready(), 1);
}

TEST_F(LeftoversTest, deaths_of_our_own_children_do_not_read_all_of_proc) {
  add_service();
  start(4);
  for (const pid_t pid : living()) kill(pid, SIGKILL);
  ASSERT_TRUE(until([&] { return heard("shop-8 is ready"); }, "all are replaced"));
  EXPECT_EQ(supervisor_->leftovers().looks_everywhere(), 0);
}

TEST_F(LeftoversTest, deaths_in_one_turn_read_all_of_proc_once) {
  add_service();
  const pid_t earlier = fork();
  if (earlier == 0) {
    loop_ = std::move(*io::Loop::create());
    start(5);
    touch("started");
    for (;;) loop_->run_once(1s);
  }
  EXPECT_TRUE(until([&] { return std::filesystem::exists(file("started")); }, "they have started"));
  refuse_orphans();
  kill(earlier, SIGKILL);
  waitpid(earlier, nullptr, 0);
  open();
  configure();
  ASSERT_TRUE(until([&] { return ready() == 5; }, "they are proved ready again"));
  if (io::read_process_stat(living()[0])->parent == getpid()) GTEST_SKIP() << "this is PID 1";
  for (const pid_t pid : living()) kill(pid, SIGKILL);
  const Instant deadline = io::monotonic_now() + 20s;
  while (!living().empty() && io::monotonic_now() < deadline) {
  }
  ASSERT_TRUE(until([&] { return supervisor_->leftovers().looks_everywhere() > 0; }, "it looks"));
  for (int turn = 0; turn < 10; ++turn) loop_->run_once(5ms);
  EXPECT_EQ(supervisor_->leftovers().looks_everywhere(), 1);
  ASSERT_TRUE(until([&] { return heard("shop-10 is ready"); }, "all are replaced"));
}

TEST_F(LeftoversTest, in_a_container_of_its_own_the_same_holds_for_pid_1) {
  const auto run = [&](const std::string& command) {
    return std::system(("unshare --pid --fork --mount-proc --kill-child " + command).c_str());
  };
  if (run("true 2>/dev/null") != 0)
    GTEST_SKIP() << "namespaces of processes are not permitted here";
  const std::string program = std::filesystem::canonical("/proc/self/exe");
  EXPECT_EQ(run(program + " --gtest_filter='LeftoversTest.*-*pid_1' >" + file("output") + " 2>&1"),
            0)
      << std::ifstream(file("output")).rdbuf();
}

}  // namespace
}  // namespace headroom::supervisor

// Orphans come here and are reaped; what somebody waits for is left to them.
#include "io/process_orphans.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "io/clock.h"
#include "io/folder_for_test.h"
#include "io/process.h"

namespace headroom::io {
namespace {

class OrphansTest : public testing::Test {
 protected:
  OrphansTest() { receive_orphans(); }

  static Process start(const std::string& script) {
    auto process =
        spawn({.argv = {"sh", "-c", script}, .environment = {"PATH=/usr/sbin:/usr/bin:/bin"}});
    CHECK(process.has_value());
    return std::move(*process);
  }

  static void wait_for_end(const Process& process) {
    pollfd event{process.pidfd.get(), POLLIN, 0};
    ASSERT_EQ(poll(&event, 1, 60'000), 1) << "the process did not end";
  }

  /// Every orphan there is, sooner or later.
  static bool eventually(auto&& condition) {
    const Instant deadline = monotonic_now() + std::chrono::seconds(20);
    while (monotonic_now() < deadline)
      if (condition()) return true;
    return false;
  }

  TestFolder folder_;
};

TEST_F(OrphansTest, what_a_child_leaves_behind_comes_here_and_is_reaped) {
  const std::string go = folder_.path() + "/go";
  const Process child = start("for i in 1 2 3 4 5; do (sh -c 'until [ -e " + go +
                              " ]; do sleep 0.01; done' &) ; done");
  wait_for_end(child);
  EXPECT_EQ(reap(child).text(), "exited with status 0");
  ASSERT_TRUE(eventually([] { return look_after_orphans().size() >= 5; })) << "they come here";
  (void)folder_.write("go", "");
  EXPECT_TRUE(eventually([] { return look_after_orphans().empty(); })) << "and end here";
  EXPECT_TRUE(own_children().empty()) << "none is left as a zombie";
}

TEST_F(OrphansTest, the_exit_status_of_a_child_that_somebody_holds_is_left_to_them) {
  const Process child = start("exit 3");
  wait_for_end(child);
  EXPECT_TRUE(look_after_orphans().empty());
  EXPECT_TRUE(is_child(child));
  EXPECT_EQ(reap(child).text(), "exited with status 3");
  EXPECT_FALSE(is_child(child));
}

TEST_F(OrphansTest, a_child_that_was_not_spawned_is_somebodys_once_it_is_claimed) {
  const pid_t pid = fork();
  if (pid == 0) _exit(4);
  const auto child = hold_process(pid);
  ASSERT_TRUE(child) << child.error().message;
  claim(*child);
  wait_for_end(*child);
  EXPECT_TRUE(look_after_orphans().empty());
  EXPECT_EQ(reap(*child).text(), "exited with status 4");
}

TEST_F(OrphansTest, a_child_that_nobody_holds_any_more_is_reaped_like_an_orphan) {
  const Process child = start("exit 0");
  disclaim(child);
  wait_for_end(child);
  EXPECT_TRUE(look_after_orphans().empty());
  EXPECT_FALSE(is_child(child));
}

TEST_F(OrphansTest, in_a_container_of_its_own_the_same_holds_for_pid_1) {
  const std::string inner = "unshare --pid --fork --mount-proc --kill-child ";
  const Process may = start(inner + "true");
  wait_for_end(may);
  if (reap(may).text() != "exited with status 0")
    GTEST_SKIP() << "namespaces of processes are not permitted here";
  const std::string program = std::filesystem::canonical("/proc/self/exe");
  const Process tests = start(inner + program + " --gtest_filter=OrphansTest.*-*pid_1 >" +
                              folder_.path() + "/output 2>&1");
  wait_for_end(tests);
  std::ifstream output(folder_.path() + "/output");
  EXPECT_EQ(reap(tests).text(), "exited with status 0")
      << std::string(std::istreambuf_iterator<char>(output), {});
}

}  // namespace
}  // namespace headroom::io

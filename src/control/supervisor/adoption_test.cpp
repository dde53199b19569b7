// A supervisor that goes away without a word, and the next one that finds its replicas.
#include <sys/wait.h>

#include <filesystem>

#include "control/supervisor/fixture.h"

namespace headroom::supervisor {
namespace {

class AdoptionTest : public SupervisorTest {
 protected:
  /// What a crash leaves: replicas run, nobody looks after them.
  void crash() {
    supervisor_.reset();
    events_.clear();
  }
};

TEST_F(AdoptionTest, replicas_are_taken_over_with_their_pids_names_and_ages) {
  add_service();
  start(3);
  const std::vector<pid_t> before = living();
  const auto endpoints = supervisor_->endpoints();
  crash();
  EXPECT_EQ(living(), before);
  open();
  configure();
  ASSERT_TRUE(until([&] { return ready() == 3; }, "all are proved ready again"));
  EXPECT_EQ(living(), before);
  const auto after = supervisor_->endpoints();
  ASSERT_EQ(after.size(), 3U);
  for (std::size_t i = 0; i < after.size(); ++i) {
    EXPECT_EQ(after[i].replica, endpoints[i].replica);
    EXPECT_EQ(after[i].address.text(), endpoints[i].address.text());
  }
  const auto seen = supervisor_->snapshot()[0].replicas;
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_GT(seen[0].age, 0s);
  EXPECT_EQ(seen[0].startup, 0s) << "how long it took is not known";
}

TEST_F(AdoptionTest, replicas_outlive_the_process_that_started_them) {
  add_service();
  const pid_t earlier = fork();
  if (earlier == 0) {
    loop_ = std::move(*io::Loop::create());
    start(2);
    touch("started");
    for (;;) loop_->run_once(1s);
  }
  EXPECT_TRUE(until([&] { return std::filesystem::exists(file("started")); }, "they have started"));
  refuse_orphans();
  kill(earlier, SIGKILL);
  waitpid(earlier, nullptr, 0);
  const std::vector<pid_t> before = living();
  ASSERT_EQ(before.size(), 2U);
  open();
  configure();
  ASSERT_TRUE(until([&] { return ready() == 2; }, "both are proved ready again"));
  EXPECT_EQ(living(), before);
  kill(before[0], SIGKILL);
  ASSERT_TRUE(until([&] { return heard(" ended after "); }, "its end is noticed"));
  supervisor_->scale("shop", 0);
  ASSERT_TRUE(until([&] { return living().empty(); }, "they end when they are told to"));
}

TEST_F(AdoptionTest, what_runs_is_kept_until_somebody_scales_and_new_numbers_follow_the_old) {
  add_service().replicas.min = 1;
  start(3);
  crash();
  open();
  configure();
  ASSERT_TRUE(until([&] { return ready() == 3; }, "all are proved ready again"));
  supervisor_->scale("shop", 4);
  ASSERT_TRUE(until([&] { return ready() == 4; }, "one more is ready"));
  EXPECT_EQ(supervisor_->endpoints()[3].replica, "shop-4");
  supervisor_->scale("shop", 1);
  ASSERT_TRUE(until([&] { return living().size() == 1; }, "those taken over end like others"));
}

TEST_F(AdoptionTest, on_trial_nothing_that_was_taken_over_is_stopped) {
  add_service({"--unready-while", file("unready")});
  start(3);
  const std::vector<pid_t> before = living();
  crash();
  on_trial_ = true;
  config_.services.front().replicas.max = 2;
  run_of_shop().ready_timeout = 100ms;
  touch("unready");
  open();
  configure();
  for (int i = 0; i < 30; ++i) loop_->run_once(20ms);
  EXPECT_EQ(living(), before) << "neither as surplus nor for not being ready in time";
  std::filesystem::remove(file("unready"));
  ASSERT_TRUE(until([&] { return ready() == 3; }, "they are ready, late"));
  EXPECT_EQ(living(), before);
  supervisor_->trial_is_over();
  ASSERT_TRUE(until([&] { return living().size() == 2; }, "the surplus one is stopped"));
}

TEST_F(AdoptionTest, a_replica_that_ended_meanwhile_is_replaced) {
  add_service();
  start(2);
  crash();
  const pid_t victim = living()[0];
  kill(victim, SIGKILL);
  ASSERT_TRUE(until([&] { return living().size() == 1; }, "it has ended"));
  open();
  configure();
  supervisor_->scale("shop", 2);
  ASSERT_TRUE(until([&] { return ready() == 2; }, "there are two again"));
  EXPECT_EQ(living().size(), 2U);
}

TEST_F(AdoptionTest, what_a_dead_replica_left_behind_is_killed) {
  add_service({"--grandchild"}).run->drain = 200ms;
  start(1);
  ASSERT_EQ(living().size(), 2U);
  const auto found = find_replicas([&] {
    for (const std::string& entry : io::read_environment(living()[0]))
      if (entry.starts_with("HEADROOM_OWNER=")) return entry.substr(15);
    return std::string();
  }());
  ASSERT_EQ(found.size(), 1U) << "a grandchild is no replica";
  const pid_t leader = found[0].process.pid;
  crash();
  kill(leader, SIGKILL);
  ASSERT_TRUE(until([&] { return living().size() == 1; }, "only the grandchild is left"));
  open();
  configure();
  ASSERT_TRUE(until([&] { return living().empty(); }, "the grandchild has ended"));
}

TEST_F(AdoptionTest, replicas_of_a_service_that_left_the_file_end) {
  add_service();
  start(2);
  crash();
  config_.services.clear();
  open();
  configure();
  ASSERT_TRUE(until([&] { return living().empty(); }, "they have ended"));
}

TEST_F(AdoptionTest, a_command_that_changed_meanwhile_replaces_them_one_by_one) {
  add_service();
  start(2);
  crash();
  run_of_shop().command.push_back("--more");
  open();
  configure();
  ASSERT_TRUE(until([&] { return ready() >= 2; }, "the old ones serve on"));
  int least = 2;
  ASSERT_TRUE(until(
      [&] {
        least = std::min(least, ready());
        const auto endpoints = supervisor_->endpoints();
        return endpoints.size() == 2 && endpoints[0].replica == "shop-3" &&
               endpoints[1].replica == "shop-4";
      },
      "both are replaced"));
  EXPECT_EQ(least, 2);
}

TEST_F(AdoptionTest, one_more_than_is_wanted_is_stopped) {
  add_service();
  start(3);
  crash();
  config_.services[0].replicas.max = 2;
  open();
  configure();
  ASSERT_TRUE(until([&] { return living().size() == 2 && ready() == 2; }, "one has ended"));
}

}  // namespace
}  // namespace headroom::supervisor

// Limits of replicas, kept by the kernel or by a look each second, whichever this machine has.
#include "control/supervisor/confinement.h"
#include "control/supervisor/fixture.h"

namespace headroom::supervisor {
namespace {

spec::Config limited(std::int64_t memory_bytes, double cpu_cores) {
  spec::Run run;
  run.limits = {.memory_bytes = memory_bytes, .cpu_cores = cpu_cores, .open_files = 0};
  spec::Service service;
  service.name = "shop";
  service.run = run;
  spec::Config config;
  config.services.push_back(service);
  return config;
}

TEST(WeakLimitsTest, what_the_kernel_does_not_keep_is_told_for_each_service_that_states_it) {
  const Kept all{.memory = true, .cpu = true, .why_not = {}};
  const Kept none{.memory = false, .cpu = false, .why_not = "there is no tree"};
  struct Case {
    spec::Config config;
    Kept kept;
    std::vector<std::string> told;
  };
  const std::string cpu = "run.limits.cpu does not hold here: there is no tree";
  const std::string memory =
      "run.limits.memory is kept by a look each second, not by the kernel: there is no tree";
  const Case cases[] = {
      {limited(0, 0), none, {}},
      {limited(1 << 20, 1), all, {}},
      {limited(0, 1), none, {cpu}},
      {limited(1 << 20, 0), none, {memory}},
      {limited(1 << 20, 1), none, {cpu, memory}},
  };
  for (const Case& c : cases) {
    std::vector<std::string> told;
    for (const control::Event& event : weak_limits(c.config, c.kept)) {
      EXPECT_EQ(event.service, "shop");
      told.push_back(event.text);
    }
    EXPECT_EQ(told, c.told);
  }
}

class LimitsTest : public SupervisorTest {
 protected:
  static constexpr std::int64_t less_than_growth = 256 << 20;
};

TEST_F(LimitsTest, a_program_that_maps_far_more_than_it_uses_runs) {
  add_service({"--reserve"}).run->limits.memory_bytes = less_than_growth;
  start(1);
  EXPECT_EQ(ready(), 1);
}

TEST_F(LimitsTest, a_replica_that_takes_more_memory_than_it_may_is_killed_told_and_replaced) {
  add_service({"--grow-when", file("grow-{replica}")}).run->limits.memory_bytes = less_than_growth;
  start(2);
  touch("grow-shop-1");
  ASSERT_TRUE(said("shop-1 was killed: it "));
  EXPECT_NE(event_with("shop-1 was killed").find("256MiB"), std::string::npos) << all_events();
  ASSERT_TRUE(until([&] { return ready() == 2; }, "it is replaced"));
  EXPECT_FALSE(heard("shop-2 was killed"));
  const Tally tally = supervisor_->snapshot().front().standing.tally;
  EXPECT_EQ(tally.exits[static_cast<std::size_t>(ExitReason::memory)], 1U);
  EXPECT_EQ(tally.exits[static_cast<std::size_t>(ExitReason::signal)], 0U);
}

TEST_F(LimitsTest, what_a_replica_starts_counts_and_ends_with_it) {
  add_service();
  run_of_shop().limits.memory_bytes = less_than_growth;
  const std::string replica = std::string(HEADROOM_TEST_REPLICA) + " --listen {address}";
  run_of_shop().command = {"sh", "-c", replica + " --grow-when " + file("grow") + " & wait"};
  start(1);
  const std::vector<pid_t> before = living();
  ASSERT_EQ(before.size(), 2U);
  touch("grow");
  ASSERT_TRUE(said("shop-1 was killed: it "));
  std::filesystem::remove(file("grow"));
  ASSERT_TRUE(until([&] { return ready() == 1 && living().size() == 2; }, "it is replaced"));
  for (const pid_t pid : living())
    EXPECT_EQ(std::ranges::count(before, pid), 0) << pid << " is of the first one";
}

TEST_F(LimitsTest, a_replica_that_was_taken_over_keeps_its_limit) {
  add_service({"--grow-when", file("grow")}).run->limits.memory_bytes = less_than_growth;
  start(1);
  supervisor_.reset();
  open();
  configure();
  ASSERT_TRUE(until([&] { return ready() == 1; }, "it is taken over"));
  touch("grow");
  ASSERT_TRUE(said("shop-1 was killed: it "));
  std::filesystem::remove(file("grow"));
}

TEST_F(LimitsTest, how_they_are_kept_is_told_once) {
  add_service().run->limits = {.memory_bytes = 1 << 30, .cpu_cores = 1, .open_files = 0};
  start(1);
  const std::size_t expected = weak_limits(config_, expected_confinement()).size();
  configure();
  run_of_shop().ready_every = 30ms;
  configure();
  ASSERT_TRUE(until([&] { return ready() == 1; }, "it serves"));
  const auto told = std::ranges::count_if(events_, [](const std::string& event) {
    return event.find("run.limits.") != std::string::npos;
  });
  EXPECT_EQ(told, static_cast<std::ptrdiff_t>(expected));
}

}  // namespace
}  // namespace headroom::supervisor

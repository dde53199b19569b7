// Cgroups: where they are, what is written and read; and a real one where this machine has one.
#include "io/cgroup.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <filesystem>

#include "io/clock.h"
#include "io/file.h"
#include "io/process.h"

namespace headroom::io {
namespace {

TEST(CgroupTest, the_folder_of_a_process_is_found_through_the_mounts) {
  constexpr std::string_view unified =
      "30 25 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
  constexpr std::string_view hybrid =
      "31 25 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
      "42 25 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";
  constexpr std::string_view container =
      "900 800 0:26 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw\n";
  struct Case {
    std::string_view proc_cgroup;
    std::string_view mountinfo;
    std::optional<std::string> folder;
  };
  const Case cases[] = {
      {"0::/system.slice/headroom.service\n", unified,
       "/sys/fs/cgroup/system.slice/headroom.service"},
      {"0::/\n", unified, "/sys/fs/cgroup"},
      {"4:memory:/x\n1:name=systemd:/y\n0::/z\n", hybrid, "/sys/fs/cgroup/unified/z"},
      {"0::/docker/abc/headroom\n", container, "/sys/fs/cgroup/headroom"},
      {"0::/docker/abcd\n", container, std::nullopt},
      {"0::/../elsewhere\n", unified, std::nullopt},
      {"4:memory:/x\n", unified, std::nullopt},
      {"0::/x\n", "31 25 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n",
       std::nullopt},
      {"0::/x\n", "", std::nullopt},
      {"", unified, std::nullopt},
  };
  for (const Case& c : cases) EXPECT_EQ(cgroup_folder(c.proc_cgroup, c.mountinfo), c.folder);
}

TEST(CgroupTest, cores_are_a_share_of_a_tenth_of_a_second) {
  EXPECT_EQ(cpu_max_text(1), "100000 100000");
  EXPECT_EQ(cpu_max_text(0.01), "1000 100000");
  EXPECT_EQ(cpu_max_text(2.5), "250000 100000");
}

TEST(CgroupTest, files_end_with_the_end_of_a_line) {
  for (const char* content : {"cpuset cpu memory pids\n", "memory cpu\n", "cpu memory\n"}) {
    EXPECT_TRUE(lists_controller(content, "memory")) << content;
    EXPECT_TRUE(lists_controller(content, "cpu")) << content;
  }
  EXPECT_FALSE(lists_controller("cpuset pids\n", "cpu"));
  EXPECT_FALSE(lists_controller("\n", "cpu"));
  EXPECT_EQ(parse_memory_limit("67108864\n"), 64 << 20);
  EXPECT_EQ(parse_memory_limit("max\n"), std::nullopt);
  EXPECT_EQ(parse_memory_limit(""), std::nullopt);
}

TEST(CgroupTest, a_kill_for_want_of_memory_is_told_from_pressure) {
  EXPECT_TRUE(tells_of_oom_kill("low 0\nhigh 0\nmax 7\noom 1\noom_kill 2\noom_group_kill 1\n"));
  EXPECT_FALSE(tells_of_oom_kill("low 0\nhigh 0\nmax 7\noom 1\noom_kill 0\n"));
  EXPECT_FALSE(tells_of_oom_kill(""));
}

/// Ends by itself, or is killed for its memory: dd fills a buffer with what it reads.
ExitStatus take_256_mebibytes(const Cgroup& in) {
  const Result<Fd> entrance = in.entrance();
  EXPECT_TRUE(entrance) << entrance.error().message;
  const auto greedy = spawn({.argv = {"dd", "if=/dev/zero", "of=/dev/null", "bs=256M", "count=1"},
                             .environment = {"PATH=/usr/bin:/bin"},
                             .cgroup = entrance ? entrance->get() : -1});
  EXPECT_TRUE(greedy) << greedy.error().message;
  if (!greedy) return {};
  pollfd event{greedy->pidfd.get(), POLLIN, 0};
  EXPECT_EQ(poll(&event, 1, 20'000), 1) << "it did not end";
  return reap(*greedy);
}

TEST(CgroupTest, a_program_over_its_memory_is_killed_by_the_kernel_and_its_cgroup_goes) {
  auto tree = CgroupTree::find();
  if (!tree) GTEST_SKIP() << "no cgroup here that may be divided: " << tree.error().message;
  const Result<> taken = tree->take();
  ASSERT_TRUE(taken) << taken.error().message;
  if (!tree->limits_memory()) GTEST_SKIP() << "no cgroup here that limits memory";
  EXPECT_TRUE(CgroupTree::find()) << "from where this process is now";
  const auto small = tree->make("test-1", {.memory_bytes = 64 << 20, .cpu_cores = 0.5});
  const auto large = tree->make("test-2", {.memory_bytes = 512 << 20, .cpu_cores = 0});
  ASSERT_TRUE(small && large);
  EXPECT_EQ(small->memory_limit(), 64 << 20);
  EXPECT_EQ(take_256_mebibytes(*small).text(), "was killed by SIGKILL");
  EXPECT_EQ(take_256_mebibytes(*large).text(), "exited with status 0");
  EXPECT_TRUE(small->ran_out_of_memory());
  EXPECT_FALSE(large->ran_out_of_memory());
  small->end();
  large->end();
  const Instant deadline = monotonic_now() + std::chrono::seconds(20);
  const auto is_there = [](const Cgroup& one) { return std::filesystem::exists(one.folder()); };
  while ((is_there(*small) || is_there(*large)) && monotonic_now() < deadline) tree->sweep();
  EXPECT_FALSE(is_there(*small) || is_there(*large));
}

TEST(CgroupTest, a_limit_of_cores_is_a_quota_that_the_kernel_keeps) {
  auto tree = CgroupTree::find();
  if (!tree) GTEST_SKIP() << "no cgroup here that may be divided: " << tree.error().message;
  const Result<> taken = tree->take();
  ASSERT_TRUE(taken) << taken.error().message;
  if (!tree->limits_cpu()) GTEST_SKIP() << "no cgroup here that limits CPU";
  const auto half = tree->make("test-half", {.memory_bytes = 0, .cpu_cores = 0.5});
  ASSERT_TRUE(half) << half.error().message;
  const auto quota = read_file(half->folder() + "/cpu.max");
  ASSERT_TRUE(quota) << quota.error().message;
  EXPECT_EQ(*quota, "50000 100000\n");
  half->end();
}

}  // namespace
}  // namespace headroom::io

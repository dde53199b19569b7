// /proc as the kernel writes it, and of this very process.
#include "io/proc.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "io/clock.h"
#include "io/process.h"
#include "io/socket.h"

namespace headroom::io {
namespace {

TEST(ProcTest, a_stat_line_is_read_whatever_the_name_of_the_program) {
  const auto stat = parse_process_stat(
      "42 (a) b (c)) S 7 42 41 0 -1 4194304 1 0 0 0 150 50 0 0 20 0 1 0 98765 1000 25 "
      "18446744073709551615 1 1 0\n");
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->pid, 42);
  EXPECT_EQ(stat->state, 'S');
  EXPECT_EQ(stat->parent, 7);
  EXPECT_EQ(stat->group, 42);
  EXPECT_EQ(stat->session, 41);
  EXPECT_EQ(stat->start_ticks, 98765U);
  EXPECT_EQ(seconds(stat->cpu) * static_cast<double>(sysconf(_SC_CLK_TCK)), 200.0);
  EXPECT_EQ(stat->rss_bytes, 25 * sysconf(_SC_PAGESIZE));
  EXPECT_FALSE(parse_process_stat("42 (short) S 1"));
  EXPECT_FALSE(parse_process_stat(""));
}

TEST(ProcTest, this_process_is_found_with_its_memory_and_age) {
  const auto stat = read_process_stat(getpid());
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->parent, getppid());
  EXPECT_EQ(stat->group, getpgrp());
  EXPECT_GT(stat->rss_bytes, 0);
  EXPECT_GE(age_of(*stat).count(), 0);
  EXPECT_LT(seconds(age_of(*stat)), 3600);
  const auto pids = all_processes();
  EXPECT_TRUE(std::binary_search(pids.begin(), pids.end(), getpid()));
}

TEST(ProcTest, the_environment_of_a_process_is_what_it_was_started_with) {
  const auto process =
      spawn({.argv = {"sleep", "60"}, .environment = {"PATH=/usr/bin:/bin", "NAME=a=b c"}});
  ASSERT_TRUE(process) << process.error().message;
  const std::vector<std::string> expected{"PATH=/usr/bin:/bin", "NAME=a=b c"};
  // The kernel lays the environment out a moment after exec has let the parent go on.
  const Instant deadline = monotonic_now() + std::chrono::seconds(20);
  while (read_environment(process->pid).empty() && monotonic_now() < deadline) {
  }
  EXPECT_EQ(read_environment(process->pid), expected);
  send_signal(*process, SIGKILL);
  waitpid(process->pid, nullptr, 0);
  EXPECT_TRUE(read_environment(process->pid).empty());
  EXPECT_FALSE(read_process_stat(process->pid));
}

TEST(ProcTest, only_listening_sockets_that_loopback_reaches_count) {
  const std::string table =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout\n"
      "   0: 0100007F:4E20 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 111 1\n"
      "   1: 00000000:4E20 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 222 1\n"
      "   2: 0200A8C0:4E20 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 333 1\n"
      "   3: 0100007F:4E21 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 444 1\n"
      "   4: 0100007F:4E20 0100007F:9999 01 00000000:00000000 00:00000000 00000000 0 0 555 1\n";
  EXPECT_EQ(parse_listeners(table, 20000), (std::vector<std::uint64_t>{111, 222}));
  EXPECT_EQ(parse_listeners(table, 20001), (std::vector<std::uint64_t>{444}));
  EXPECT_EQ(parse_listeners(table, 20000, Reach::by_any_address),
            (std::vector<std::uint64_t>{111, 222, 333}));
  EXPECT_TRUE(parse_listeners(table, 1).empty());
}

TEST(ProcTest, a_listening_socket_belongs_to_the_group_that_holds_it) {
  const auto listener = listen_on(Address::loopback(0));
  ASSERT_TRUE(listener) << listener.error().message;
  const std::uint16_t port = local_address(listener->get())->port();
  const auto other = spawn({.argv = {"sleep", "60"}, .environment = {"PATH=/usr/bin:/bin"}});
  ASSERT_TRUE(other) << other.error().message;
  EXPECT_EQ(listener_on(port, getpgrp()), Listener::members);
  EXPECT_EQ(listener_on(port, other->pid), Listener::others);
  send_signal(*other, SIGKILL);
  waitpid(other->pid, nullptr, 0);
}

TEST(ProcTest, a_port_where_nobody_listens_belongs_to_nobody) {
  std::uint16_t port = 0;
  {
    const auto listener = listen_on(Address::loopback(0));
    ASSERT_TRUE(listener) << listener.error().message;
    port = local_address(listener->get())->port();
  }
  EXPECT_EQ(listener_on(port, getpgrp()), Listener::none);
}

TEST(ProcTest, the_share_of_shared_memory_is_read) {
  EXPECT_EQ(parse_proportional_bytes("55e0-7ffd ---p 00000000 00:00 0  [rollup]\nRss:  900 kB\n"
                                     "Pss:                 412 kB\nPss_Dirty:  100 kB\n"),
            412 * 1024);
  EXPECT_EQ(parse_proportional_bytes("Rss:  900 kB\n"), std::nullopt);
  EXPECT_EQ(parse_proportional_bytes("Pss: much\n"), std::nullopt);
  EXPECT_EQ(parse_proportional_bytes(""), std::nullopt);
}

TEST(ProcTest, what_a_process_shares_with_its_descendants_counts_once) {
  constexpr std::size_t bytes = 64 << 20;
  std::vector<char> shared(bytes, 'x');
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    if (fork() == 0) (void)!write(ends[1], "x", 1);
    for (;;) pause();
  }
  char byte = 0;
  ASSERT_EQ(read(ends[0], &byte, 1), 1) << "the grandchild runs";
  const std::vector<pid_t> all = with_descendants(child);
  EXPECT_EQ(all.size(), 2U);
  const std::int64_t each = resident_bytes(all);
  const std::int64_t once = resident_bytes_once(all);
  for (const pid_t pid : all) kill(pid, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_GT(each, static_cast<std::int64_t>(2 * bytes * 9 / 10));
  // A third of it is this process's. Not compared with `bytes`: a sanitizer's shadow is shared too.
  EXPECT_LT(once, each / 2);
  EXPECT_EQ(shared[bytes - 1], 'x');
}

}  // namespace
}  // namespace headroom::io

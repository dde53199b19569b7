// The journal when writes fail, when the disk is full, and after SIGKILL.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "control/journal/journal.h"
#include "control/journal/journal_for_test.h"

namespace headroom::control {
namespace {

using JournalFault = JournalTest;

/// Until it is lifted no file may grow past `bytes`: a write fails as it does on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit now = before_;
    now.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &now);
  }
  ~FileSizeLimit() { lift(); }
  void lift() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST_F(JournalFault, when_writes_fail_it_says_so_loses_only_what_has_no_room_and_marks_the_gap) {
  auto journal = open(path_);
  ASSERT_TRUE(journal->wait_committed(journal->record(tick(1), {}, checkpoint("start")), patience));
  ASSERT_TRUE(journal->healthy());
  int last = 1;
  Ticket waiting = 0;
  {
    FileSizeLimit limit(0);
    waiting = journal->record(tick(++last), {});
    ASSERT_TRUE(eventually([&] { return !journal->healthy(); }));
    EXPECT_FALSE(journal->wait_committed(waiting, 1ms));
    EXPECT_FALSE(journal->status().problem.empty());
    while (journal->status().lost < 10) journal->record(tick(++last), {});
    EXPECT_EQ(journal->status().queued, Journal::queue_limit);
    EXPECT_EQ(journal->checkpoint_due(Instant(1s)), "gap");
  }
  EXPECT_TRUE(journal->wait_committed(waiting, patience)) << "what waited is written late";
  ASSERT_TRUE(eventually([&] { return journal->healthy(); }));
  ASSERT_TRUE(
      journal->wait_committed(journal->record(tick(++last), {}, checkpoint("gap")), patience));
  journal.reset();

  const auto ticks = all(path_);
  ASSERT_EQ(ticks.size(), 1 + Journal::queue_limit + 1);
  EXPECT_TRUE(ticks.back().after_loss);
  EXPECT_EQ(ticks.back().checkpoint->reason, "gap");
  auto reader = JournalReader::open(path_);
  const auto gaps = reader->gaps({});
  ASSERT_EQ(gaps->size(), 2U);
  EXPECT_EQ((*gaps)[0].lost, 0) << "the time in which ticks were late";
  EXPECT_EQ((*gaps)[0].from, start + 2s);
  EXPECT_EQ((*gaps)[1].lost, 10);
  EXPECT_EQ((*gaps)[1].to, start + (last - 1) * 1s);
  EXPECT_FALSE((*gaps)[1].reason.empty());
}

TEST_F(JournalFault, a_really_full_disk_stops_it_and_room_heals_it) {
  const auto disk = folder_ / "disk";
  std::filesystem::create_directory(disk);
  if (mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=2m") != 0)
    GTEST_SKIP() << "mounting needs root; the failing writes above need nothing";
  {
    const std::string path = disk / "headroom.journal";
    auto journal = open(path);
    ASSERT_TRUE(journal->wait_committed(journal->record(tick(1), {}), patience));
    {
      std::ofstream ballast(disk / "ballast");
      const std::string block(1 << 16, 'b');
      while (ballast.write(block.data(), static_cast<std::streamsize>(block.size()))) {
      }
    }
    int last = 1;
    while (journal->healthy() && last < 2000) {
      (void)journal->wait_committed(journal->record(tick(++last, 20'000), {}), 5ms);
    }
    EXPECT_FALSE(journal->healthy());
    EXPECT_NE(journal->status().problem.find("full"), std::string::npos)
        << journal->status().problem;
    std::filesystem::remove(disk / "ballast");
    EXPECT_TRUE(eventually([&] { return journal->healthy(); }));
    journal.reset();
    EXPECT_EQ(all(path).size(), static_cast<std::size_t>(last));
  }
  umount2(disk.c_str(), MNT_DETACH);
}

TEST_F(JournalFault, a_disk_that_is_full_from_the_start_is_no_reason_not_to_run) {
  std::unique_ptr<Journal> journal;
  {
    FileSizeLimit limit(0);
    journal = open(path_);
    ASSERT_NE(journal, nullptr);
    EXPECT_FALSE(journal->healthy());
  }
  const Ticket ticket = journal->record(tick(1), {}, checkpoint("start"));
  EXPECT_TRUE(journal->wait_committed(ticket, patience));
  EXPECT_TRUE(eventually([&] { return journal->healthy(); }));
}

TEST_F(JournalFault, every_tick_said_to_be_committed_survives_sigkill) {
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto journal = Journal::open(path_, {}, start);
    for (std::int64_t i = 1; journal && i < 1'000'000; ++i) {
      const Ticket ticket = (*journal)->record(tick(i, 2000), {});
      if (!(*journal)->wait_committed(ticket, patience)) break;
      if (write(pipe_ends[1], &i, sizeof i) != sizeof i) break;
    }
    _exit(1);
  }
  close(pipe_ends[1]);
  std::int64_t committed = 0;
  while (committed < 300 && read(pipe_ends[0], &committed, sizeof committed) == sizeof committed) {
  }
  ASSERT_EQ(committed, 300);
  kill(child, SIGKILL);
  while (read(pipe_ends[0], &committed, sizeof committed) == sizeof committed) {
  }
  close(pipe_ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));

  const auto ticks = all(path_);
  ASSERT_GE(ticks.size(), static_cast<std::size_t>(committed));
  ASSERT_LE(ticks.size(), static_cast<std::size_t>(committed) + 1);
  for (std::size_t i = 0; i < ticks.size(); ++i)
    ASSERT_EQ(ticks[i].seen.services[0].arrivals, i + 1);
  auto sqlite = sqlite::Connection::open(path_, sqlite::Access::write);
  EXPECT_TRUE(sqlite->run("PRAGMA integrity_check"));
  auto check = sqlite->prepare("PRAGMA integrity_check");
  ASSERT_TRUE(*check->step());
  EXPECT_EQ(check->text(0), "ok");
}

}  // namespace
}  // namespace headroom::control

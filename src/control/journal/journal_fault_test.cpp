// The journal when writes fail, when the disk is full, and after SIGKILL.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>

#include "control/journal/journal.h"
#include "control/journal/journal_for_test.h"
#include "control/journal/store_file.h"

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

TEST_F(JournalFault, what_was_learned_and_does_not_fit_is_left_out_told_and_costs_no_tick) {
  auto journal = open(path_, {.max_bytes = 1 << 20});
  Checkpoint large = checkpoint("start");
  large.state.services["shop"].demand.resize(100'000, {.seconds = 1, .per_second = 0.123456789});
  large.model.services["shop"];
  ASSERT_TRUE(journal->wait_committed(journal->record(tick(1), {}, large), patience));
  EXPECT_EQ(journal->status().cramped,
            "what was learned does not fit into journal.max_size of 1 MiB");
  EXPECT_TRUE(journal->healthy());
  for (int i = 2; i <= 20; ++i)
    ASSERT_TRUE(journal->wait_committed(journal->record(tick(i), {}), patience));
  Checkpoint small = checkpoint("periodic");
  small.model.services["shop"];
  ASSERT_TRUE(journal->wait_committed(journal->record(tick(21), {}, small), patience));
  EXPECT_EQ(journal->status().cramped, "");
  journal.reset();
  EXPECT_EQ(all(path_).size(), 21U);
}

TEST_F(JournalFault, a_full_file_makes_room_for_whatever_comes) {
  auto journal = open(path_, {.max_bytes = 1 << 20});
  int last = 0;
  for (; last < 2000;)
    ASSERT_TRUE(journal->wait_committed(journal->record(tick(++last, 300), {}), patience));
  // A thousand times as much as what goes for each.
  ASSERT_TRUE(journal->wait_committed(journal->record(tick(++last, 300'000), {}), patience))
      << journal->status().problem;
  journal.reset();
  EXPECT_EQ(all(path_).back().seen, tick(last, 300'000));
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

/// Overwrites the first page of a table.
void break_table(const std::string& path, const std::string& table) {
  auto sqlite = sqlite::Connection::open(path, sqlite::Access::read);
  const auto page =
      sqlite->integer("SELECT rootpage FROM sqlite_schema WHERE name='" + table + "'");
  ASSERT_TRUE(page && *page > 1);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp((*page - 1) * Store::page_bytes);
  file << std::string(Store::page_bytes, '\x5a');
}

TEST_F(JournalFault, a_broken_page_behind_the_schema_is_damage_to_who_asks_before_a_start_too) {
  open(path_).reset();
  EXPECT_FALSE(is_damaged(path_));
  break_table(path_, "meta");
  EXPECT_TRUE(is_damaged(path_)) << "a check would refuse it, and a start with it";
  auto journal = open(path_);
  ASSERT_NE(journal, nullptr);
  EXPECT_TRUE(std::filesystem::exists(path_ + ".damaged"));
}

TEST_F(JournalFault, a_page_that_turns_out_broken_costs_the_file_and_not_the_journal) {
  {
    auto journal = open(path_);
    for (int i = 1; i <= 50; ++i)
      ASSERT_TRUE(journal->wait_committed(journal->record(tick(i), {}), patience));
  }
  break_table(path_, "seen");
  std::atomic<int> told = 0;
  auto journal = open(path_, {.on_note = [&told](const std::string&) { ++told; }}, start + 1h);
  ASSERT_NE(journal, nullptr);
  ASSERT_TRUE(
      journal->wait_committed(journal->record(tick(100), {}, checkpoint("start")), patience))
      << journal->status().problem;
  EXPECT_NE(journal->status().note.find("it is kept as " + path_ + ".damaged"), std::string::npos)
      << journal->status().note;
  EXPECT_EQ(told, 1);
  EXPECT_EQ(journal->checkpoint_due(Instant(100s)), "gap") << "for replays to begin with";
  for (int i = 101; i <= 110; ++i)
    ASSERT_TRUE(journal->wait_committed(journal->record(tick(i), {}), patience));
  EXPECT_TRUE(journal->healthy());
  journal.reset();
  EXPECT_TRUE(std::filesystem::exists(path_ + ".damaged"));
  EXPECT_EQ(all(path_).size(), 11U);
  auto reader = JournalReader::open(path_);
  const auto gaps = reader->gaps({});
  ASSERT_EQ(gaps->size(), 1U);
  EXPECT_NE((*gaps)[0].reason.find("malformed"), std::string::npos) << (*gaps)[0].reason;
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

// The journal under everything that happens to a file: growth, a full disk, SIGKILL, a slow reader.
#include "control/journal/journal.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "control/journal/reader.h"

namespace headroom::control {
namespace {

using namespace std::chrono_literals;

constexpr Duration patience = 30s;  // for what must happen, also under a sanitizer

class JournalTest : public testing::Test {
 protected:
  ~JournalTest() override { std::filesystem::remove_all(folder_); }

  static std::filesystem::path make_folder() {
    std::string pattern = std::filesystem::temp_directory_path() / "headroom-journal-XXXXXX";
    return mkdtemp(pattern.data());
  }

  std::filesystem::path folder_ = make_folder();
  std::string path_ = folder_ / "headroom.journal";
};

constexpr WallTime start = wall_from_unix_ns(1'800'000'000'000'000'000);

/// Tick number `i`, one second after the one before, of about `bytes`.
scale::Observations tick(std::int64_t i, std::size_t bytes = 100) {
  scale::Observations seen;
  seen.now = {start + i * 1s, Instant(i * 1s)};
  seen.dt = 1s;
  seen.services.resize(1);
  seen.services[0].service = "checkout";
  seen.services[0].arrivals = static_cast<std::uint64_t>(i);
  seen.services[0].events = {std::string(bytes, 'x')};
  return seen;
}

Checkpoint checkpoint(std::string reason) {
  return {.reason = std::move(reason), .policy = {}, .model = {}, .state = {}};
}

std::unique_ptr<Journal> open(const std::string& path, const JournalOptions& options = {},
                              WallTime now = start) {
  auto journal = Journal::open(path, options, now);
  EXPECT_TRUE(journal) << journal.error().message;
  return journal ? std::move(*journal) : nullptr;
}

std::vector<StoredTick> all(const std::string& path, const Span& span = {},
                            bool from_checkpoint = false) {
  std::vector<StoredTick> ticks;
  auto reader = JournalReader::open(path);
  EXPECT_TRUE(reader) << reader.error().message;
  if (!reader) return ticks;
  const auto read = reader->each(span, from_checkpoint, [&ticks](StoredTick&& stored) {
    ticks.push_back(std::move(stored));
    return Result<>{};
  });
  EXPECT_TRUE(read) << read.error().message;
  return ticks;
}

template <class Condition>
bool eventually(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(2ms);
  }
  return true;
}

TEST_F(JournalTest, what_was_recorded_is_read_back_in_order) {
  {
    auto journal = open(path_);
    EXPECT_EQ(journal->checkpoint_due(Instant(0s)), "start");
    for (int i = 1; i <= 600; ++i) {
      ServiceDecisions decisions(1);
      decisions[0].replicas = i;
      const Ticket ticket = journal->record(
          tick(i), decisions, i == 1 ? std::optional(checkpoint("start")) : std::nullopt);
      ASSERT_TRUE(journal->wait_committed(ticket, patience));
    }
    EXPECT_EQ(journal->checkpoint_due(Instant(300s)), std::nullopt);
    EXPECT_EQ(journal->checkpoint_due(Instant(601s)), "periodic");
    EXPECT_EQ(journal->status().written, 600U);
  }
  const auto ticks = all(path_);
  ASSERT_EQ(ticks.size(), 600U);
  for (std::size_t i = 0; i < ticks.size(); ++i) {
    EXPECT_EQ(ticks[i].seen, tick(static_cast<std::int64_t>(i) + 1));
    EXPECT_EQ(ticks[i].decisions.at(0).replicas, static_cast<int>(i) + 1);
    EXPECT_EQ(ticks[i].checkpoint.has_value(), i == 0);
  }
}

TEST_F(JournalTest, a_span_can_begin_at_the_checkpoint_before_it) {
  {
    auto journal = open(path_);
    for (int i = 1; i <= 30; ++i) {
      const Ticket ticket = journal->record(
          tick(i), {}, i % 10 == 1 ? std::optional(checkpoint("periodic")) : std::nullopt);
      ASSERT_TRUE(journal->wait_committed(ticket, patience));
    }
  }
  const Span span{.from = start + 15s, .to = start + 20s};
  EXPECT_EQ(all(path_, span).size(), 6U);
  const auto ticks = all(path_, span, true);
  ASSERT_EQ(ticks.size(), 10U);
  EXPECT_TRUE(ticks[0].checkpoint);
  EXPECT_EQ(ticks[0].seen.now.wall, start + 11s);

  auto reader = JournalReader::open(path_);
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->at(start + 12s + 999ms)->value().seen.now.wall, start + 12s);
  EXPECT_FALSE(reader->at(start)->has_value());
  EXPECT_EQ(reader->extent()->ticks, 30);
}

TEST_F(JournalTest, two_runs_in_one_file_are_told_apart) {
  for (const Duration begin : {0s, 100s}) {
    auto journal = open(path_, {}, start + begin);
    const Ticket ticket = journal->record(tick(begin / 1s + 1), {}, checkpoint("start"));
    ASSERT_TRUE(journal->wait_committed(ticket, patience));
  }
  const auto ticks = all(path_);
  ASSERT_EQ(ticks.size(), 2U);
  EXPECT_NE(ticks[0].run, ticks[1].run);
  EXPECT_EQ(ticks[1].checkpoint->reason, "start");
}

TEST_F(JournalTest, the_file_stays_within_its_size_and_keeps_a_checkpoint_for_its_oldest_tick) {
  constexpr std::int64_t limit = 1 << 20;
  std::uintmax_t largest = 0;
  {
    auto journal = open(path_, {.max_bytes = limit, .retention = 24h * 365});
    for (int i = 1; i <= 1500; ++i) {
      const Ticket ticket = journal->record(
          tick(i, 3000), {}, i % 100 == 1 ? std::optional(checkpoint("periodic")) : std::nullopt);
      ASSERT_TRUE(journal->wait_committed(ticket, patience)) << journal->status().problem;
      std::error_code none;
      const auto log = std::filesystem::file_size(path_ + "-wal", none);
      largest = std::max(largest, std::filesystem::file_size(path_) + (none ? 0 : log));
    }
  }
  EXPECT_LE(largest, static_cast<std::uintmax_t>(limit + Store::wal_bytes_max));
  EXPECT_LE(std::filesystem::file_size(path_), static_cast<std::uintmax_t>(limit));
  const auto ticks = all(path_);
  EXPECT_GT(ticks.size(), 150U) << "most of the space is used";
  EXPECT_LT(ticks.size(), 400U);
  EXPECT_EQ(ticks.back().seen.now.wall, start + 1500s);
  auto sqlite = sqlite::Connection::open(path_, sqlite::Access::read);
  ASSERT_TRUE(sqlite);
  EXPECT_LE(*sqlite->integer("SELECT min(tick_id) FROM checkpoint"), ticks.front().id);
  EXPECT_EQ(*sqlite->integer("SELECT count(*) FROM checkpoint WHERE tick_id <="
                             " (SELECT min(id) FROM tick)"),
            1);
}

TEST_F(JournalTest, a_file_that_may_only_be_smaller_gives_its_space_back) {
  {
    auto journal = open(path_, {.max_bytes = 8 << 20, .retention = 24h * 365});
    for (int i = 1; i <= 1000; ++i)
      ASSERT_TRUE(journal->wait_committed(journal->record(tick(i, 4000), {}), patience));
  }
  ASSERT_GT(std::filesystem::file_size(path_), 4U << 20);
  auto journal = open(path_, {.max_bytes = 1 << 20, .retention = 24h * 365}, start + 1h);
  EXPECT_LE(std::filesystem::file_size(path_), 1U << 20);
  ASSERT_TRUE(journal->wait_committed(journal->record(tick(1001), {}), patience));
  EXPECT_EQ(all(path_).back().seen, tick(1001));
}

TEST_F(JournalTest, ticks_older_than_the_retention_go) {
  {
    auto journal = open(path_, {.max_bytes = 8 << 20, .retention = 60s});
    for (int i = 1; i <= 200; ++i)
      ASSERT_TRUE(journal->wait_committed(journal->record(tick(i), {}), patience));
  }
  const auto ticks = all(path_);
  ASSERT_FALSE(ticks.empty());
  EXPECT_GE(ticks.front().seen.now.wall, start + 140s);
  EXPECT_EQ(ticks.size(), 61U);
}

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

TEST_F(JournalTest, when_writes_fail_it_says_so_loses_only_what_has_no_room_and_marks_the_gap) {
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

TEST_F(JournalTest, a_really_full_disk_stops_it_and_room_heals_it) {
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

TEST_F(JournalTest, a_disk_that_is_full_from_the_start_is_no_reason_not_to_run) {
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

TEST_F(JournalTest, every_tick_said_to_be_committed_survives_sigkill) {
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

TEST_F(JournalTest, it_can_be_read_while_it_is_written) {
  auto journal = open(path_);
  for (int i = 1; i <= 400; ++i) {
    ASSERT_TRUE(journal->wait_committed(journal->record(tick(i), {}), patience));
    if (i % 100 == 0) {
      EXPECT_EQ(all(path_).size(), static_cast<std::size_t>(i));
    }
  }
}

TEST_F(JournalTest, a_path_that_cannot_be_is_one_sentence) {
  const auto missing = Journal::open(folder_ / "no" / "such" / "folder", {}, start);
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("journal "), std::string::npos);

  std::ofstream(path_) << std::string(5000, 'z');
  const auto foreign = Journal::open(path_, {}, start);
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().code, ErrorCode::invalid) << foreign.error().message;
  const auto read = JournalReader::open(path_);
  ASSERT_FALSE(read);
  EXPECT_EQ(JournalReader::open(folder_ / "none").error().code, ErrorCode::invalid);
}

TEST_F(JournalTest, a_database_of_something_else_or_of_the_future_is_refused) {
  {
    auto other = sqlite::Connection::open(path_, sqlite::Access::write);
    ASSERT_TRUE(other->run("CREATE TABLE invoices(id)"));
  }
  const auto foreign = Journal::open(path_, {}, start);
  ASSERT_FALSE(foreign);
  EXPECT_NE(foreign.error().message.find("something else"), std::string::npos);
  EXPECT_FALSE(JournalReader::open(path_));

  const std::string future = folder_ / "future.journal";
  open(future).reset();
  {
    auto edit = sqlite::Connection::open(future, sqlite::Access::write);
    ASSERT_TRUE(edit->run("UPDATE meta SET value='99' WHERE key='format'"));
  }
  const auto newer = Journal::open(future, {}, start);
  ASSERT_FALSE(newer);
  EXPECT_NE(newer.error().message.find("format 99"), std::string::npos) << newer.error().message;
  EXPECT_FALSE(JournalReader::open(future));
}

}  // namespace
}  // namespace headroom::control

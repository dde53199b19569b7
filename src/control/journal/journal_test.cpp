// The journal as a file: order, checkpoints, size, retention, and readers beside the writer.
#include "control/journal/journal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "control/journal/journal_for_test.h"

namespace headroom::control {
namespace {

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
  const Span span{.from = start + 25s, .to = start + 28s};
  EXPECT_EQ(all(path_, span).size(), 4U);
  const auto ticks = all(path_, span, true);
  ASSERT_EQ(ticks.size(), 8U);
  EXPECT_TRUE(ticks[0].checkpoint);
  EXPECT_EQ(ticks[0].seen.now.wall, start + 21s);
  const auto older = all(path_, {.from = start + 15s, .to = start + 20s}, true);
  EXPECT_EQ(older.at(0).seen.now.wall, start + 1s) << "of older rounds one an hour stays";
  EXPECT_TRUE(older.at(0).checkpoint);
  EXPECT_FALSE(older.at(10).checkpoint);

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
  EXPECT_LE(*sqlite->integer("SELECT min(tick_id) FROM checkpoint"), ticks.back().id);
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
  EXPECT_LE(ticks.size(), 61U);
  EXPECT_GE(ticks.size(), 57U) << "before the first whole one they cannot be read";
}

TEST_F(JournalTest, what_follows_a_step_of_the_clock_beyond_the_retention_can_be_read) {
  auto journal = open(path_);
  ASSERT_TRUE(journal->wait_committed(journal->record(tick(1), {}, checkpoint("start")), patience));
  for (int i = 2; i <= 30; ++i) {
    auto seen = tick(i);
    if (i > 10) seen.now.wall += 24h * 400;
    ASSERT_TRUE(journal->wait_committed(journal->record(seen, {}), patience));
  }
  EXPECT_EQ(journal->checkpoint_due(Instant(61s)), "periodic") << "the one before is gone";
  journal.reset();
  const auto ticks = all(path_);
  ASSERT_GE(ticks.size(), 18U);
  EXPECT_GT(ticks.front().seen.now.wall, start + 24h * 400);
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

TEST_F(JournalTest, a_damaged_model_is_refused_where_it_is_read) {
  {
    auto journal = open(path_);
    Checkpoint point = checkpoint("start");
    point.model.services["shop"].season.bin = 999;
    ASSERT_TRUE(journal->wait_committed(journal->record(tick(1), {}, point), patience));
  }
  auto reader = JournalReader::open(path_);
  ASSERT_TRUE(reader);
  const auto read = reader->each({}, true, [](StoredTick&&) -> Result<> { return {}; });
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find("what was learned of 'shop' is damaged"), std::string::npos)
      << read.error().message;
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

/// How often this process has `path` open.
int times_open(const std::string& path) {
  const std::filesystem::directory_iterator descriptors("/proc/self/fd");
  return static_cast<int>(std::ranges::count_if(descriptors, [&path](const auto& descriptor) {
    std::error_code error;
    return std::filesystem::read_symlink(descriptor, error) == path;
  }));
}

TEST_F(JournalTest, a_file_that_lacks_a_table_is_refused_and_closed) {
  auto journal = open(path_);
  EXPECT_GT(times_open(path_), 0);
  journal.reset();
  {
    auto edit = sqlite::Connection::open(path_, sqlite::Access::write);
    ASSERT_TRUE(edit->run("DROP TABLE gap"));
  }
  const auto refused = Journal::open(path_, {}, start);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("no such table: gap"), std::string::npos)
      << refused.error().message;
  EXPECT_EQ(times_open(path_), 0);
}

}  // namespace
}  // namespace headroom::control

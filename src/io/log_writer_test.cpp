// Logs whose readers stall, leave and come back: no producer waits, no line is torn or miscounted.
#include "io/log_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include "io/eventually_for_test.h"
#include "io/folder_for_test.h"

namespace headroom::io {
namespace {

using namespace std::chrono_literals;

struct Pipe {
  Fd reading;
  Fd writing;
};

Pipe small_pipe() {
  int ends[2] = {-1, -1};
  CHECK(pipe2(ends, O_CLOEXEC) == 0);
  CHECK(fcntl(ends[1], F_SETPIPE_SZ, 4096) > 0);
  return {Fd(ends[0]), Fd(ends[1])};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// Everything until the last writer has closed the pipe.
std::string read_to_end(int fd) {
  std::string text;
  std::vector<char> buffer(65536);
  for (ssize_t got = 0; (got = read(fd, buffer.data(), buffer.size())) > 0;)
    text.append(buffer.data(), static_cast<std::size_t>(got));
  return text;
}

std::string content(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

constexpr std::size_t line_bytes = 100;  // with its end

std::string line(int number) {
  std::string text = fmt::format("line {} ", number);
  text.resize(line_bytes - 1, '.');
  return text + "\n";
}

/// What came of lines 0, 1, 2, … that one thread appended.
struct Seen {
  int arrived = 0;
  int missing = 0;  // by what the notices say
};

/// Every line must be whole, and each notice tell of just those that are missing where it stands.
Seen seen_in(const std::string& text) {
  Seen seen;
  for (const std::string& found : lines_of(text)) {
    int value = 0;
    if (std::sscanf(found.c_str(), "%d dropped", &value) == 1) {
      seen.missing += value;
    } else if (std::sscanf(found.c_str(), "line %d ", &value) == 1) {
      EXPECT_EQ(found + "\n", line(value));
      EXPECT_EQ(value, seen.arrived + seen.missing);
      ++seen.arrived;
    } else {
      ADD_FAILURE() << "a torn line: " << found;
    }
  }
  return seen;
}

class LogWriterTest : public testing::Test {
 protected:
  static std::unique_ptr<LogWriter> start(Fd to, std::size_t bytes_max = 1 << 20) {
    auto writer = LogWriter::start(
        std::move(to),
        {.log = Log::access, .bytes_max = bytes_max, .notice = [](std::uint64_t dropped) {
           return fmt::format("{} dropped\n", dropped);
         }});
    CHECK(writer.has_value());
    return std::move(*writer);
  }
  std::string path(const std::string& name) const { return folder_.path() + "/" + name; }
  Fd open_file(const std::string& name) const {
    return Fd(open(path(name).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  }
  /// Of the process, since the test began.
  std::uint64_t dropped() const { return lines_dropped(Log::access) - before_; }

  TestFolder folder_;
  std::uint64_t before_ = lines_dropped(Log::access);
};

TEST_F(LogWriterTest, lines_of_many_threads_arrive_whole) {
  const auto writer = start(open_file("log"), 64 << 20);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i) writer->append(line(t * 1000 + i) + line(t * 1000 + 500 + i));
    });
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(writer->flush(patience));
  std::vector<std::string> found = lines_of(content(path("log")));
  ASSERT_EQ(found.size(), 4000U);
  std::ranges::sort(found);
  EXPECT_TRUE(std::ranges::adjacent_find(found) == found.end());
  for (const std::string& one : found) EXPECT_EQ(one.size() + 1, line_bytes);
  EXPECT_EQ(dropped(), 0U);
}

TEST_F(LogWriterTest, a_reader_that_stalls_costs_lines_and_no_time_and_is_told_how_many) {
  Pipe pipe = small_pipe();
  auto writer = start(std::move(pipe.writing), 50 * line_bytes);
  constexpr int count = 10'000;
  for (int i = 0; i < count; ++i) writer->append(line(i));  // would never end if it waited
  EXPECT_FALSE(writer->flush(1ms));
  const std::uint64_t stalled = dropped();
  EXPECT_GT(stalled, 0U);
  std::string text;
  std::thread reader([&] { text = read_to_end(pipe.reading.get()); });
  EXPECT_TRUE(writer->flush(patience));
  writer->append(line(count));  // they flow again
  writer.reset();
  reader.join();
  const Seen seen = seen_in(text);
  EXPECT_EQ(seen.missing, static_cast<int>(stalled));
  EXPECT_EQ(seen.arrived + seen.missing, count + 1);
}

TEST_F(LogWriterTest, what_arrives_at_a_slow_reader_and_what_does_not_is_everything) {
  Pipe pipe = small_pipe();
  auto writer = start(std::move(pipe.writing), 50 * line_bytes);
  constexpr int count = 20'000;
  std::string text;
  std::thread reader([&] { text = read_to_end(pipe.reading.get()); });
  for (int i = 0; i < count; ++i) writer->append(line(i));
  writer.reset();
  reader.join();
  const Seen seen = seen_in(text);
  EXPECT_EQ(seen.missing, static_cast<int>(dropped()));
  EXPECT_EQ(seen.arrived + seen.missing, count);
}

TEST_F(LogWriterTest, a_reader_that_left_costs_lines_and_not_the_process) {
  Pipe pipe = small_pipe();
  const auto writer = start(std::move(pipe.writing));
  pipe.reading.reset();
  for (int i = 0; i < 100; ++i) writer->append(line(i));
  ASSERT_TRUE(writer->flush(patience));
  EXPECT_EQ(dropped(), 100U);
}

TEST_F(LogWriterTest, a_pipe_that_somebody_made_non_blocking_is_waited_for) {
  Pipe pipe = small_pipe();
  ASSERT_EQ(fcntl(pipe.writing.get(), F_SETFL, O_NONBLOCK), 0);
  auto writer = start(std::move(pipe.writing));
  for (int i = 0; i < 1000; ++i) writer->append(line(i));
  writer.reset();
  EXPECT_EQ(seen_in(read_to_end(pipe.reading.get())).arrived, 1000);
  EXPECT_EQ(dropped(), 0U);
}

TEST_F(LogWriterTest, its_end_waits_for_no_reader_and_loses_nothing_that_is_read_later) {
  Pipe pipe = small_pipe();
  auto writer = start(std::move(pipe.writing));
  for (int i = 0; i < 1000; ++i) writer->append(line(i));
  writer.reset();
  EXPECT_EQ(seen_in(read_to_end(pipe.reading.get())).arrived, 1000);
}

TEST_F(LogWriterTest, a_line_longer_than_a_pipe_takes_at_once_arrives_whole) {
  Pipe pipe = small_pipe();
  auto writer = start(std::move(pipe.writing));
  const std::string long_line = std::string(20'000, 'x') + "\n";
  writer->append(line(1) + long_line + line(2));
  writer.reset();
  EXPECT_EQ(read_to_end(pipe.reading.get()), line(1) + long_line + line(2));
}

TEST_F(LogWriterTest, after_reopening_new_lines_go_to_the_new_file) {
  const auto writer = start(open_file("log"));
  writer->append(line(1));
  ASSERT_TRUE(writer->flush(patience));
  std::filesystem::rename(path("log"), path("log.1"));
  writer->append(line(2));
  ASSERT_TRUE(writer->flush(patience));
  writer->reopen(open_file("log"));
  writer->append(line(3));
  ASSERT_TRUE(writer->flush(patience));
  EXPECT_EQ(content(path("log.1")), line(1) + line(2));
  EXPECT_EQ(content(path("log")), line(3));
}

TEST_F(LogWriterTest, a_full_disk_costs_lines_and_a_new_file_says_how_many) {
  const auto writer = start(Fd(open("/dev/full", O_WRONLY | O_CLOEXEC)));
  for (int i = 0; i < 7; ++i) writer->append(line(i));
  ASSERT_TRUE(writer->flush(patience));
  EXPECT_EQ(dropped(), 7U);
  EXPECT_EQ(log_problem(Log::access), "No space left on device");
  writer->reopen(open_file("log"));
  ASSERT_TRUE(writer->flush(patience));
  EXPECT_EQ(log_problem(Log::access), "");
  EXPECT_EQ(content(path("log")), "7 dropped\n");
}

TEST_F(LogWriterTest, a_line_that_a_full_disk_cut_is_completed_when_there_is_room) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit little{.rlim_cur = 250, .rlim_max = before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &little), 0);
  const auto writer = start(open_file("log"));
  writer->append(line(0) + line(1) + line(2) + line(3) + line(4));
  const bool flushed = writer->flush(patience);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  ASSERT_TRUE(flushed);
  EXPECT_EQ(content(path("log")).size(), 250U);
  EXPECT_EQ(dropped(), 2U);
  writer->append(line(5));
  ASSERT_TRUE(writer->flush(patience));
  EXPECT_EQ(content(path("log")), line(0) + line(1) + line(2) + "2 dropped\n" + line(5));
}

}  // namespace
}  // namespace headroom::io

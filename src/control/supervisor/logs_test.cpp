// Output files: cut under their writer, read from their end, removed when old.
#include "control/supervisor/logs.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "io/folder_for_test.h"

namespace headroom::supervisor {
namespace {

namespace fs = std::filesystem;

class LogsTest : public testing::Test {
 protected:
  static void write(const io::Fd& fd, const std::string& text) {
    ASSERT_EQ(::write(fd.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  std::string read(const std::string& name) const {
    std::ifstream file(folder_ + "/logs/" + name);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  TestFolder own_;
  std::string folder_ = own_.path();
  Logs logs() const { return Logs(folder_ + "/logs"); }
};

TEST_F(LogsTest, a_file_over_its_limit_is_moved_aside_under_its_writer) {
  const auto fd = logs().open("checkout-1");
  ASSERT_TRUE(fd) << fd.error().message;
  write(*fd, "first\n");
  logs().rotate("checkout-1", 8);
  EXPECT_EQ(read("checkout-1.log"), "first\n");
  write(*fd, "second\n");
  logs().rotate("checkout-1", 8);
  write(*fd, "third\n");
  EXPECT_EQ(read("checkout-1.log"), "third\n");
  EXPECT_EQ(read("checkout-1.log.1"), "first\nsecond\n");
  write(*fd, "much more than the limit\n");
  logs().rotate("checkout-1", 8);
  EXPECT_EQ(read("checkout-1.log"), "");
  EXPECT_EQ(read("checkout-1.log.1"), "e limit\n") << "the newest part, as much as the limit";
}

TEST_F(LogsTest, the_tail_of_a_long_file_begins_with_a_whole_line) {
  const auto fd = logs().open("checkout-1");
  ASSERT_TRUE(fd) << fd.error().message;
  write(*fd, "one\n");
  EXPECT_EQ(logs().tail("checkout-1"), "one\n");
  write(*fd, std::string(Logs::tail_bytes_max - 5, 'x') + "\nlast");
  EXPECT_EQ(logs().tail("checkout-1"), std::string(Logs::tail_bytes_max - 5, 'x') + "\nlast");
  write(*fd, "\n");
  EXPECT_EQ(logs().tail("checkout-1"), "last\n");
  EXPECT_EQ(logs().tail("checkout-2"), "");
}

TEST_F(LogsTest, the_oldest_files_of_ended_replicas_are_removed) {
  for (int i = 1; i <= 5; ++i) {
    const std::string replica = "checkout-" + std::to_string(i);
    ASSERT_TRUE(logs().open(replica));
    fs::last_write_time(folder_ + "/logs/" + replica + ".log",
                        fs::file_time_type::clock::now() - std::chrono::hours(10 - i));
  }
  logs().prune({"checkout-1"}, 2);
  EXPECT_TRUE(fs::exists(folder_ + "/logs/checkout-1.log"));
  EXPECT_FALSE(fs::exists(folder_ + "/logs/checkout-2.log"));
  EXPECT_FALSE(fs::exists(folder_ + "/logs/checkout-3.log"));
  EXPECT_TRUE(fs::exists(folder_ + "/logs/checkout-4.log"));
  EXPECT_TRUE(fs::exists(folder_ + "/logs/checkout-5.log"));
}

}  // namespace
}  // namespace headroom::supervisor

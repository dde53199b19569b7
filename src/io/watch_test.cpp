// A file rewritten in the ways that editors and deployments do it.
#include "io/watch.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "io/clock.h"
#include "io/folder_for_test.h"

namespace headroom::io {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

class WatchTest : public testing::Test {
 protected:
  WatchTest() {
    loop_ = std::move(*Loop::create());
    write(file(), "one");
  }

  void watch() {
    auto watch = FileWatch::create(*loop_, file().string(), [this] { ++changes_; });
    ASSERT_TRUE(watch) << watch.error().message;
    watch_ = std::move(*watch);
  }

  void expect_changes(int count) {
    const Instant deadline = monotonic_now() + 20s;
    while (changes_ < count && monotonic_now() < deadline) loop_->run_once(50ms);
    EXPECT_EQ(changes_, count);
  }

  static void write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }
  fs::path file() const { return folder_ / "headroom.yaml"; }

  TestFolder own_;
  fs::path folder_ = own_.path();
  std::unique_ptr<Loop> loop_;
  std::unique_ptr<FileWatch> watch_;
  int changes_ = 0;
};

TEST_F(WatchTest, a_rewritten_file_is_noticed) {
  watch();
  write(file(), "other");
  expect_changes(1);
}

TEST_F(WatchTest, a_replaced_file_is_noticed_each_time) {
  watch();
  for (int change = 1; change <= 3; ++change) {
    write(folder_ / "new", "text " + std::to_string(change));
    fs::rename(folder_ / "new", file());
    expect_changes(change);
  }
}

TEST_F(WatchTest, a_removed_file_counts_only_when_it_is_back) {
  watch();
  fs::remove(file());
  write(folder_ / "unrelated", "text");
  for (int turn = 0; turn < 10; ++turn) loop_->run_once(50ms);
  EXPECT_EQ(changes_, 0);
  write(file(), "back");
  expect_changes(1);
}

TEST_F(WatchTest, a_link_that_is_swapped_beside_the_file_is_noticed) {
  fs::remove(file());
  fs::create_directory(folder_ / "v1");
  fs::create_directory(folder_ / "v2");
  write(folder_ / "v1/headroom.yaml", "first");
  write(folder_ / "v2/headroom.yaml", "second");
  fs::create_symlink("v1", folder_ / "..data");
  fs::create_symlink("..data/headroom.yaml", file());
  watch();
  fs::create_symlink("v2", folder_ / "..new");
  fs::rename(folder_ / "..new", folder_ / "..data");
  expect_changes(1);
}

TEST_F(WatchTest, a_missing_folder_is_an_error) {
  const auto watch = FileWatch::create(*loop_, "/no/such/folder/file", [] {});
  ASSERT_FALSE(watch);
  EXPECT_EQ(watch.error().message,
            "cannot watch folder /no/such/folder: No such file or directory");
}

}  // namespace
}  // namespace headroom::io

// A file rewritten in the ways that editors and deployments do it.
#include "io/watch.h"

#include <gtest/gtest.h>
#include <sys/inotify.h>
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

  void watch(const fs::path& name = "headroom.yaml") {
    auto watch = FileWatch::create(*loop_, (folder_ / name).string(), [this] { ++changes_; });
    ASSERT_TRUE(watch) << watch.error().message;
    watch_ = std::move(*watch);
  }

  void expect_changes(int count) {
    const Instant deadline = monotonic_now() + 20s;
    while (changes_ < count && monotonic_now() < deadline) loop_->run_once(50ms);
    EXPECT_EQ(changes_, count);
  }

  static void write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }
  void release(const fs::path& name, const std::string& text) const {
    fs::create_directories(folder_ / name);
    write(folder_ / name / "headroom.yaml", text);
  }
  void link(const fs::path& target, const fs::path& name) const {
    fs::create_symlink(target, folder_ / name);
  }
  /// As deployments do it: there is no moment without the link.
  void swap(const fs::path& target, const fs::path& name) const {
    const fs::path fresh = folder_ / (name.string() + ".new");
    fs::create_symlink(target, fresh);
    fs::rename(fresh, folder_ / name);
  }
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

TEST_F(WatchTest, a_link_to_the_folder_of_the_file_that_is_swapped_is_noticed) {
  release("releases/1", "first");
  release("releases/2", "second");
  link("releases/1", "current");
  watch("current/headroom.yaml");
  swap("releases/2", "current");
  expect_changes(1);
  swap("releases/1", "current");
  expect_changes(2);
}

TEST_F(WatchTest, a_swap_that_is_taken_back_before_it_was_told_is_none) {
  release("releases/1", "first");
  release("releases/2", "second");
  link("releases/1", "current");
  watch("current/headroom.yaml");
  swap("releases/2", "current");
  swap("releases/1", "current");
  for (int turn = 0; turn < 10; ++turn) loop_->run_once(50ms);
  EXPECT_EQ(changes_, 0);
  write(folder_ / "releases/1/headroom.yaml", "edited");
  expect_changes(1);
}

TEST_F(WatchTest, the_target_of_a_link_that_is_edited_in_another_folder_is_noticed) {
  release("elsewhere/config", "first");
  fs::remove(file());
  link("elsewhere/config/headroom.yaml", "headroom.yaml");
  watch();
  write(folder_ / "elsewhere/config/headroom.yaml", "edited");
  expect_changes(1);
  write(folder_ / "new", "replaced");
  fs::rename(folder_ / "new", folder_ / "elsewhere/config/headroom.yaml");
  expect_changes(2);
}

TEST_F(WatchTest, each_link_of_a_chain_is_watched) {
  release("a", "one");
  release("b", "other");
  fs::remove(file());
  link(folder_ / "first/second", "headroom.yaml");
  fs::create_directory(folder_ / "first");
  link("../third", "first/second");
  link("a/./headroom.yaml", "third");
  watch();
  swap("b/headroom.yaml", "third");
  expect_changes(1);
  swap("../a/headroom.yaml", "first/second");
  expect_changes(2);
  write(folder_ / "a/headroom.yaml", "edited");
  expect_changes(3);
  swap("b/headroom.yaml", "headroom.yaml");
  expect_changes(4);
}

TEST_F(WatchTest, a_folder_above_that_is_replaced_is_noticed) {
  release("outer/inner", "first");
  release("next/inner", "second");
  watch("outer/inner/headroom.yaml");
  fs::rename(folder_ / "outer", folder_ / "before");
  fs::rename(folder_ / "next", folder_ / "outer");
  expect_changes(1);
}

TEST_F(WatchTest, a_loop_of_links_is_an_absent_file_until_it_is_broken) {
  fs::remove(file());
  link("one", "two");
  link("two", "one");
  link("one", "headroom.yaml");
  watch();
  for (int turn = 0; turn < 5; ++turn) loop_->run_once(50ms);
  EXPECT_EQ(changes_, 0);
  release("real", "at last");
  swap("real/headroom.yaml", "two");
  expect_changes(1);
}

TEST_F(WatchTest, other_files_of_a_busy_folder_do_not_keep_a_change_waiting) {
  watch();
  write(file(), "changed");
  const Instant deadline = monotonic_now() + 20s;
  while (changes_ == 0 && monotonic_now() < deadline) {
    write(folder_ / "busy", "again and again");
    loop_->run_once(5ms);
  }
  EXPECT_EQ(changes_, 1);
}

TEST_F(WatchTest, folders_that_only_lead_on_are_watched_for_being_moved_alone) {
  release("releases/1", "first");
  link("releases/1", "current");
  const auto events_in = [this](const fs::path& folder) {
    std::uint32_t events = 0;
    for (const WatchedFolder& one : folders_on_the_way(folder_ / "current/headroom.yaml"))
      if (one.path == folder.string()) events = one.events;
    return events;
  };
  constexpr std::uint32_t moved = IN_MOVE_SELF | IN_DELETE_SELF;
  EXPECT_EQ(events_in(folder_ / "releases"), moved) << "whatever comes and goes there wakes nobody";
  EXPECT_NE(events_in(folder_ / "releases/1") & IN_CLOSE_WRITE, 0U);
  EXPECT_NE(events_in(folder_) & IN_MOVED_TO, 0U);
}

TEST_F(WatchTest, a_missing_folder_is_an_error) {
  const auto watch = FileWatch::create(*loop_, "/no/such/folder/file", [] {});
  ASSERT_FALSE(watch);
  EXPECT_EQ(watch.error().message,
            "cannot watch folder /no/such/folder: No such file or directory");
}

}  // namespace
}  // namespace headroom::io

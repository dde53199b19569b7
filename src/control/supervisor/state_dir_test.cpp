// The state folder: one holder at a time, numbers never given twice.
#include "control/supervisor/state_dir.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "io/folder_for_test.h"

namespace headroom::supervisor {
namespace {

namespace fs = std::filesystem;

class StateDirTest : public testing::Test {
 protected:
  std::unique_ptr<StateDir> open() const {
    auto state = StateDir::open(folder_ + "/a/b");
    EXPECT_TRUE(state) << state.error().message;
    return std::move(*state);
  }

  TestFolder own_;
  std::string folder_ = own_.path();
};

TEST_F(StateDirTest, a_second_holder_is_refused_with_the_pid_of_the_first) {
  const auto state = open();
  const auto second = StateDir::open(folder_ + "/a/b");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::unavailable);
  EXPECT_NE(second.error().message.find("process " + std::to_string(getpid())), std::string::npos)
      << second.error().message;
}

TEST_F(StateDirTest, the_name_and_the_numbers_survive_and_the_lock_does_not) {
  std::string owner;
  {
    const auto state = open();
    owner = state->owner();
    EXPECT_EQ(state->next_number("checkout"), 1);
    EXPECT_EQ(state->next_number("checkout"), 2);
    EXPECT_EQ(state->next_number("catalog"), 1);
    EXPECT_EQ(state->last_error(), "");
  }
  const auto state = open();
  EXPECT_EQ(state->owner(), owner);
  EXPECT_EQ(state->next_number("checkout"), 3);
  state->mark_given("checkout", 10);
  state->mark_given("checkout", 5);
  EXPECT_EQ(state->next_number("checkout"), 11);
  EXPECT_EQ(state->next_number("catalog"), 2);
}

TEST_F(StateDirTest, numbers_go_on_when_they_cannot_be_kept) {
  const auto state = open();
  EXPECT_EQ(state->next_number("checkout"), 1);
  fs::remove_all(folder_ + "/a/b");
  EXPECT_EQ(state->next_number("checkout"), 2);
  EXPECT_NE(state->last_error(), "");
}

TEST_F(StateDirTest, a_folder_that_cannot_be_made_is_an_error) {
  const auto state = StateDir::open("/proc/headroom");
  ASSERT_FALSE(state);
  EXPECT_NE(state.error().message.find("/proc/headroom"), std::string::npos);
}

}  // namespace
}  // namespace headroom::supervisor

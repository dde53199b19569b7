// The limit of descriptors and what errors mean; programs that are started get the limit of before.
#include "io/descriptors.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace headroom::io {
namespace {

class DescriptorLimitTest : public testing::Test {
 protected:
  DescriptorLimitTest() { getrlimit(RLIMIT_NOFILE, &before_); }
  ~DescriptorLimitTest() override { setrlimit(RLIMIT_NOFILE, &before_); }
  void set_soft(rlim_t soft) const {
    const rlimit now{.rlim_cur = soft, .rlim_max = before_.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &now), 0);
  }
  rlimit before_{};
};

TEST_F(DescriptorLimitTest, it_is_raised_to_the_hard_one_and_children_get_the_one_of_before) {
  set_soft(256);
  EXPECT_EQ(raise_descriptor_limit(), before_.rlim_max);
  EXPECT_EQ(descriptor_limit(), before_.rlim_max);
  EXPECT_EQ(raise_descriptor_limit(), before_.rlim_max) << "a second time changes nothing";
  EXPECT_EQ(descriptor_limit_of_children().rlim_cur, 256U);
  EXPECT_EQ(descriptor_limit_of_children().rlim_max, before_.rlim_max);
}

TEST(ShortageTest, only_what_this_machine_has_run_out_of_is_its_own_fault) {
  for (const int error : {EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL, EAGAIN, ENOSPC}) {
    EXPECT_TRUE(is_shortage(error)) << error;
    EXPECT_EQ(code_for(error, ErrorCode::unavailable), ErrorCode::exhausted) << error;
  }
  for (const int error : {ECONNREFUSED, ETIMEDOUT, ECONNRESET, EHOSTUNREACH, ENETUNREACH, EACCES}) {
    EXPECT_FALSE(is_shortage(error)) << error;
    EXPECT_EQ(code_for(error, ErrorCode::unavailable), ErrorCode::unavailable) << error;
  }
}

}  // namespace
}  // namespace headroom::io

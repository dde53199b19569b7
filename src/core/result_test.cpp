// A broken invariant ends the process.
#include "core/result.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>

namespace headroom {
namespace {

TEST(CheckDeathTest, a_broken_invariant_is_named_and_stops_the_process) {
  EXPECT_DEATH(CHECK(1 + 1 == 3), "broken invariant: 1 \\+ 1 == 3 .*result_test.cpp");
}

/// Standard error becomes a pipe that is full and read by nobody.
void stall_standard_error() {
  int ends[2] = {-1, -1};
  CHECK(pipe2(ends, O_NONBLOCK) == 0);
  const std::array<char, 4096> bytes{};
  while (write(ends[1], bytes.data(), bytes.size()) > 0) {
  }
  CHECK(fcntl(ends[1], F_SETFL, 0) == 0);
  CHECK(dup2(ends[1], STDERR_FILENO) == STDERR_FILENO);
}

TEST(CheckDeathTest, a_broken_invariant_stops_the_process_though_nobody_reads_why) {
  EXPECT_EXIT(
      {
        stall_standard_error();
        CHECK(1 + 1 == 3);
      },
      testing::KilledBySignal(SIGALRM), "");
}

}  // namespace
}  // namespace headroom

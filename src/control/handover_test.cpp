// Sockets on their way from one process to the next, here between two threads.
#include "control/handover.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <future>

#include "io/clock.h"
#include "io/folder_for_test.h"

namespace headroom::control {
namespace {

using namespace std::chrono_literals;

/// Anything with a number of its own does for a socket.
io::Fd marked() {
  return io::Fd(memfd_create("marked", MFD_CLOEXEC));
}
ino_t mark_of(const io::Fd& fd) {
  struct stat info{};
  EXPECT_EQ(fstat(fd.get(), &info), 0);
  return info.st_ino;
}

class HandoverTest : public testing::Test {
 protected:
  HandoverTest() { loop_ = std::move(*io::Loop::create()); }

  /// What the newer process gets from an older one that hands `given` over.
  Result<Inheritance> ask(std::function<Inheritance()> hand_over) {
    auto door = HandoverDoor::open(*loop_, folder_.path(),
                                   {.hand_over = std::move(hand_over),
                                    .serving = [this](pid_t newer) { serving_ = newer; },
                                    .failed = [this] { failed_ = true; }});
    CHECK(door.has_value());
    auto newer = std::async(std::launch::async, [this]() -> Result<Inheritance> {
      auto older = TRY(Predecessor::find(folder_.path()));
      Inheritance inherited = TRY(older->ask());
      older->tell_serving();
      return inherited;
    });
    while (newer.wait_for(0s) != std::future_status::ready) loop_->run_once(5ms);
    for (int turn = 0; turn < 3; ++turn) loop_->run_once(5ms);
    return newer.get();
  }

  TestFolder folder_;
  std::unique_ptr<io::Loop> loop_;
  pid_t serving_ = 0;
  bool failed_ = false;
};

TEST_F(HandoverTest, the_sockets_of_256_workers_arrive_in_their_order) {
  std::vector<ino_t> expected;
  const auto inherited = ask([&] {
    Inheritance given{marked(), {}};
    for (int i = 0; i < 256; ++i) given.listeners.push_back(marked());
    expected.push_back(mark_of(given.admin));
    for (const io::Fd& fd : given.listeners) expected.push_back(mark_of(fd));
    return given;
  });
  ASSERT_TRUE(inherited) << inherited.error().message;
  std::vector<ino_t> arrived{mark_of(inherited->admin)};
  for (const io::Fd& fd : inherited->listeners) arrived.push_back(mark_of(fd));
  EXPECT_EQ(arrived, expected);
  EXPECT_EQ(serving_, getpid()) << "the newer one is known by its number";
  EXPECT_FALSE(failed_);
}

TEST_F(HandoverTest, sockets_that_cannot_be_given_are_refused_at_once_and_taken_back) {
  const auto inherited = ask([] {
    Inheritance given{marked(), {}};
    given.listeners.emplace_back();  // out of descriptors
    return given;
  });
  ASSERT_FALSE(inherited);
  EXPECT_EQ(inherited.error().message, "the running headroom does not hand over");
  EXPECT_TRUE(failed_);
  EXPECT_EQ(serving_, 0);
}

}  // namespace
}  // namespace headroom::control

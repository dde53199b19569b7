// A last word arrives whole, whenever the client says its own; there are a few at most.
#include "io/farewells.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "io/clock.h"
#include "io/socket.h"

namespace headroom::io {
namespace {

using namespace std::chrono_literals;

class FarewellsTest : public testing::Test {
 protected:
  /// Both ends of a TCP connection: a pair of Unix sockets knows no reset.
  struct Pair {
    Fd client, served;
  };
  Pair connected() const {
    Pair pair{Fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), Fd()};
    const Address address = *local_address(listening_.get());
    EXPECT_EQ(connect(pair.client.get(), address.raw(), address.size()), 0);
    pair.served = Fd(accept4(listening_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    EXPECT_TRUE(pair.served);
    return pair;
  }
  /// What is there to be read: the words, then "." for an end or "!" for a reset.
  static std::string heard(const Fd& client) {
    std::string text;
    std::array<char, 64> bytes;
    ssize_t count = 0;
    while ((count = recv(client.get(), bytes.data(), bytes.size(), MSG_DONTWAIT)) > 0)
      text.append(bytes.data(), static_cast<std::size_t>(count));
    return text + (count == 0 ? "." : errno == EAGAIN ? "" : "!");
  }

  std::unique_ptr<Loop> loop_ = std::move(*Loop::create());
  Fd listening_ = std::move(*listen_on(Address::loopback(0)));
  Farewells farewells_{*loop_};
};

TEST_F(FarewellsTest, a_request_that_comes_after_the_last_word_does_not_destroy_it) {
  Pair pair = connected();
  farewells_.say(std::move(pair.served), "no");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(send(pair.client.get(), "request", 7, MSG_NOSIGNAL), 7) << i;
    loop_->run_once(10ms);
  }
  EXPECT_EQ(heard(pair.client), "no.");
}

TEST_F(FarewellsTest, the_oldest_ends_when_there_are_too_many_or_a_descriptor_is_needed) {
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < Farewells::at_once_max; ++i) {
    pairs.push_back(connected());
    farewells_.say(std::move(pairs.back().served), "no");
  }
  const auto ended = [&](std::size_t i) {  // a socket that nobody holds answers with a reset
    for (int tries = 0; tries < 5; ++tries)
      if (send(pairs[i].client.get(), "x", 1, MSG_NOSIGNAL) < 0) return true;
    return false;
  };
  EXPECT_FALSE(ended(0));
  loop_->run_once(10ms);
  farewells_.give_one_up();
  EXPECT_TRUE(ended(0));
  EXPECT_FALSE(ended(1));
  loop_->run_once(10ms);
  for (int i = 0; i < 2; ++i) {
    pairs.push_back(connected());
    farewells_.say(std::move(pairs.back().served), "no");
  }
  EXPECT_TRUE(ended(1));
  EXPECT_FALSE(ended(2));
}

TEST_F(FarewellsTest, a_client_that_stays_is_left_after_a_while) {
  Pair pair = connected();
  farewells_.say(std::move(pair.served), "no");
  const Instant deadline = monotonic_now() + 20s;
  bool ended = false;
  while (!ended && monotonic_now() < deadline) {
    loop_->run_once(50ms);
    ended = send(pair.client.get(), "x", 1, MSG_NOSIGNAL) < 0;
  }
  EXPECT_TRUE(ended);
}

}  // namespace
}  // namespace headroom::io

// Signals sent to this process arrive as events.
#include "io/signals.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>

#include "io/clock.h"

namespace headroom::io {
namespace {

using namespace std::chrono_literals;

TEST(SignalsTest, each_signal_is_delivered_on_the_loop) {
  auto loop = Loop::create();
  ASSERT_TRUE(loop);
  std::vector<int> received;
  const auto source = SignalSource::create(**loop, {SIGHUP, SIGUSR2},
                                           [&](int signal) { received.push_back(signal); });
  ASSERT_TRUE(source) << source.error().message;
  pthread_kill(pthread_self(), SIGUSR2);
  pthread_kill(pthread_self(), SIGHUP);
  const Instant deadline = monotonic_now() + 20s;
  while (received.size() < 2 && monotonic_now() < deadline) (*loop)->run_once(100ms);
  std::sort(received.begin(), received.end());
  EXPECT_EQ(received, (std::vector<int>{SIGHUP, SIGUSR2}));
}

}  // namespace
}  // namespace headroom::io

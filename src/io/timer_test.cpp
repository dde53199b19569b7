// The timer wheel against a plain list, and the loop that turns it.
#include "io/timer.h"

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <memory>
#include <thread>
#include <vector>

#include "core/random.h"
#include "io/clock.h"
#include "io/loop.h"

namespace headroom::io {
namespace {

using namespace std::chrono_literals;

Instant at(Duration d) {
  return Instant(d);
}

TEST(TimerWheel, timers_fire_once_never_early_and_within_a_millisecond) {
  constexpr std::uint64_t seed = 20261121;
  Random random(seed);
  TimerWheel wheel(at(5s));
  struct Probe {
    Instant due;
    int fired = 0;
    bool cancelled = false;
    std::unique_ptr<Timer> timer;
  };
  std::vector<std::unique_ptr<Probe>> probes;
  Instant now = at(5s);
  for (int step = 0; step < 4000; ++step) {
    auto probe = std::make_unique<Probe>();
    probe->due = now + Duration(random.below(3'000'000'000));  // up to three turns of the wheel
    Probe* raw = probe.get();
    probe->timer = std::make_unique<Timer>([raw, &now] {
      EXPECT_GE(now, raw->due);
      ++raw->fired;
    });
    wheel.arm(*probe->timer, probe->due);
    probes.push_back(std::move(probe));
    Probe& other = *probes[random.below(probes.size())];
    if (step % 5 == 0 && other.fired == 0) {
      wheel.disarm(*other.timer);
      other.cancelled = true;
    }
    now += Duration(random.below(4'000'000));
    wheel.advance(now);
    for (const auto& p : probes) {
      if (p->cancelled || now - p->due < 1ms) continue;
      ASSERT_EQ(p->fired, 1) << "seed " << seed;
    }
  }
  now += 4s;
  wheel.advance(now);
  for (const auto& p : probes) EXPECT_EQ(p->fired, p->cancelled ? 0 : 1) << "seed " << seed;
}

TEST(TimerWheel, the_wait_never_passes_the_next_timer) {
  constexpr std::uint64_t seed = 7;
  Random random(seed);
  for (int round = 0; round < 500; ++round) {
    const Instant now = at(Duration(1'000'000'000 + random.below(5'000'000'000)));
    TimerWheel wheel(now);
    Timer near([] {});
    Timer gone([] {});
    const Duration after = Duration(random.below(900'000'000));
    wheel.arm(near, now + after);
    wheel.arm(gone, now + Duration(random.below(900'000'000)));
    wheel.disarm(gone);
    const Duration wait = wheel.until_next(now, 500ms);
    EXPECT_LE(wait, std::min<Duration>(after + 1ms, 500ms)) << "seed " << seed;
    EXPECT_GE(wait, std::min<Duration>(after, 499ms) - 1ms) << "seed " << seed;
  }
}

TEST(TimerWheel, a_callback_may_arm_again_and_destroy_itself) {
  TimerWheel wheel(at(0s));
  int ticks = 0;
  std::unique_ptr<Timer> timer;
  Instant now = at(0s);
  timer = std::make_unique<Timer>([&] {
    if (++ticks < 3)
      wheel.arm(*timer, now + 10ms);
    else
      timer.reset();
  });
  wheel.arm(*timer, at(10ms));
  for (int ms = 1; ms <= 100; ++ms) wheel.advance(now = at(std::chrono::milliseconds(ms)));
  EXPECT_EQ(ticks, 3);
  EXPECT_EQ(timer, nullptr);
}

TEST(Loop, posted_tasks_run_on_the_loop_and_wake_it) {
  auto loop = Loop::create();
  ASSERT_TRUE(loop);
  std::thread::id ran_on;
  std::thread poster([&] {
    (*loop)->post([&] {
      ran_on = std::this_thread::get_id();
      (*loop)->stop();
    });
  });
  (*loop)->run();
  poster.join();
  EXPECT_EQ(ran_on, std::this_thread::get_id());
}

/// Counts its events; may take another watcher out of the loop when it has one.
class Counting final : public Watcher {
 public:
  void on_events(std::uint32_t /*events*/) override {
    ++events;
    if (victim != nullptr) loop->remove(victim_fd, *victim);
  }
  int events = 0;
  Loop* loop = nullptr;
  Counting* victim = nullptr;
  int victim_fd = -1;
};

TEST(Loop, a_watcher_removed_by_another_in_the_same_turn_is_not_called) {
  auto loop = Loop::create();
  ASSERT_TRUE(loop);
  int pipes[2][2];
  Counting watchers[2];
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(pipe(pipes[i]), 0);
    ASSERT_TRUE((*loop)->add(pipes[i][0], EPOLLIN, watchers[i]));
    ASSERT_EQ(write(pipes[i][1], "x", 1), 1);
  }
  for (int i = 0; i < 2; ++i) {
    watchers[i].loop = loop->get();
    watchers[i].victim = &watchers[1 - i];
    watchers[i].victim_fd = pipes[1 - i][0];
  }
  (*loop)->run_once(100ms);
  EXPECT_EQ(watchers[0].events + watchers[1].events, 1);
  for (auto& ends : pipes)
    for (const int fd : ends) close(fd);
}

/// A descriptor that is readable for as long as it lives.
class Readable final : public Watcher {
 public:
  explicit Readable(Loop& loop) : fd(eventfd(1, EFD_NONBLOCK)), loop_(loop) {
    EXPECT_TRUE(loop.add(fd.get(), EPOLLIN, *this));
  }
  ~Readable() { loop_.remove(fd.get(), *this); }
  void on_events(std::uint32_t /*events*/) override {
    ++events;
    if (greedy) loop_.again(*this, EPOLLIN);
  }
  const Fd fd;
  int events = 0;
  bool greedy = false;

 private:
  Loop& loop_;
};

TEST(Loop, what_is_ready_is_delivered_before_timers_are_judged) {
  auto loop = Loop::create();
  ASSERT_TRUE(loop);
  // More than one look at epoll brings.
  std::vector<std::unique_ptr<Readable>> readable;
  for (int i = 0; i < 700; ++i) readable.push_back(std::make_unique<Readable>(**loop));
  int delivered = -1;
  Timer timer([&] {
    delivered = 0;
    for (const auto& r : readable) delivered += r->events;
  });
  (*loop)->arm(timer, 1ms);
  // The loop stands still, until the millisecond into which timers are rounded up is over.
  while (monotonic_now() <= timer.due() + 1ms) std::this_thread::yield();
  (*loop)->run_once(0ms);
  EXPECT_EQ(delivered, 700);
}

TEST(Loop, whoever_asks_again_takes_turns_with_the_others_and_with_timers) {
  auto loop = Loop::create();
  ASSERT_TRUE(loop);
  Readable greedy(**loop);
  greedy.greedy = true;
  (*loop)->run_once(0ms);
  EXPECT_EQ(greedy.events, 1);
  Readable other(**loop);
  int fired = 0;
  Timer timer([&] { ++fired; });
  (*loop)->arm(timer, 1ms);
  while (fired == 0) (*loop)->run_once(10s);  // does not wait: it would outlast the test's limit
  EXPECT_EQ(other.events, 1);
  EXPECT_GT(greedy.events, 1);
}

TEST(Loop, whoever_asks_again_is_told_once_however_often_it_asked) {
  auto loop = Loop::create();
  ASSERT_TRUE(loop);
  Readable greedy(**loop);
  greedy.greedy = true;
  for (int turn = 1; turn <= 20; ++turn) {
    (*loop)->again(greedy, EPOLLIN);
    const std::uint64_t more = 1;
    ASSERT_EQ(write(greedy.fd.get(), &more, sizeof more), 8);  // a new edge besides
    (*loop)->run_once(0ms);
    EXPECT_EQ(greedy.events, turn);
  }
}

TEST(Loop, whoever_asked_again_may_be_removed_before_its_turn) {
  auto loop = Loop::create();
  ASSERT_TRUE(loop);
  auto gone = std::make_unique<Readable>(**loop);
  gone->greedy = true;
  (*loop)->run_once(0ms);
  gone.reset();
  (*loop)->run_once(0ms);
}

}  // namespace
}  // namespace headroom::io

// The shared health of a replica: no step of one thread undoes that of another.
#include "gateway/replica_health.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace headroom::gateway {
namespace {

using namespace std::chrono_literals;
using protect::AttemptEnd;

constexpr protect::OutlierRule rule{};
constexpr Instant start = Instant(1h);

TEST(ReplicaHealth, a_success_that_read_the_state_before_an_ejection_does_not_undo_it) {
  ReplicaHealth health(start);
  for (int i = 0; i < 5; ++i) (void)health.attempt_ended(AttemptEnd::broke, start);
  const protect::Health seen = health.state();  // by the worker whose attempt succeeded,
  health.eject(rule, start);                    // when another one ejects,
  EXPECT_FALSE(health.replace(seen, protect::after_attempt(seen, AttemptEnd::answered, start)));
  EXPECT_TRUE(health.ejected(start + 1s));  // before the first stores what it computed
  (void)health.attempt_ended(AttemptEnd::answered, start);
  EXPECT_TRUE(health.ejected(start + 1s));
}

TEST(ReplicaHealth, an_ejection_lasts_while_other_workers_count_successes_and_failures) {
  constexpr int rounds = 300;
  ReplicaHealth health(start);
  std::atomic<int> hour{0};
  const auto now = [&] { return start + 1h * hour.load(); };
  std::vector<std::thread> workers;
  for (const AttemptEnd end : {AttemptEnd::answered, AttemptEnd::broke}) {
    workers.emplace_back([&, end] {
      while (hour < rounds) (void)health.attempt_ended(end, now());
    });
  }
  int lost = 0;
  for (; hour < rounds; ++hour) {  // the ejection before is over each time
    std::this_thread::yield();
    health.eject(rule, now());
    for (int i = 0; i < 10; ++i) {
      std::this_thread::yield();
      if (!health.ejected(now() + 1999ms)) ++lost;
    }
  }
  for (std::thread& worker : workers) worker.join();
  EXPECT_EQ(lost, 0);
}

TEST(ReplicaHealth, counts_every_answer_of_several_workers) {
  ReplicaHealth health(start);
  std::vector<std::thread> workers;
  for (int w = 0; w < 4; ++w) {
    workers.emplace_back([&] {
      for (int i = 0; i < 10'000; ++i)
        (void)health.attempt_ended(i % 4 == 0 ? AttemptEnd::error_answer : AttemptEnd::answered,
                                   start + 1ms * (i / 10));
    });
  }
  for (std::thread& worker : workers) worker.join();
  const protect::Answers answers = health.answers(start, start + 1s);
  EXPECT_EQ(answers.count, 40'000U);
  EXPECT_EQ(answers.errors, 10'000U);
}

TEST(ReplicaHealth, the_window_slides_and_begins_anew_after_an_ejection) {
  ReplicaHealth health(start);
  for (int second = 0; second < 20; ++second)
    (void)health.attempt_ended(AttemptEnd::answered, start + 1s * second);
  EXPECT_EQ(health.answers(start, start + 19s).count, 10U);
  EXPECT_EQ(health.answers(start + 15s, start + 19s).count, 5U) << "since a younger sibling came";
  EXPECT_EQ(health.answers(start, start + 24s).count, 5U);
  EXPECT_EQ(health.answers(start, start + 10min).count, 0U);

  health.eject(rule, start + 19s);
  (void)health.attempt_ended(AttemptEnd::error_answer, start + 20s);  // was under way
  EXPECT_EQ(health.in_use_since(), start + 21s);
  EXPECT_EQ(health.answers(start, start + 21s).count, 0U);
  (void)health.attempt_ended(AttemptEnd::error_answer, start + 21s);
  EXPECT_EQ(health.answers(start, start + 21s).errors, 1U);
}

TEST(ReplicaHealth, what_the_client_gave_up_is_no_answer) {
  ReplicaHealth health(start);
  (void)health.attempt_ended(AttemptEnd::abandoned, start);
  EXPECT_EQ(health.answers(start, start).count, 0U);
}

}  // namespace
}  // namespace headroom::gateway

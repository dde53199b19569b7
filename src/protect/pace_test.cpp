// Slow replicas stand out or do not, get what they are worth, are watched, and come back.
#include "protect/pace.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/random.h"
#include "protect/balance.h"

namespace headroom::protect {
namespace {

using namespace std::chrono_literals;

constexpr PaceRule rule{};

/// Replicas with lognormal times and requests that come one after the other.
struct Fleet {
  explicit Fleet(std::size_t count, double sigma = 0.5) : replicas(count), sigma_(sigma) {
    for (Paced& one : replicas) all.push_back(&one);
  }

  void answer(std::size_t i, double median_ms) {
    const double took_ms = median_ms * std::exp(sigma_ * random.normal());
    replicas[i].pace.record(std::chrono::round<Duration>(took_ms * 1ms), now);
    if (watch.outdated(rule, now)) watch.compare(rule, all, now);
  }
  /// One request each 100 / count ms at each of them in turn.
  void live(Duration span, const std::vector<double>& median_ms) {
    for (const Instant end = now + span; now < end; now += 100ms / replicas.size()) {
      answer(next_, median_ms[next_]);
      next_ = (next_ + 1) % replicas.size();
    }
  }

  Random random{3};
  std::vector<Paced> replicas;
  std::vector<Paced*> all;
  PaceWatch watch;
  Instant now = Instant(1h);

 private:
  double sigma_;
  std::size_t next_ = 0;
};

TEST(Pace, mean_and_variance_are_of_logarithms_and_fade) {
  Pace pace;
  const Instant now(1h);
  for (int i = 0; i < 100; ++i) {
    pace.record(1ms, now);
    pace.record(100ms, now);
  }
  EXPECT_NEAR(pace.attempts(now), 20, 0.1);
  EXPECT_NEAR(std::exp(pace.log_mean()), 0.01, 0.002);
  EXPECT_NEAR(pace.log_variance(), std::pow(std::log(10), 2), 0.4);
  EXPECT_NEAR(pace.attempts(now + 60s), 10, 0.1);
  pace.record(1s, now + 600s);
  EXPECT_NEAR(std::exp(pace.log_mean()), 1, 0.2) << "ten minutes ago counts for nothing";
}

TEST(Pace, ten_times_slower_gets_a_tenth_within_a_second) {
  Fleet fleet(8);
  std::vector<double> medians(8, 5);
  fleet.live(10s, medians);
  EXPECT_FALSE(fleet.watch.any_slow());
  medians[3] = 50;
  fleet.live(5s, medians);
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(fleet.replicas[i].slow(), i == 3) << i;
  fleet.live(30s, medians);
  EXPECT_NEAR(fleet.replicas[3].weight, 0.1, 0.05);
  EXPECT_EQ(fleet.replicas[3].places(100), static_cast<int>(fleet.replicas[3].weight * 100));
  EXPECT_EQ(fleet.replicas[3].places(4), 1) << "one, to be known";
  EXPECT_EQ(fleet.replicas[3].places(0), 0);
  EXPECT_EQ(fleet.replicas[2].places(4), 4);
}

TEST(Pace, it_has_a_full_share_again_once_it_is_as_quick) {
  Fleet fleet(4);
  fleet.live(30s, {5, 5, 5, 50});
  ASSERT_TRUE(fleet.replicas[3].slow());
  fleet.live(30s, {5, 5, 5, 5});
  EXPECT_FALSE(fleet.watch.any_slow());
}

TEST(Pace, what_chance_brings_about_does_not_stand_out) {
  // Times that differ by hundreds: of few of them the mean differs by two and more.
  for (const double sigma : {0.5, 1.0, 2.0}) {
    Fleet fleet(8, sigma);
    int slow = 0;
    for (int t = 0; t < 2000; ++t) {
      fleet.live(100ms, std::vector<double>(8, 5));
      slow += fleet.watch.any_slow() ? 1 : 0;
    }
    EXPECT_EQ(slow, 0) << sigma;
  }
}

TEST(Pace, rare_long_requests_at_whomever_they_fall_do_not_stand_out) {
  Fleet fleet(8, 0.2);
  int slow = 0;
  for (int t = 0; t < 120'000; ++t) {
    fleet.answer(fleet.random.below(8), fleet.random.below(50) == 0 ? 1000 : 5);
    fleet.now += 1ms;
    slow += fleet.watch.any_slow() ? 1 : 0;
  }
  EXPECT_LE(slow, 120) << "ms of two minutes";
}

TEST(Pace, of_two_slow_ones_each_is_watched) {
  Fleet fleet(6);
  fleet.live(20s, {5, 5, 5, 5, 50, 50});
  ASSERT_TRUE(fleet.replicas[4].slow() && fleet.replicas[5].slow());
  std::vector<int> watched(6);
  for (int t = 0; t < 40'000; ++t) {
    fleet.now += 500us;
    std::size_t to = static_cast<std::size_t>(t) % 4;
    for (const std::size_t i : {4U, 5U})
      if (fleet.watch.due(rule, fleet.replicas[i], fleet.now)) to = i;
    fleet.watch.chosen(fleet.replicas[to], fleet.now);
    ++watched[to];
  }
  EXPECT_NEAR(watched[4], 20, 2);
  EXPECT_NEAR(watched[5], 20, 2);
}

TEST(Pace, a_difference_that_does_not_matter_is_none) {
  Fleet fleet(4);
  fleet.live(60s, {5, 5, 5, 8});
  EXPECT_FALSE(fleet.watch.any_slow());
}

TEST(Pace, of_two_the_slower_is_slow_and_of_a_half_that_is_slow_the_others_are_not) {
  Fleet two(2);
  two.live(20s, {50, 5});
  EXPECT_EQ(two.replicas[0].slow() + two.replicas[1].slow(), 1);
  Fleet half(6);
  half.live(20s, {5, 50, 5, 50, 5, 50});
  int slow = 0;
  for (const Paced& one : half.replicas) slow += one.slow() ? 1 : 0;
  EXPECT_LE(slow, 3);
  Fleet alone(1);
  alone.live(20s, {500});
  EXPECT_FALSE(alone.watch.any_slow());
}

TEST(Pace, of_whom_little_is_known_nothing_is_said) {
  Fleet fleet(3);
  for (int i = 0; i < 200; ++i) fleet.answer(0, 5);
  for (int i = 0; i < 200; ++i) fleet.answer(1, 5);
  for (int i = 0; i < 4; ++i) fleet.answer(2, 500);
  fleet.now += 100ms;
  fleet.watch.compare(rule, fleet.all, fleet.now);
  EXPECT_FALSE(fleet.replicas[2].slow());
}

TEST(Pace, a_slow_one_is_watched_after_many_others_or_a_while_and_not_at_once) {
  Fleet fleet(2);
  fleet.live(20s, {5, 50});
  Paced& slow = fleet.replicas[0].slow() ? fleet.replicas[0] : fleet.replicas[1];
  Paced& quick = fleet.replicas[0].slow() ? fleet.replicas[1] : fleet.replicas[0];
  PaceWatch& watch = fleet.watch;
  watch.chosen(slow, fleet.now);
  for (std::uint64_t i = 0; i < rule.watched_after; ++i) {
    EXPECT_FALSE(watch.due(rule, slow, fleet.now + 2s));
    watch.chosen(quick, fleet.now);
  }
  EXPECT_FALSE(watch.due(rule, slow, fleet.now + 900ms)) << "however many come";
  EXPECT_TRUE(watch.due(rule, slow, fleet.now + 1s));
  EXPECT_FALSE(watch.due(rule, quick, fleet.now + 1s));
  watch.chosen(slow, fleet.now);
  EXPECT_FALSE(watch.due(rule, slow, fleet.now + 9s));
  EXPECT_TRUE(watch.due(rule, slow, fleet.now + 10s)) << "few come";
}

}  // namespace
}  // namespace headroom::protect

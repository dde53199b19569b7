// Who is left out, for how long, and who is not.
#include "protect/outlier.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "core/random.h"

namespace headroom::protect {
namespace {

using namespace std::chrono_literals;

constexpr OutlierRule rule{};

Instant at(Duration d) {
  return Instant(d);
}

Health after(Health health, AttemptEnd end, int times, Instant now = at(1s)) {
  for (int i = 0; i < times; ++i) health = after_attempt(health, end, now);
  return health;
}

/// The verdict on the first of a fleet.
bool first_stands_out(const std::vector<Answers>& fleet) {
  Siblings siblings;
  for (std::size_t i = 1; i < fleet.size(); ++i) siblings.add(rule, fleet[i]);
  return stands_out(rule, fleet.front(), siblings);
}

TEST(Outlier, any_answer_ends_a_row_of_failures) {
  const Health four = after({}, AttemptEnd::broke, 4);
  EXPECT_EQ(four.failures, 4);
  EXPECT_EQ(after(four, AttemptEnd::answered, 1).failures, 0);
  EXPECT_EQ(after(four, AttemptEnd::error_answer, 1).failures, 0);
  EXPECT_EQ(after(four, AttemptEnd::abandoned, 1).failures, 4) << "it tells nothing";
  EXPECT_EQ(after(four, AttemptEnd::broke, 1).failures, rule.failures_max);
}

TEST(Outlier, ejections_last_longer_up_to_the_limit_and_are_forgiven_in_time) {
  Health health;
  Instant now = at(0s);
  std::vector<Duration> lengths;
  for (int round = 0; round < 300; ++round) {
    health = after_ejection(rule, health, now);
    lengths.push_back(health.ejected_until - now);
    now = health.ejected_until;
  }
  EXPECT_EQ(lengths[0], 2s);
  EXPECT_EQ(lengths[1], 4s);
  EXPECT_EQ(lengths.back(), rule.longest);
  EXPECT_TRUE(std::is_sorted(lengths.begin(), lengths.end()));

  Health twice = after_ejection(rule, after_ejection(rule, {}, at(0s)), at(2s));
  EXPECT_EQ(twice.ejected_until, at(6s));
  EXPECT_EQ(after_ejection(rule, twice, at(15s)).ejections, 3);
  EXPECT_EQ(after_ejection(rule, twice, at(16s)).ejections, 2);
  EXPECT_EQ(after_ejection(rule, twice, at(1h)).ejections, 1);
}

TEST(Outlier, what_ends_while_it_is_ejected_changes_nothing) {
  const Health ejected = after_ejection(rule, {}, at(0s));
  for (const auto end : {AttemptEnd::broke, AttemptEnd::answered, AttemptEnd::error_answer})
    EXPECT_EQ(after(ejected, end, 50, at(1s)), ejected);
  EXPECT_EQ(after(ejected, AttemptEnd::broke, 1, at(2s)).failures, 1);
}

TEST(Outlier, health_is_the_same_out_of_one_word) {
  Random random(11);
  for (int i = 0; i < 10'000; ++i) {
    const Health health{.failures = static_cast<std::int32_t>(random.below(256)),
                        .ejections = static_cast<std::int32_t>(random.below(256)),
                        .ejected_until = at(std::chrono::milliseconds(random.below(1ULL << 43)))};
    EXPECT_EQ(unpacked(packed(health)), health) << "seed 11, case " << i;
  }
  EXPECT_EQ(unpacked(0), Health{});
}

TEST(Outlier, a_share_of_errors_stands_out_against_the_siblings) {
  struct Case {
    const char* what;
    std::vector<Answers> fleet;  // {answers, errors}; the first is judged
    bool out;
  };
  const std::vector<Case> cases = {
      {"fails fast, siblings well", {{200, 200}, {20, 0}, {20, 0}, {20, 0}}, true},
      {"one slow sibling is enough", {{300, 300}, {15, 0}}, true},
      {"half of its answers", {{100, 50}, {100, 0}, {100, 1}}, true},
      {"another fails fast, too", {{900, 900}, {900, 900}, {50, 0}, {50, 0}, {50, 0}}, true},
      {"all fail alike", {{200, 200}, {20, 20}, {20, 20}}, false},
      {"one broken address among good ones", {{100, 31}, {100, 29}, {100, 34}}, false},
      {"worse, but not by much", {{5000, 900}, {5000, 100}, {5000, 100}}, false},
      {"better than its siblings", {{100, 0}, {100, 90}, {100, 90}}, false},
      {"too few errors", {{4, 4}, {500, 0}, {500, 0}}, false},
      {"may be chance", {{10, 5}, {10, 1}, {10, 2}}, false},
      {"a sibling that answered too little", {{200, 200}, {4, 0}}, false},
      {"alone", {{200, 200}}, false},
      {"siblings without traffic", {{200, 200}, {0, 0}, {0, 0}}, false},
  };
  for (const Case& c : cases) EXPECT_EQ(first_stands_out(c.fleet), c.out) << c.what;
}

TEST(Outlier, errors_that_are_spread_by_chance_stand_out_nowhere) {
  constexpr std::uint64_t seed = 20261130;
  Random random(seed);
  for (int fleet = 0; fleet < 20'000; ++fleet) {
    const double share = fleet % 2 == 0 ? random.uniform() : random.uniform() * 0.1;
    const std::uint64_t most = std::uint64_t{1} << (2 + random.below(7));
    std::vector<Answers> answers(2 + random.below(12));
    for (Answers& a : answers) {
      a.count = static_cast<std::uint32_t>(random.below(most));
      for (std::uint32_t i = 0; i < a.count; ++i) a.errors += random.uniform() < share ? 1 : 0;
    }
    ASSERT_FALSE(first_stands_out(answers)) << "seed " << seed << ", fleet " << fleet;
  }
}

TEST(Outlier, more_errors_never_make_a_replica_stand_out_less) {
  constexpr std::uint64_t seed = 5;
  Random random(seed);
  for (int i = 0; i < 20'000; ++i) {
    std::vector<Answers> fleet(2 + random.below(8));
    for (Answers& a : fleet) {
      a.count = static_cast<std::uint32_t>(1 + random.below(300));
      a.errors = static_cast<std::uint32_t>(random.below(a.count + 1));
    }
    fleet.front().errors = static_cast<std::uint32_t>(random.below(fleet.front().count));
    const bool before = first_stands_out(fleet);
    ++fleet.front().errors;
    ASSERT_LE(before, first_stands_out(fleet)) << "seed " << seed << ", case " << i;
  }
}

TEST(Outlier, at_most_half_may_be_left_out_and_that_is_no_panic) {
  EXPECT_FALSE(may_eject(0, 0));
  EXPECT_FALSE(may_eject(0, 1)) << "the only one";
  EXPECT_TRUE(may_eject(0, 2));
  EXPECT_FALSE(may_eject(1, 2));
  EXPECT_TRUE(may_eject(0, 3));
  EXPECT_FALSE(may_eject(1, 3));
  for (std::size_t count = 0; count < 100; ++count) {
    for (std::size_t out = 0; out < count; ++out) {
      EXPECT_FALSE(may_eject(out, count) && panic(out + 1, count)) << out << " of " << count;
    }
  }
}

TEST(Outlier, losing_more_than_half_is_a_panic) {
  EXPECT_FALSE(panic(0, 0));
  EXPECT_FALSE(panic(1, 2));
  EXPECT_TRUE(panic(2, 3));
  EXPECT_TRUE(panic(1, 1));
}

}  // namespace
}  // namespace headroom::protect

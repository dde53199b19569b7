// One rule at a time: what it does to the number, and what would have been without it.
#include "scale/settle.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/random.h"

namespace headroom::scale {
namespace {

Question question(double need, int last) {
  Question q;
  q.needs.push_back({Rule::latency, need, "need"});
  q.last = q.ready = last;
  q.bounds.min = 1;
  q.bounds.max = 100;
  q.delay_s = 15;
  return q;
}

const Reason* find(const std::vector<Reason>& reasons, Rule rule) {
  const auto found = std::ranges::find(reasons, rule, &Reason::rule);
  return found == reasons.end() ? nullptr : &*found;
}

TEST(Settle, each_rule_changes_the_number_as_stated_and_says_so) {
  struct Case {
    Rule rule;
    Question question;
    int replicas;
    int without;
  };
  std::vector<Case> cases;
  const auto add = [&cases](Rule rule, Question q, int replicas, int without) {
    cases.push_back({rule, std::move(q), replicas, without});
  };

  Question delay = question(8.2, 12);
  delay.needed_lately.replicas = 11.4;
  add(Rule::in_delay, delay, 12, 9);
  delay.needed_lately.replicas = 9.9;
  add(Rule::in_delay, delay, 10, 9);

  Question band = question(8.9, 10);
  band.band = 0.1;
  add(Rule::hysteresis, band, 10, 9);

  Question blind = question(3, 7);
  blind.evidence = false;
  add(Rule::no_evidence, blind, 7, 3);

  for (const auto& [rule, flag] :
       {std::pair{Rule::roll_out, &Question::rolling_out}, {Rule::incident, &Question::incident}}) {
    Question held = question(3, 7);
    held.*flag = true;
    add(rule, held, 7, 3);
  }

  Question high = question(140, 90);
  add(Rule::max, high, 100, 140);

  Question low = question(0.3, 4);
  low.bounds.min = 4;
  add(Rule::min, low, 4, 1);

  Question zones = question(8.2, 12);
  zones.bounds.zones = 3;
  add(Rule::zone_loss, zones, 14, 9);

  Question sudden = question(20, 5);
  sudden.step = 4;
  add(Rule::step, sudden, 9, 20);

  for (const auto& c : cases) {
    std::vector<Reason> reasons;
    EXPECT_EQ(settle(c.question, {}, &reasons), c.replicas) << entry(c.rule).name;
    EXPECT_EQ(settle(c.question, c.rule, nullptr), c.without) << entry(c.rule).name;
    const Reason* reason = find(reasons, c.rule);
    ASSERT_NE(reason, nullptr) << entry(c.rule).name;
    EXPECT_TRUE(reason->decisive) << entry(c.rule).name;
    EXPECT_EQ(reason->replicas, c.replicas) << entry(c.rule).name;
  }
}

TEST(Settle, the_largest_need_wins_and_without_it_the_next) {
  Question waiting = question(5, 5);
  waiting.needs.push_back({Rule::backlog, 6.5, "waiting"});
  std::vector<Reason> reasons;
  EXPECT_EQ(settle(waiting, {}, &reasons), 7);
  EXPECT_TRUE(find(reasons, Rule::backlog)->decisive);
  EXPECT_FALSE(find(reasons, Rule::latency)->decisive);
  EXPECT_EQ(settle(waiting, Rule::backlog, nullptr), 5);
}

TEST(Settle, a_larger_need_that_is_the_same_number_of_replicas_decides_nothing) {
  Question waiting = question(2.98, 3);
  waiting.needs.push_back({Rule::backlog, 2.99, "waiting"});
  std::vector<Reason> reasons;
  EXPECT_EQ(settle(waiting, {}, &reasons), 3);
  EXPECT_TRUE(find(reasons, Rule::latency)->decisive);
  EXPECT_FALSE(find(reasons, Rule::backlog)->decisive);
}

TEST(Settle, the_need_of_an_earlier_second_that_decides_is_told_with_its_age) {
  Question falling = question(3, 5);
  falling.needed_lately = {.replicas = 4.31, .age_s = 12};
  std::vector<Reason> reasons;
  EXPECT_EQ(settle(falling, {}, &reasons), 5);
  EXPECT_EQ(find(reasons, Rule::in_delay)->text,
            "kept for 15 s: the 4.4 that were needed, or ran at the start, 12 s ago");
  EXPECT_FALSE(find(reasons, Rule::latency)->decisive) << "3 is not what 5 follows from";
}

TEST(Settle, numbers_of_replicas_are_told_as_they_are_rounded_up) {
  EXPECT_EQ(in_replicas(3.02), "3.1");
  EXPECT_EQ(in_replicas(2.98), "3.0");
  EXPECT_EQ(in_replicas(3 + 1e-12), "3.0");
  EXPECT_EQ(in_replicas(0), "0.0");
}

TEST(Settle, rules_that_do_not_bite_leave_the_number_and_no_reason) {
  struct Case {
    Question question;
    int replicas;
  };
  Question rising = question(12.1, 10);
  rising.needed_lately.replicas = 9;
  rising.band = 0.5;
  Question steps = question(7, 5);
  steps.step = 4;
  Question blind_rise = question(9, 7);
  blind_rise.evidence = false;
  for (const auto& c : {Case{rising, 13}, Case{steps, 7}, Case{blind_rise, 9}}) {
    std::vector<Reason> reasons;
    EXPECT_EQ(settle(c.question, {}, &reasons), c.replicas);
    EXPECT_EQ(reasons.size(), 1) << "only the need";
  }
}

TEST(Settle, as_many_as_needed_are_left_when_the_fullest_zone_is_lost_and_no_more_than_that) {
  for (int zones = 2; zones <= 6; ++zones)
    for (int needed = 0; needed < 60; ++needed) {
      Question q = question(needed, 0);
      q.bounds.min = 0;
      q.bounds.max = 1000;
      q.bounds.zones = zones;
      const int replicas = settle(q, {}, nullptr);
      const auto left = [zones](int all) { return all - (all + zones - 1) / zones; };
      EXPECT_EQ(left(replicas), after_zone_loss(replicas, zones));
      EXPECT_GE(left(replicas), needed) << zones << " zones";
      if (replicas > 0) {
        EXPECT_LT(left(replicas - 1), needed) << zones << " zones";
      }
    }
}

TEST(Settle, hysteresis_does_not_hold_on_to_what_is_kept_for_a_zone) {
  Question q = question(10, 20);
  q.bounds.zones = 2;
  q.band = 0.1;
  EXPECT_EQ(settle(q, {}, nullptr), 20);
  q.needs[0].replicas = 8.9;
  EXPECT_EQ(settle(q, {}, nullptr), 20) << "a fall to 8.9 is within the band of 9.8";
  q.needs[0].replicas = 8;
  EXPECT_EQ(settle(q, {}, nullptr), 18) << "8.8";
}

TEST(Settle, hysteresis_keeps_what_may_still_be_chance_and_one_that_is_needed_again_and_again) {
  Question q = question(30, 40);
  q.band = 0.3;
  for (const auto& [by_now, kept] : {std::pair{0.3, 39}, {0.2, 36}, {0.1, 33}, {0.01, 31}}) {
    q.band_by_now = by_now;
    EXPECT_EQ(settle(q, {}, nullptr), kept) << by_now;
  }
  q.needs[0].replicas = 5.1;
  q.last = 7;
  EXPECT_EQ(settle(q, {}, nullptr), 7) << "one more than 6";
  q.band = 0.1;
  EXPECT_EQ(settle(q, {}, nullptr), 6) << "5.6 at most, even at first";
}

TEST(Settle, hysteresis_is_about_what_is_estimated_and_not_about_what_the_calendar_asks_for) {
  Question q = question(3, 13);
  q.band = 0.1;
  q.needs.push_back({Rule::calendar, 12, "an event"});
  EXPECT_EQ(settle(q, {}, nullptr), 12);
  q.needs[0].replicas = 12;
  EXPECT_EQ(settle(q, {}, nullptr), 13);
}

TEST(Settle, what_comes_again_is_kept_as_long_as_other_needs_and_is_no_estimate_either) {
  Question q = question(3, 13);
  q.band = 0.1;
  q.needs.push_back({Rule::repeat, 12, "it rose on other days"});
  EXPECT_EQ(settle(q, {}, nullptr), 12);
  EXPECT_EQ(settle(q, Rule::repeat, nullptr), 4);
  q.needs.pop_back();
  q.repeat_lately = {11, 5};
  EXPECT_EQ(settle(q, {}, nullptr), 11);
  EXPECT_EQ(settle(q, Rule::repeat, nullptr), 4);
}

TEST(Settle, a_step_limit_never_takes_back_what_is_wanted_already) {
  Question q = question(20, 10);
  q.ready = 4;  // six of ten crashed
  q.step = 2;
  EXPECT_EQ(settle(q, {}, nullptr), 10);
}

TEST(Settle, bounds_hold_and_more_need_never_gives_fewer_whatever_the_rest) {
  for (std::uint64_t seed = 1; seed <= 5000; ++seed) {
    Random random(seed);
    Question q = question(0, static_cast<int>(random.below(30)));
    q.needed_lately.replicas = 40 * random.uniform();
    q.band = 0.5 * random.uniform();
    q.band_by_now = q.band * random.uniform();
    q.evidence = random.below(3) > 0;
    q.rolling_out = random.below(3) == 0;
    q.incident = random.below(3) == 0;
    q.ready = static_cast<int>(random.below(30));
    q.bounds.min = static_cast<int>(random.below(5));
    q.bounds.max = q.bounds.min + 1 + static_cast<int>(random.below(30));
    q.step = static_cast<int>(random.below(6));
    q.bounds.zones = 1 + static_cast<int>(random.below(4));
    int before = 0;
    for (double need = 0; need < 50; need += 0.7) {
      q.needs[0].replicas = need;
      const int replicas = settle(q, {}, nullptr);
      ASSERT_GE(replicas, q.bounds.min) << "seed " << seed;
      ASSERT_LE(replicas, q.bounds.max) << "seed " << seed;
      ASSERT_GE(replicas, before) << "seed " << seed << " need " << need;
      before = replicas;
    }
  }
}

}  // namespace
}  // namespace headroom::scale

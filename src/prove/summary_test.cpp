// Ratios, families and shared settings on runs small enough to work out by hand.
#include "prove/summary.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "prove/shared_setting.h"

namespace headroom::prove {
namespace {

Trial run(const std::string& trace, const std::string& family, const Setting& setting,
          double missed_share, double hours) {
  Trial out{{trace, family, "development", "fast-web", 30}, setting, {}};
  out.score.requests = 1'000'000;
  out.score.late = missed_share * 1'000'000;
  out.score.replica_seconds = hours * 3600;
  return out;
}

const Comparison* find(const std::vector<Comparison>& all, const std::string& against,
                       double share = 0.001, const std::string& part = "") {
  for (const Comparison& one : all)
    if (one.against == against && one.missed_share == share && one.part == part) return &one;
  return nullptr;
}

TEST(Summary, a_family_counts_once_however_many_traces_it_has) {
  std::vector<Trial> runs;
  for (const std::string trace : {"a", "b", "c"}) {  // headroom at half the cost
    runs.push_back(run(trace, "web", {"headroom", 0.001}, 0.001, 10));
    runs.push_back(run(trace, "web", {"kpa", 0.7, 60}, 0.001, 20));
  }
  runs.push_back(run("d", "stream", {"headroom", 0.001}, 0.001, 40));  // at twice the cost
  runs.push_back(run("d", "stream", {"kpa", 0.7, 60}, 0.001, 20));
  const auto all = comparisons(runs, 1);
  const Comparison* found = find(all, "kpa");
  ASSERT_NE(found, nullptr);
  EXPECT_NEAR(found->ratio, 1.0, 1e-9);
  EXPECT_EQ(found->cases, 4);
  EXPECT_EQ(found->families, 2);
  EXPECT_NEAR(found->worst_ratio, 2.0, 1e-9);
  EXPECT_EQ(found->worst_case, "d fast-web");
  EXPECT_LE(found->low, found->ratio);
  EXPECT_GE(found->high, found->ratio);
  EXPECT_TRUE(found->has_range());
}

TEST(Summary, what_was_not_run_or_is_no_choice_has_no_line) {
  const std::vector<Trial> runs{run("a", "web", {"headroom", 0.001}, 0.001, 10),
                                run("a", "web", {"kpa", 0.7, 60}, 0.001, 20),
                                run("b", "web", {"headroom", 0.001}, 0.001, 10)};
  const auto all = comparisons(runs, 1);
  for (const char* name : {best_rival, "hpa, cpu or rate, best target", "hpa-cpu"})
    EXPECT_EQ(find(all, name), nullptr) << name;
  EXPECT_EQ(find(all, "kpa")->cases, 1);
  EXPECT_EQ(find(all, "kpa")->other_short, 0) << "it was not run on b";
  EXPECT_FALSE(find(all, "kpa")->has_range());
  const std::vector<Trial> one(runs.begin(), runs.begin() + 2);
  EXPECT_NE(find(all, "kpa at one setting for all"), nullptr);
  EXPECT_EQ(find(comparisons(one, 1), "kpa at one setting for all"), nullptr);
}

TEST(Summary, the_best_rival_is_chosen_per_case_and_never_the_oracle_or_a_fresh_signal) {
  const std::vector<Trial> runs{run("a", "web", {"headroom", 0.001}, 0.001, 10),
                                run("a", "web", {"kpa", 0.7, 60}, 0.001, 20),
                                run("a", "web", {"hpa-cpu", 0.7, 60}, 0.001, 16),
                                run("a", "web", {"hpa-rate", 0.7, 60}, 0.001, 17),
                                run("a", "web", {"oracle", 0.001}, 0.001, 5),
                                run("a", "web", {"kpa", 0.7, 60, true}, 0.001, 8)};
  const auto all = comparisons(runs, 1);
  EXPECT_NEAR(find(all, best_rival)->ratio, 10.0 / 16, 1e-9);
  EXPECT_NEAR(find(all, "hpa, cpu or rate, best target")->ratio, 10.0 / 16, 1e-9);
  EXPECT_NEAR(find(all, "oracle")->ratio, 2, 1e-9);
  EXPECT_NEAR(find(all, "kpa, 1 s signal")->ratio, 10.0 / 8, 1e-9);
}

TEST(Summary, who_cannot_keep_a_share_counts_with_the_greatest_fleet) {
  std::vector<Trial> runs{run("a", "web", {"headroom", 0.001}, 0.002, 10),
                          run("a", "web", {"kpa", 0.7, 60}, 0.001, 20)};
  for (Trial& one : runs) {
    one.replicas_max = 40;
    one.score.scored_s = 3600;
  }
  const auto all = comparisons(runs, 1);
  const Comparison* found = find(all, "kpa");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->cases, 1);
  EXPECT_NEAR(found->ratio, 40.0 / 20, 1e-9);
  EXPECT_EQ(found->headroom_short, 1);
  EXPECT_EQ(found->other_short, 0);
  EXPECT_NEAR(find(all, "kpa", 0.01)->ratio, 0.5, 1e-9);
  EXPECT_EQ(find(all, "kpa", 0.0001)->both_short, 1);
  EXPECT_EQ(find(all, "kpa", 0.0001)->cases, 0);
}

TEST(Summary, an_oracle_that_does_not_keep_a_share_bounds_nothing) {
  std::vector<Trial> runs{run("a", "web", {"headroom", 0.001}, 0.001, 10),
                          run("a", "web", {"oracle", 0.001}, 0.002, 5),
                          run("b", "web", {"headroom", 0.001}, 0.001, 10),
                          run("b", "web", {"oracle", 0.001}, 0.001, 8)};
  for (Trial& one : runs) {
    one.replicas_max = 40;
    one.score.scored_s = 3600;
  }
  const auto all = comparisons(runs, 1);
  const Comparison* found = find(all, "oracle");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->cases, 1);
  EXPECT_NEAR(found->ratio, 10.0 / 8, 1e-9);
}

TEST(Summary, a_usual_share_that_is_asked_for_is_compared_at_once) {
  EXPECT_EQ(shares_with(1 - 0.99), shares_with(0.01));
  EXPECT_EQ(shares_with(0.01).size(), 3U);
  EXPECT_EQ(shares_with(0.05).size(), 4U);
}

TEST(Summary, what_is_asked_for_is_compared_at_too_with_its_own_promise) {
  const std::vector<Trial> runs{run("a", "web", {"headroom", 0.02}, 0.019, 6),
                                run("a", "web", {"kpa", 0.7, 60}, 0.015, 10)};
  const auto all = comparisons(runs, 1, 0.02);
  const Comparison* found = find(all, at_promise, 0.02);
  ASSERT_NE(found, nullptr);
  EXPECT_NEAR(found->ratio, 0.6, 1e-9);
  EXPECT_EQ(found->kept, 1);
  EXPECT_EQ(&all.front(), found) << "the greatest share first, and its promise first of all";
  EXPECT_EQ(find(comparisons(runs, 1), at_promise, 0.02), nullptr);
}

TEST(Summary, at_its_promise_nothing_of_headroom_is_chosen_and_what_was_kept_is_counted) {
  const std::vector<Trial> runs{run("a", "web", {"headroom", 0.001}, 0.0012, 10),
                                run("a", "web", {"headroom", 0.0003}, 0, 9),
                                run("a", "web", {"kpa", 0.7, 60}, 0.001, 20),
                                run("a", "web", {"kpa", 0.9, 60}, 0.002, 5),
                                run("a", "web", {"fixed", 0.5}, 0, 16),
                                run("a", "web", {"oracle", 0.001}, 0, 2),
                                run("b", "stream", {"headroom", 0.001}, 0.0013, 32),
                                run("b", "stream", {"kpa", 0.7, 60, false, 0.1}, 0.001, 20)};
  const auto all = comparisons(runs, 1);
  const Comparison* found = find(all, at_promise);
  ASSERT_NE(found, nullptr);
  const auto row = std::ranges::find(all, 0.001, &Comparison::missed_share);
  EXPECT_EQ(row->against, at_promise) << "the first of that share";
  EXPECT_NEAR(found->ratio, std::sqrt(10.0 / 16 * 32 / 20), 1e-9);
  EXPECT_EQ(found->cases, 2);
  EXPECT_EQ(found->kept, 1) << "0.12% is within 1.25 of 0.1%, 0.13% is not";
  EXPECT_EQ(found->worst_family, "stream");
  EXPECT_NEAR(found->worst_family_ratio, 1.6, 1e-9);
  EXPECT_EQ(find(all, at_promise, 0.01), nullptr) << "it was not run so";
  EXPECT_NEAR(find(all, best_rival)->ratio, 9.0 / 16, 1e-9) << "b is not kept, at unknown cost";
}

TEST(Summary, parts_are_judged_apart_and_together) {
  std::vector<Trial> runs{run("a", "web", {"headroom", 0.001}, 0.001, 10),
                          run("a", "web", {"kpa", 0.7, 60}, 0.001, 20),
                          run("b", "web", {"headroom", 0.001}, 0.001, 30),
                          run("b", "web", {"kpa", 0.7, 60}, 0.001, 20)};
  runs[2].of.part = runs[3].of.part = "confirmation";
  const auto all = comparisons(runs, 1);
  EXPECT_NEAR(find(all, "kpa", 0.001, "development")->ratio, 0.5, 1e-9);
  EXPECT_NEAR(find(all, "kpa", 0.001, "confirmation")->ratio, 1.5, 1e-9);
  EXPECT_NEAR(find(all, "kpa")->ratio, std::sqrt(0.75), 1e-9);
  runs.resize(2);
  EXPECT_EQ(find(comparisons(runs, 1), "kpa", 0.001, "development"), nullptr) << "it is all";
}

TEST(SharedSetting, is_the_cheapest_that_nearly_every_case_meets) {
  std::vector<Trial> runs;
  for (int i = 0; i < 10; ++i) {
    const std::string trace(1, static_cast<char>('a' + i));
    runs.push_back(run(trace, "web", {"kpa", 0.9, 60}, i < 5 ? 0.0001 : 0.01, 10));
    runs.push_back(run(trace, "web", {"kpa", 0.7, 60}, i < 9 ? 0.0001 : 0.01, 20));
    runs.push_back(run(trace, "web", {"kpa", 0.5, 60}, 0.0001, 30));
  }
  runs.push_back(run("a", "web", {"kpa", 0.8, 60}, 0.0001, 1));  // not tried elsewhere
  std::vector<const Trial*> all;
  for (const Trial& one : runs) all.push_back(&one);
  EXPECT_EQ(shared_setting(all, "kpa", 0.001), (Setting{"kpa", 0.7, 60}));
  EXPECT_EQ(shared_setting(all, "kpa", 0.1), (Setting{"kpa", 0.9, 60}));
  EXPECT_EQ(shared_setting(all, "aws", 0.1), std::nullopt);
}

}  // namespace
}  // namespace headroom::prove

// Which setting of a policy is shown, and in which order policies stand.
#include "prove/ranking.h"

#include <gtest/gtest.h>

namespace headroom::prove {
namespace {

Trial run(Setting setting, double missed_of_thousand, double hours, const char* trace = "day") {
  Trial out{.of = {trace, trace, "", "fast-web", 30}, .setting = std::move(setting), .score = {}};
  out.score.requests = 1000;
  out.score.late = missed_of_thousand;
  out.score.replica_seconds = 3600 * hours;
  return out;
}

/// "policy target", in order.
std::vector<std::string> order_of(const Ranking& ranking) {
  std::vector<std::string> out;
  for (const Standing& one : ranking.policies)
    out.push_back(one.run->setting.policy + " " +
                  std::to_string(one.run->setting.target).substr(0, 4));
  return out;
}

TEST(Ranking, a_rival_stands_with_its_cheapest_setting_within_what_is_permitted) {
  const std::vector<Trial> runs{run({"kpa", 0.5, 60}, 1, 30), run({"kpa", 0.7, 60}, 9, 20),
                                run({"kpa", 0.9, 60}, 80, 10), run({"kpa", 0.9, 60, true}, 0, 5)};
  const auto found = rankings(runs, 0.01);
  ASSERT_EQ(found.size(), 1);
  EXPECT_EQ(order_of(found[0]), std::vector<std::string>{"kpa 0.70"});
  EXPECT_EQ(found[0].policies[0].tried, 3) << "nobody has headroom's signal";
  EXPECT_TRUE(found[0].policies[0].met);
}

TEST(Ranking, headroom_stands_with_what_is_permitted_and_not_with_what_turned_out_best) {
  const std::vector<Trial> runs{run({"headroom", 0.01}, 12, 20), run({"headroom", 0.007}, 8, 22)};
  const auto found = rankings(runs, 0.01);
  EXPECT_EQ(found[0].policies[0].run->setting.target, 0.01);
  EXPECT_FALSE(found[0].policies[0].met);
}

TEST(Ranking, headroom_is_first_and_then_who_meets_it_at_the_lowest_cost) {
  const std::vector<Trial> runs{run({"aws", 0.5, 60}, 50, 1), run({"fixed", 0.5}, 0, 40),
                                run({"headroom", 0.01}, 5, 30), run({"kpa", 0.5, 60}, 3, 25),
                                run({"keda", 0.5, 60}, 20, 2)};
  EXPECT_EQ(order_of(rankings(runs, 0.01)[0]),
            (std::vector<std::string>{"headroom 0.01", "kpa 0.50", "fixed 0.50", "keda 0.50",
                                      "aws 0.50"}));
}

TEST(Ranking, each_case_has_its_own) {
  const std::vector<Trial> runs{run({"kpa", 0.5, 60}, 1, 30, "a"),
                                run({"kpa", 0.5, 60}, 1, 30, "b")};
  EXPECT_EQ(rankings(runs, 0.01).size(), 2);
}

}  // namespace
}  // namespace headroom::prove

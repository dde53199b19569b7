// Bisection finds what a share costs, where the first settings lie far apart.
#include "prove/refine.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace headroom::prove {
namespace {

Trial run(const Setting& setting, double missed_share, double hours) {
  Trial out{{"day", "web", "", "fast-web", 30}, setting, {}};
  out.score.requests = 1e6;
  out.score.late = missed_share * 1e6;
  out.score.replica_seconds = hours * 3600;
  out.replicas_min = 1;
  out.replicas_max = 120;
  return out;
}

using Plays = std::function<Trial(const Setting&)>;

/// The cheapest hours that keep the share after so many rounds.
double found(std::vector<Setting> settings, const Plays& play, double share, int rounds) {
  std::vector<Trial> runs;
  for (int round = 0;; ++round) {
    for (const Setting& one : settings) runs.push_back(play(one));
    if (round == rounds) break;
    std::vector<const Trial*> all;
    for (const Trial& one : runs) all.push_back(&one);
    settings = refined(all, share);
  }
  double best = 1e9;
  for (const Trial& one : runs)
    if (one.score.wanting_share() <= share) best = std::min(best, one.score.replica_hours());
  return best;
}

/// Misses 0.1% at a target of 0.73 or, with the longer stabilisation, of 0.83.
TEST(Refine, closes_in_on_the_share_along_the_line_that_is_cheapest_there) {
  const Plays play = [](const Setting& one) {
    const double knee = one.stabilise_s > 100 ? 0.83 : 0.73;
    return run(one, 0.001 * std::pow(one.target / knee, 12), 30 / one.target);
  };
  std::vector<Setting> coarse;
  for (const double target : {0.2, 0.5, 1.0})
    for (const double stabilise_s : {60.0, 300.0})
      coarse.push_back({"kpa", target, stabilise_s, false, 0});
  EXPECT_NEAR(found(coarse, play, 0.001, 0), 60, 1e-9);
  EXPECT_NEAR(found(coarse, play, 0.001, refining_rounds), 30 / 0.83, 0.04 * 30 / 0.83);
}

/// Full replicas have queues, and a policy that counts those asks for more: beyond the knee it is
/// dearer again, and the cheapest lies between two settings of which neither is.
TEST(Refine, looks_between_neighbours_of_which_the_bold_one_costs_more) {
  const Plays play = [](const Setting& one) {
    const bool full = one.target > 0.95;
    return run(one, full ? 0.02 : 0, full ? 32 : 18 / one.target);
  };
  const std::vector<Setting> coarse{{"kpa", 0.8, 15}, {"kpa", 0.9, 15}, {"kpa", 1.0, 15}};
  EXPECT_NEAR(found(coarse, play, 0.001, 0), 20, 1e-9);
  EXPECT_LT(found(coarse, play, 0.001, refining_rounds), 19.3);
}

TEST(Refine, finds_the_smallest_fleet) {
  const Plays play = [](const Setting& one) {
    const int fleet = fleet_of(one, 1, 120);
    return run(one, fleet < 47 ? 0.5 : 0, fleet);
  };
  std::vector<Setting> coarse;
  for (int i = 1; i <= 6; ++i) coarse.push_back({.policy = "fixed", .target = i / 6.0});
  EXPECT_EQ(found(coarse, play, 0.001, refining_rounds), 47);
}

/// Bursts that only a standing fleet of 29 meets, whatever the target.
TEST(Refine, finds_the_least_number_that_meets_what_no_signal_announces) {
  const Plays play = [](const Setting& one) {
    const int least = least_of(one, 1, 120);
    return run(one, least < 29 ? 0.01 : 0.0001, std::max(20, least) + 1 / one.target);
  };
  std::vector<Setting> coarse;
  for (const double floor : {0.0, 0.2, 0.4}) coarse.push_back({"kpa", 0.8, 60, false, floor});
  EXPECT_NEAR(found(coarse, play, 0.001, 0), 48 + 1 / 0.8, 1e-9);
  EXPECT_NEAR(found(coarse, play, 0.001, refining_rounds), 29 + 1 / 0.8, 1e-9);
}

TEST(Refine, looks_no_closer_where_nothing_is_to_be_had) {
  const Trial safe = run({"headroom", 0.0001}, 0.0001, 20);
  const Trial beyond = run({"headroom", 0.01}, 0.01, 19.9);
  const std::vector<const Trial*> alike{&safe, &beyond};
  EXPECT_TRUE(refined(alike, 0.001).empty()) << "less than 1% cheaper";
  const Trial near = run({"kpa", 0.5, 60}, 0.0001, 20);
  const Trial next = run({"kpa", 0.505, 60}, 0.01, 10);
  const std::vector<const Trial*> neighbours{&near, &next};
  EXPECT_TRUE(refined(neighbours, 0.001).empty()) << "nothing lies between";
  const std::vector<const Trial*> one{&safe};
  EXPECT_TRUE(refined(one, 0.001).empty()) << "even the boldest keeps it";
  EXPECT_TRUE(refined(one, 0.00001).empty()) << "nothing keeps it";
}

TEST(Refine, a_signal_of_its_own_is_not_outshone_by_a_fresh_one) {
  const Trial fresh = run({"hpa-cpu", 0.9, 60, true}, 0.0001, 5);
  const Trial safe = run({"hpa-cpu", 0.5, 60}, 0.0001, 20);
  const Trial beyond = run({"hpa-cpu", 0.9, 60}, 0.01, 10);
  const std::vector<const Trial*> all{&fresh, &safe, &beyond};
  ASSERT_EQ(refined(all, 0.001).size(), 1);
  EXPECT_FALSE(refined(all, 0.001)[0].fresh_signal);
}

}  // namespace
}  // namespace headroom::prove

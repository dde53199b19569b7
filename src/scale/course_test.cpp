// What a regression foretells of ramps, of noise and of the days before, and how far it may go.
#include "scale/course.h"

#include <gtest/gtest.h>

#include <cmath>
#include <deque>
#include <limits>

#include "core/random.h"

namespace headroom::scale {
namespace {

/// Demand by the second, its means of all it was, and what a regression learns of it.
struct Lived {
  explicit Lived(int lead_s) : lead(lead_s) {}

  void tick(double per_second, double season_rise = 0) {
    seconds.push_front(per_second);
    if (seconds.size() > 600) seconds.pop_back();
    now = {.per_second = mean(30),
           .latest = mean(3),
           .rapid = mean(5),
           .sustained = mean(30),
           .steady = mean(120)};
    follow(now, 1, course);
    const double lead_ago = pending.empty() ? now.steady : pending.back().base;
    pending.push_front({.base = now.per_second,
                        .season_rise = season_rise,
                        .features = features_of(course, now, lead_ago, season_rise)});
    if (static_cast<int>(pending.size()) <= lead) return;
    const Moment& then = pending.back();
    learn_course(then.features, (now.latest - then.base - then.season_rise) / then.base, 1, course);
    pending.pop_back();
  }
  [[nodiscard]] double foretold() const {
    const Moment& moment = pending.front();
    return moment.season_rise + beyond_days_before(course, moment.features) * moment.base;
  }

  Course course;
  Demand now;

 private:
  struct Moment {
    double base = 0;
    double season_rise = 0;
    CourseFeatures features{};
  };
  [[nodiscard]] double mean(std::size_t length) const {
    double sum = 0;
    const std::size_t known = std::min(length, seconds.size());
    for (std::size_t i = 0; i < known; ++i) sum += seconds[i];
    return sum / static_cast<double>(known);
  }

  int lead;
  std::deque<double> seconds;  // newest first
  std::deque<Moment> pending;  // newest first
};

TEST(Course, before_any_moment_was_learned_it_is_that_of_the_days_before) {
  Lived lived(60);
  for (int t = 0; t < 50; ++t) lived.tick(100 + t, 40);
  EXPECT_NEAR(lived.foretold(), 40, 0.01);
}

TEST(Course, a_ramp_is_foretold_to_go_on_once_ramps_did) {
  // Up by half within ten minutes, level for ten, down and level again: 40 minutes.
  const auto demand = [](int t) {
    const int at = t % 2400;
    if (at < 600) return 400 + at / 3.0;
    if (at < 1200) return 600.0;
    if (at < 1800) return 600 - (at - 1200) / 3.0;
    return 400.0;
  };
  Lived lived(120);
  int t = 0;
  for (; t < 6 * 2400; ++t) lived.tick(demand(t));
  for (; t < 7 * 2400; ++t) {
    lived.tick(demand(t));
    const int at = t % 2400;
    const double comes = demand(t + 120) - lived.now.per_second;
    const double foretold = lived.foretold();
    if ((at > 200 && at < 450) || (at > 1400 && at < 1650)) {
      EXPECT_GT(foretold / comes, 0.6) << at;
      EXPECT_LT(foretold / comes, 1.1) << at;
    } else if (at > 850 && at < 1050) {
      EXPECT_NEAR(foretold, comes, 10) << at << ": the top";
    }
  }
}

TEST(Course, what_is_above_the_mean_by_chance_is_foretold_to_fall_back) {
  Random random(11);
  Lived lived(30);
  for (int t = 0; t < 6 * 3600; ++t) lived.tick(100 + 30 * random.normal());
  double foretold = 0;
  double above = 0;
  for (int t = 0; t < 3600; ++t) {
    lived.tick(100 + 30 * random.normal());
    if (lived.now.per_second < 105) continue;
    above += lived.now.per_second - 100;
    foretold += lived.foretold();
  }
  ASSERT_GT(above, 0);
  EXPECT_NEAR(foretold / above, -1, 0.3);
}

TEST(Course, days_before_that_told_wrong_are_no_longer_believed) {
  Lived lived(30);
  for (int t = 0; t < 3600; ++t) lived.tick(100, t % 600 < 300 ? 50 : -50);
  EXPECT_LT(std::abs(lived.foretold()), 3);
}

TEST(Course, what_was_learned_fades) {
  Lived lived(30);
  for (int t = 0; t < 3600; ++t) lived.tick(100, 50);
  EXPECT_LT(lived.foretold(), 3);
  fade(1e-6, lived.course);
  lived.tick(100, 50);
  EXPECT_GT(lived.foretold(), 40);
}

TEST(Course, it_is_as_much_as_demand_itself_at_most_whatever_is_learned) {
  Random random(5);
  for (int round = 0; round < 2000; ++round) {
    Course course;
    const auto any = [&random] { return std::exp(12 * random.normal()) * random.normal(); };
    for (double& one : course.products) one = any();
    for (double& one : course.moved) one = any();
    CourseFeatures features{};
    for (double& one : features) one = 2 * random.uniform() - 1;
    learn_course(features, any(), 1, course);
    const double beyond = beyond_days_before(course, features);
    EXPECT_GE(beyond, -1);
    EXPECT_LE(beyond, 1);
  }
  Course damaged;
  damaged.products.fill(std::numeric_limits<double>::infinity());
  learn_course({}, 0.1, 1, damaged);
  EXPECT_EQ(damaged.coefficients, CourseFeatures{});
  learn_course({0.5, 0.5, 0.5, 0.5, 0.5, 0.5}, 0.5, 1000, damaged);
  EXPECT_GT(damaged.coefficients[0], 0.1) << "and goes on";
  damaged.coefficients.fill(std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(beyond_days_before(damaged, {0.5, 0.5}), 0);
}

TEST(Course, without_demand_nothing_is_divided_by_it) {
  Lived lived(10);
  for (int t = 0; t < 100; ++t) lived.tick(0);
  EXPECT_EQ(lived.foretold(), 0);
}

}  // namespace
}  // namespace headroom::scale

// Tables of who told what and when, and what follows for the tick.
#include "evidence/traffic.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include <string>

#include "core/random.h"

namespace headroom::evidence {
namespace {

using namespace std::chrono_literals;

Instant at(double s) {
  return Instant(from_seconds(s));
}

constexpr std::size_t workers = 4;
const Interval tick{at(100), at(101)};

Sample of(std::size_t source, double from, double to, std::uint64_t arrivals) {
  return {source, {at(from), at(to)}, arrivals};
}

const Usual even(workers, 25);

struct Case {
  std::string name;
  std::vector<Sample> told;
  Usual usual;
  double per_second;
  double covered;
  double completeness;
};

/// The names of the cases that come out otherwise, with what came out.
std::string wrong_in(const std::vector<Case>& cases) {
  const auto near = [](double a, double b) { return std::abs(a - b) < 1e-9; };
  std::string wrong;
  for (const Case& one : cases) {
    Usual usual = one.usual;
    const Traffic is = traffic_of(one.told, workers, tick, usual);
    if (near(is.per_second, one.per_second) && near(is.covered, one.covered) &&
        near(is.completeness, one.completeness))
      continue;
    wrong += fmt::format("{}: {}/s, covered {}, completeness {}\n", one.name, is.per_second,
                         is.covered, is.completeness);
  }
  return wrong;
}

TEST(Traffic, divides_by_the_time_that_was_told_of) {
  const std::vector<Case> cases{
      {"all in time",
       {of(0, 100, 101, 25), of(1, 100, 101, 25), of(2, 100, 101, 25), of(3, 100, 101, 25)},
       even,
       100,
       1,
       1},
      {"one is late",
       {of(0, 100, 101, 25), of(1, 100, 101, 25), of(2, 100, 101, 25)},
       even,
       100,
       0.75,
       0.75},
      {"then it comes, with the tick before it",
       {of(0, 100, 101, 25), of(1, 100, 101, 25), of(2, 100, 101, 25), of(3, 99, 100.2, 30),
        of(3, 100.2, 101, 20)},
       even,
       100,
       1.25,
       1},
      {"or at once, for two ticks",
       {of(0, 100, 101, 25), of(1, 100, 101, 25), of(2, 100, 101, 25), of(3, 99, 101, 50)},
       even,
       100,
       1.25,
       1},
      {"its late report alone, and the next one is late as well",
       {of(0, 100, 101, 25), of(1, 100, 101, 25), of(2, 100, 101, 25), of(3, 99, 100.2, 30)},
       even,
       100,
       1.05,
       0.75},
      {"sources are not alike: the late one brings most",
       {of(0, 100, 101, 10), of(1, 100, 101, 10), of(2, 100, 101, 10)},
       {10, 10, 10, 70},
       100,
       0.3,
       0.75},
      {"and then that of two ticks",
       {of(0, 100, 101, 10), of(1, 100, 101, 10), of(2, 100, 101, 10), of(3, 99, 101, 140)},
       {10, 10, 10, 70},
       100,
       1.7,
       1},
      {"nothing is known of the late one: it is taken to be like the others",
       {of(0, 100, 101, 25), of(1, 100, 101, 25), of(2, 100, 101, 25)},
       {},
       100,
       0.75,
       0.75},
  };
  EXPECT_EQ(wrong_in(cases), "");
}

TEST(Traffic, says_nothing_where_nothing_can_be_said) {
  const std::vector<Case> cases{
      {"all brought by the late one: nothing is known",
       {of(0, 100, 101, 0), of(1, 100, 101, 0), of(2, 100, 101, 0)},
       {0, 0, 0, 100},
       -1,
       0,
       0},
      {"none in this second, of few, says something",
       {of(0, 100, 101, 0), of(1, 100, 101, 0), of(2, 100, 101, 0)},
       {0.1, 0.1, 0.1, 0.1},
       0.1,
       0.75,
       0.75},
      {"no requests at all",
       {of(0, 100, 101, 0), of(1, 100, 101, 0), of(2, 100, 101, 0), of(3, 100, 101, 0)},
       {0, 0, 0, 0},
       0,
       1,
       1},
      {"nobody tells", {}, even, -1, 0, 0},
      {"an interval without length says nothing", {of(0, 101, 101, 25)}, even, -1, 0, 0},
      {"a source that nobody knows is left out", {of(9, 100, 101, 25)}, even, -1, 0, 0},
  };
  EXPECT_EQ(wrong_in(cases), "");
}

TEST(Traffic, of_steady_sources_is_steady_whoever_tells_when) {
  const std::uint64_t seed = 5;
  Random random(seed);
  const std::vector<double> rates{200, 40, 700, 350};
  std::vector<Instant> told_until(workers, at(0));
  Usual usual;
  double told = 0;
  const int ticks = 2000;
  for (int t = 1; t <= ticks; ++t) {
    std::vector<Sample> samples;
    for (std::size_t i = 0; i < workers; ++i) {
      if (t > 1 && t < ticks && random.uniform() < 0.2) continue;  // late
      const Instant now = at(t + 0.05 * random.uniform());
      const auto arrivals = rates[i] * seconds(now - told_until[i]);
      // Exact rates: a source that counts halves would not do, so the length is bent instead.
      const auto count = static_cast<std::uint64_t>(arrivals);
      const Instant until = told_until[i] + from_seconds(static_cast<double>(count) / rates[i]);
      samples.push_back({i, {told_until[i], until}, count});
      told_until[i] = until;
      told += static_cast<double>(count);
    }
    const Traffic traffic = traffic_of(samples, workers, {at(t - 1), at(t)}, usual);
    if (samples.empty()) continue;  // nothing is known of this one
    EXPECT_NEAR(traffic.per_second, 1290, 1e-3) << "tick " << t << ", seed " << seed;
  }
  EXPECT_NEAR(told, 1290 * ticks, 200) << "and nothing is lost";
}

TEST(Traffic, what_is_usual_follows_within_a_minute_or_so) {
  Usual usual;
  const auto tell = [&usual](std::uint64_t arrivals) {
    for (int t = 0; t < 90; ++t)
      (void)traffic_of(std::vector<Sample>{{0, {at(t), at(t + 1)}, arrivals}}, 1,
                       {at(t), at(t + 1)}, usual);
  };
  tell(100);
  EXPECT_NEAR(usual[0], 100, 1e-9);
  tell(300);
  EXPECT_NEAR(usual[0], 300, 15);
}

}  // namespace
}  // namespace headroom::evidence

// Sums of what sources tell, and what they are of.
#include "evidence/assemble.h"

#include <gtest/gtest.h>

#include <vector>

namespace headroom::evidence {
namespace {

using namespace std::chrono_literals;

constexpr Interval tick{Instant{100s}, Instant{101s}};

/// One of two sources, over the whole tick unless another interval is given.
Sample told(std::size_t source, std::uint64_t arrivals, Interval of = tick) {
  Sample sample{.source = source, .of = of, .arrivals = arrivals, .good = arrivals};
  sample.attempts = arrivals;
  sample.attempts_s = 0.05 * static_cast<double>(arrivals);
  sample.in_flight_s = 4 * of.length_s();
  sample.by_concurrency.attempts[3] = static_cast<std::uint32_t>(arrivals);
  return sample;
}

TEST(Assemble, sums_what_sources_told_and_takes_means_over_their_time) {
  Usual usual;
  Histogram fast;
  Histogram slow;
  for (int i = 0; i < 60; ++i) fast.record(10ms);
  for (int i = 0; i < 40; ++i) slow.record(200ms);
  std::vector<Sample> samples{told(0, 60), told(1, 40)};
  samples[0].reasons = {{"queue_full", 2}};
  samples[1].reasons = {{"queue_full", 3}, {"timeout", 1}};
  samples[0].latencies = {&fast};
  samples[1].latencies = {&slow};
  const scale::ServiceSeen seen = assemble(samples, 2, tick, usual);
  EXPECT_EQ(seen.arrivals, 100U);
  EXPECT_EQ(seen.good, 100U);
  EXPECT_EQ(seen.reasons.at("queue_full"), 5U);
  EXPECT_EQ(seen.reasons.at("timeout"), 1U);
  EXPECT_NEAR(seen.latency_p50_s, 0.010, 0.001);
  EXPECT_NEAR(seen.latency_p99_s, 0.200, 0.005);
  EXPECT_DOUBLE_EQ(seen.concurrency, 8);
  EXPECT_DOUBLE_EQ(seen.service_time_s, 0.05);
  EXPECT_EQ(seen.by_concurrency.attempts[3], 100U);
  EXPECT_EQ(seen.completeness, 1);
  EXPECT_EQ(seen.covered, 0) << "as completeness says";
}

TEST(Assemble, means_are_over_what_was_told_of_where_a_source_is_late_and_when_it_comes) {
  Usual usual{50, 50};
  const scale::ServiceSeen without = assemble(std::vector{told(0, 50)}, 2, tick, usual);
  EXPECT_EQ(without.completeness, 0.5);
  EXPECT_DOUBLE_EQ(without.concurrency, 8) << "the one that tells has 4, and it is half of them";
  const Interval next{Instant{101s}, Instant{102s}};
  const scale::ServiceSeen both =
      assemble(std::vector{told(0, 50, next), told(1, 100, {tick.from, next.to})}, 2, next, usual);
  EXPECT_EQ(both.arrivals, 150U) << "none is lost";
  EXPECT_EQ(both.completeness, 1);
  EXPECT_DOUBLE_EQ(both.covered, 1.5);
  EXPECT_DOUBLE_EQ(both.concurrency, 8);
  EXPECT_DOUBLE_EQ(both.service_time_s, 0.05);
}

TEST(Assemble, attempts_at_a_version_are_those_of_all_sources) {
  const auto attempts = [](std::string version, std::uint32_t count) {
    scale::VersionAttempts one{.version = std::move(version), .by_concurrency = {}};
    one.by_concurrency.attempts[0] = count;
    return one;
  };
  const std::vector<scale::VersionAttempts> first{attempts("new", 3), attempts("old", 5)};
  const std::vector<scale::VersionAttempts> second{attempts("old", 7), attempts("again", 1)};
  std::vector samples{told(0, 0), told(1, 0), told(2, 0)};  // the third does not know
  samples[0].by_version = &first;
  samples[1].by_version = &second;
  Usual usual;
  const auto sum = assemble(samples, samples.size(), tick, usual).by_version;
  EXPECT_EQ(sum, (std::vector{attempts("again", 1), attempts("new", 3), attempts("old", 12)}));
}

TEST(Assemble, of_nobody_nothing_is_known) {
  Usual usual;
  EXPECT_EQ(assemble({}, 2, tick, usual), [] {
    scale::ServiceSeen nothing;
    nothing.completeness = 0;
    return nothing;
  }());
}

}  // namespace
}  // namespace headroom::evidence

// Rows of what changed: exact, whatever changes, and nothing where nothing does.
#include "control/journal/rows.h"

#include <gtest/gtest.h>

#include "core/random.h"
#include "scale/fluid_world_for_test.h"

namespace headroom::control {
namespace {

using namespace std::chrono_literals;

scale::Observations idle(std::int64_t second, std::size_t services) {
  scale::Observations seen;
  seen.now = {wall_from_unix_ns(1'800'000'000'000'000'000) + second * 1s, Instant(second * 1s)};
  seen.dt = 1s;
  for (std::size_t i = 0; i < services; ++i) {
    auto& one = seen.services.emplace_back();
    one.service = "service-" + std::to_string(i);
    one.replicas.push_back(
        {.id = one.service + "-1", .phase = scale::Phase::ready, .age = second * 1s});
  }
  return seen;
}

ServiceDecisions kept(const scale::Observations& seen, std::int64_t second) {
  ServiceDecisions decisions;
  for (const auto& one : seen.services) {
    auto& decision = decisions.emplace_back();
    decision.service = one.service;
    decision.replicas = 1;
    decision.ready = 1;
    decision.reasons.push_back(
        {scale::Rule::in_delay, 1, "kept: needed " + std::to_string(second) + " s ago", true});
  }
  return decisions;
}

TEST(Rows, where_nothing_changes_but_the_time_there_is_none) {
  Series series;
  for (std::int64_t second = 1; second <= 3; ++second) {
    const auto seen = idle(second, 20);
    const auto decisions = kept(seen, second);
    const TickRow row = series.rows_of(seen, decisions, false);
    EXPECT_EQ(row.whole, second == 1);
    EXPECT_EQ(row.seen.size(), second == 1 ? 20U : 0U) << "replicas grow older by themselves";
    EXPECT_EQ(row.decided.size(), second == 1 ? 20U : 0U);
    EXPECT_EQ(row.digest, digest_of(decisions)) << "the words are another second's";
    series.written(seen, decisions);
  }
}

TEST(Rows, one_service_that_changes_is_one_row) {
  Series series;
  series.written(idle(1, 20), kept(idle(1, 20), 1));
  auto seen = idle(2, 20);
  seen.services[7].arrivals = 3;
  auto decisions = kept(seen, 2);
  decisions[9].replicas = 2;
  decisions[11].reasons[0].rule = scale::Rule::hysteresis;
  const TickRow row = series.rows_of(seen, decisions, false);
  ASSERT_EQ(row.seen.size(), 1U);
  EXPECT_EQ(row.seen[0].place, 7);
  EXPECT_EQ(row.seen[0].changed, R"({"arrivals":3})");
  ASSERT_EQ(row.decided.size(), 2U) << "another number, and other rules with the same number";
  EXPECT_EQ(row.decided[0].place, 9);
  EXPECT_EQ(row.decided[1].place, 11);
}

TEST(Rows, that_a_slower_version_was_found_is_one_though_it_decides_nothing) {
  Series series;
  series.written(idle(1, 2), kept(idle(1, 2), 1));
  const auto seen = idle(2, 2);
  auto decisions = kept(seen, 2);
  decisions[1].reasons.push_back({scale::Rule::capacity, 1, "160 requests/s each", false});
  decisions[0].reasons.push_back({scale::Rule::slower_version, 1, "version b takes 1.3 ×", false});
  const TickRow row = series.rows_of(seen, decisions, false);
  ASSERT_EQ(row.decided.size(), 1U);
  EXPECT_EQ(row.decided[0].place, 0);
}

TEST(Rows, another_list_of_services_makes_a_whole_tick) {
  Series series;
  series.written(idle(1, 3), kept(idle(1, 3), 1));
  auto fewer = idle(2, 3);
  fewer.services.erase(fewer.services.begin());
  EXPECT_TRUE(series.rows_of(fewer, kept(fewer, 2), false).whole);
  const auto same = idle(2, 3);
  EXPECT_FALSE(series.rows_of(same, kept(same, 2), false).whole);
}

/// Services in worlds of their own, of which some are changed at random in each second.
scale::Observations changed(scale::Observations seen, Random& random) {
  for (auto& one : seen.services) {
    for (auto& replica : one.replicas) replica.age += 1s;
    if (random.below(3) == 0) continue;
    one.arrivals = random.below(4);
    one.latency_p99_s = random.below(2) != 0 ? random.uniform() : -0.0;
    one.by_concurrency.attempts[random.below(40)] = static_cast<std::uint32_t>(random.below(3));
    one.events.assign(random.below(2), "started");
    one.completeness = random.below(5) == 0 ? 0 : 1;
    if (random.below(3) == 0 && !one.replicas.empty())
      one.replicas.erase(one.replicas.begin() +
                         static_cast<std::ptrdiff_t>(random.below(one.replicas.size())));
    if (random.below(3) == 0)
      one.replicas.push_back({.id = std::to_string(random.next()), .cpu_cores = random.uniform()});
    for (auto& replica : one.replicas)
      if (random.below(2) != 0) replica.age += 3ns;
  }
  seen.now.wall += 1s;
  seen.now.elapsed += 1s;
  return seen;
}

TEST(Rows, whatever_changes_is_read_back_to_the_last_bit) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    Random random(seed);
    Series writer;
    Series reader;
    auto seen = idle(1, 6);
    for (int second = 0; second < 400; ++second) {
      seen = changed(std::move(seen), random);
      if (random.below(50) == 0) std::swap(seen.services[0], seen.services[3]);
      auto decisions = kept(seen, second);
      for (auto& one : decisions) one.replicas = static_cast<int>(random.below(2));
      const TickRow row = writer.rows_of(seen, decisions, random.below(100) == 0);
      scale::Observations back;
      ServiceDecisions decided;
      ASSERT_TRUE(reader.read(row, back, decided)) << "seed " << seed;
      ASSERT_EQ(back, seen) << "seed " << seed << " second " << second;
      ASSERT_EQ(encode(back), encode(seen)) << "-0.0 is not 0.0; seed " << seed;
      ASSERT_EQ(decided.size(), decisions.size());
      for (std::size_t i = 0; i < decided.size(); ++i) {
        ASSERT_EQ(decided[i].service, decisions[i].service);
        ASSERT_EQ(decided[i].replicas, decisions[i].replicas) << "seed " << seed;
      }
      writer.written(seen, std::move(decisions));
    }
  }
}

TEST(Rows, of_a_place_that_is_not_there_are_refused) {
  Series series;
  TickRow row;
  row.whole = true;
  row.seen = {{5, "{}"}};
  scale::Observations seen;
  ServiceDecisions decisions;
  const auto read = series.read(row, seen, decisions);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "it has no service at place 5");
}

}  // namespace
}  // namespace headroom::control

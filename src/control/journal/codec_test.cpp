// Whatever is stored comes back equal, and whatever is broken is refused with a sentence.
#include "control/journal/codec.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "core/random.h"

namespace headroom::control {
namespace {

/// Doubles of every magnitude, with the awkward ones among them.
double any_double(Random& random) {
  switch (random.below(8)) {
    case 0:
      return 0.0;
    case 1:
      return -0.0;
    case 2:
      return 1.0 / 3.0;
    case 3:
      return 5e-324;
    case 4:
      return std::numeric_limits<double>::infinity();
    default:
      break;
  }
  const double any = std::bit_cast<double>(random.next());
  return std::isnan(any) ? 1e308 : any;
}

std::string any_text(Random& random) {
  const std::array<std::string, 5> texts{"", "checkout-7", "9 → 12: \"p99\"\n\t\\", "\x01\x1f",
                                         "é 日本 👍"};
  return texts.at(random.below(texts.size()));
}

scale::ServiceSeen any_service(Random& random) {
  scale::ServiceSeen seen;
  seen.service = any_text(random);
  seen.arrivals = random.next();
  seen.good = random.below(100);
  seen.late = random.next();
  seen.shed = random.below(3);
  seen.failed = random.below(2);
  seen.gone = random.next();
  if (random.below(3) == 0) seen.reasons = {{any_text(random), random.next()}};
  seen.concurrency = any_double(random);
  seen.waiting = static_cast<std::int64_t>(random.next());
  seen.service_time_s = any_double(random);
  seen.latency_p50_s = any_double(random);
  seen.latency_p95_s = any_double(random);
  seen.latency_p99_s = any_double(random);
  for (std::size_t i = 0; i < scale::ByConcurrency::level_count; ++i) {
    if (random.below(4) != 0) continue;
    seen.by_concurrency.attempts.at(i) = static_cast<std::uint32_t>(random.next());
    seen.by_concurrency.late.at(i) = static_cast<std::uint32_t>(random.below(2));
    seen.by_concurrency.latency_s.at(i) = any_double(random);
  }
  if (random.below(3) == 0) {
    scale::VersionAttempts& one = seen.by_version.emplace_back(any_text(random));
    one.by_concurrency = seen.by_concurrency;
  }
  for (std::uint64_t i = random.below(4); i > 0; --i)
    seen.replicas.push_back({.id = any_text(random),
                             .version = any_text(random),
                             .phase = static_cast<scale::Phase>(random.below(3)),
                             .age = Duration(static_cast<std::int64_t>(random.next())),
                             .startup = Duration(static_cast<std::int64_t>(random.below(1000))),
                             .cpu_cores = any_double(random),
                             .rss_bytes = static_cast<std::int64_t>(random.next()),
                             .in_flight = static_cast<std::int64_t>(random.below(9)),
                             .zone = static_cast<int>(random.below(4))});
  seen.rolling_out = random.below(2) != 0;
  seen.completeness = any_double(random);
  seen.covered = any_double(random);
  if (random.below(2) != 0) seen.events = {any_text(random), any_text(random)};
  return seen;
}

TEST(Codec, observations_come_back_equal_to_the_last_bit) {
  constexpr std::uint64_t seed = 20261121;
  Random random(seed);
  for (int round = 0; round < 500; ++round) {
    scale::Observations seen;
    seen.now = {wall_from_unix_ns(static_cast<std::int64_t>(random.next())),
                Instant(Duration(static_cast<std::int64_t>(random.next())))};
    seen.dt = Duration(static_cast<std::int64_t>(random.next()));
    seen.machine_cpu = any_double(random);
    for (std::uint64_t i = random.below(4); i > 0; --i)
      seen.services.push_back(any_service(random));
    const std::string text = encode(seen);
    const auto back = decode<scale::Observations>(text);
    ASSERT_TRUE(back) << back.error().message << " seed " << seed << " round " << round;
    ASSERT_EQ(*back, seen) << text << " seed " << seed << " round " << round;
    ASSERT_EQ(encode(*back), text) << "-0.0 equals 0.0, but the bits must come back too";
  }
}

scale::Reason any_reason(Random& random) {
  scale::Reason reason{static_cast<scale::Rule>(random.below(scale::rules().size())),
                       static_cast<int>(random.below(9)), any_text(random), random.below(2) != 0};
  if (reason.rule == scale::Rule::other)
    reason.of = "shape/older";
  else if (reason.name().empty())
    reason.of = "postgres";
  return reason;
}

TEST(Codec, decisions_come_back_equal) {
  constexpr std::uint64_t seed = 7;
  Random random(seed);
  for (int round = 0; round < 200; ++round) {
    ServiceDecisions decisions(random.below(3));
    for (auto& decision : decisions) {
      decision.service = any_text(random);
      decision.replicas = static_cast<int>(random.below(50));
      decision.ready = static_cast<int>(random.below(50));
      decision.starting = -1;
      for (std::uint64_t i = random.below(5); i > 0; --i)
        decision.reasons.push_back(any_reason(random));
      if (random.below(2) != 0) decision.counterfactuals = {{scale::Rule::max, 12}};
      if (random.below(2) != 0)
        decision.counterfactuals.push_back({scale::Rule::downstream, 9, "postgres"});
      decision.summary = any_text(random);
      if (random.below(2) != 0) decision.zones = {2, static_cast<int>(random.below(3))};
    }
    const auto back = decode<ServiceDecisions>(encode(decisions));
    ASSERT_TRUE(back) << back.error().message;
    ASSERT_EQ(*back, decisions) << "seed " << seed << " round " << round;
  }
}

TEST(Codec, rules_are_stored_by_stage_and_name_and_unknown_ones_are_kept) {
  scale::ServiceDecision decision;
  decision.reasons = {{scale::Rule::in_delay, 3, "kept", true},
                      {scale::Rule::downstream, 2, "all want more", true, "max"}};
  decision.counterfactuals = {{scale::Rule::in_delay, 2}};
  const std::string stored =
      R"({"reasons":[{"stage":"shape","rule":"scale-in delay","replicas":3,"text":"kept",)"
      R"("decisive":true},{"stage":"allocate","rule":"max","replicas":2,"text":"all want more",)"
      R"("decisive":true}],"counterfactuals":[{"without":"scale-in delay","replicas":2}]})";
  EXPECT_EQ(encode(decision), stored);
  const auto back = decode<scale::ServiceDecision>(stored);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(*back, decision) << "a downstream may be called as a rule of another stage is";

  const std::string older = R"({"reasons":[{"stage":"shape","rule":"patience","text":"it was"}]})";
  const auto read = decode<scale::ServiceDecision>(older);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->reasons[0].stage(), "shape");
  EXPECT_EQ(read->reasons[0].name(), "patience");
  EXPECT_EQ(encode(*read), older);
}

TEST(Codec, not_a_number_survives) {
  scale::Observations seen;
  seen.machine_cpu = std::numeric_limits<double>::quiet_NaN();
  const auto back = decode<scale::Observations>(encode(seen));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_TRUE(std::isnan(back->machine_cpu));
}

TEST(Codec, a_quiet_tick_is_small_because_defaults_are_left_out) {
  scale::Observations seen;
  seen.services.resize(1);
  seen.services[0].service = "checkout";
  EXPECT_EQ(encode(seen), R"({"services":[{"service":"checkout"}]})");
}

TEST(Codec, unknown_fields_are_ignored_and_absent_ones_keep_their_default) {
  const auto seen = decode<scale::Observations>(R"({"dt":5,"from_the_future":[1,2]})");
  ASSERT_TRUE(seen) << seen.error().message;
  EXPECT_EQ(seen->dt, Duration(5));
  EXPECT_EQ(seen->machine_cpu, -1);
}

TEST(Codec, broken_text_is_an_error_and_never_a_crash) {
  for (const char* broken :
       {"", "{", "[1]", "{\"dt\":\"long\"}", R"({"services":{}})", R"({"machine_cpu":"often"})",
        R"({"services":[{"replicas":[{"phase":"asleep"}]}]})",
        R"({"services":[{"by_concurrency":{"late":[99,1]}}]})",
        R"({"services":[{"by_concurrency":{"late":[1]}}]})"}) {
    const auto seen = decode<scale::Observations>(broken);
    ASSERT_FALSE(seen) << broken;
    EXPECT_EQ(seen.error().code, ErrorCode::invalid) << broken;
  }
}

TEST(Codec, text_that_is_not_utf8_is_replaced_and_not_refused) {
  ServiceDecisions decisions(1);
  decisions[0].summary = "a\xff";
  const auto back = decode<ServiceDecisions>(encode(decisions));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ((*back)[0].summary, "a\xEF\xBF\xBD");
}

}  // namespace
}  // namespace headroom::control

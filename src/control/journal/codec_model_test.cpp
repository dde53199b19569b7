// Policy, model and state come back equal: replay continues exactly where the checkpoint was taken.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "control/journal/codec.h"
#include "core/random.h"
#include "scale/model.h"
#include "scale/state.h"

namespace headroom::control {
namespace {

double any(Random& random) {
  const double value = std::bit_cast<double>(random.next());
  return std::isfinite(value) ? value : 0.1;
}

std::vector<double> some(Random& random) {
  std::vector<double> out(random.below(5));
  for (double& value : out) value = any(random);
  return out;
}

scale::RateHistogram any_histogram(Random& random) {
  scale::RateHistogram histogram;
  for (std::uint64_t i = random.below(5); i > 0; --i) {
    histogram.at.push_back(static_cast<int>(random.below(1000)) - 500);
    histogram.thousandths.push_back(static_cast<std::uint32_t>(random.next()));
  }
  return histogram;
}

scale::ByEstimator any_figures(Random& random) {
  scale::ByEstimator figures{};
  for (auto& by_share : figures)
    for (double& figure : by_share) figure = any(random);
  return figures;
}

scale::Growth any_growth(Random& random) {
  scale::Growth growth;
  growth.rises.pooled = any_histogram(random);
  growth.rises_beyond_course.pooled = any_histogram(random);
  for (std::uint64_t i = random.below(4); i > 0; --i)
    growth.rises_beyond_course.cells[static_cast<int>(random.below(1000)) - 500] =
        any_histogram(random);
  growth.levels = any_histogram(random);
  growth.prior_samples = any(random);
  growth.pending.resize(random.below(3));
  for (auto& moment : growth.pending) {
    moment = {any(random), any(random), any(random), any(random),
              any(random), any(random), any(random), {}};
    moment.expected_per_second = any_figures(random);
  }
  growth.loss = any_figures(random);
  growth.foretold_rise = any(random);
  for (auto* numbers : {&growth.course.moved, &growth.course.coefficients})
    for (double& one : *numbers) one = any(random);
  for (double& one : growth.course.products) one = any(random);
  growth.course.long_per_second = any(random);
  growth.course.long_s = any(random);
  growth.lead_s = any(random);
  growth.seen_over_s = any(random);
  growth.estimator = static_cast<scale::GrowthEstimator>(random.below(3));
  growth.since_moment_s = any(random);
  growth.since_decay_s = any(random);
  return growth;
}

scale::Repeat any_repeat(Random& random) {
  scale::Repeat repeat;
  const auto place = [&] { return static_cast<int>(random.below(48)); };
  for (std::uint64_t i = random.below(3); i > 0; --i) {
    scale::PastDay day = scale::unknown_day(static_cast<std::int64_t>(random.below(100'000)));
    for (int minute = 0; minute < scale::minutes_a_day; ++minute)
      scale::raise(day, minute, std::abs(any(random)));
    day.usual_rise = any(random);
    day.compared_with = any(random);
    repeat.days.push_back(day);
  }
  repeat.minute = static_cast<int>(random.below(scale::minutes_a_day));
  repeat.near = random.below(2) == 1;
  repeat.proofs.resize(random.below(3), {any(random), any(random), any(random)});
  repeat.tellings[1] = {place(), any(random), any(random), random.below(2) == 1};
  repeat.pending.resize(random.below(3), {any(random), place(), any(random), {}});
  for (auto& moment : repeat.pending) moment.foretold = {any(random), any(random), any(random)};
  repeat.since_moment_s = any(random);
  repeat.unseen_s = any(random);
  repeat.from_per_second = any(random);
  repeat.expected_per_second = any(random);
  return repeat;
}

scale::VersionCheck any_check(Random& random) {
  scale::VersionCheck check;
  check.block.resize(random.below(3), {any(random), any(random), any(random)});
  check.before.resize(random.below(3), {any(random), any(random), any(random)});
  check.block_s = any(random);
  check.noise = any(random);
  check.noise_attempts = any(random);
  check.noise_carried = any(random);
  check.differed = any(random);
  check.version = random.below(2) != 0 ? "4f2a" : "";
  check.serves_s = any(random);
  check.evidence = any(random);
  check.log_ratio = any(random);
  check.blocks = any(random);
  check.found = random.below(2) != 0;
  return check;
}

scale::Capacity any_capacity(Random& random) {
  return {.basis = static_cast<scale::Basis>(random.below(4)),
          .concurrency = any(random),
          .latency_s = any(random),
          .proven = any(random),
          .late_alone = any(random),
          .attempts = any(random),
          .end_seen = random.below(2) != 0,
          .low_per_second = any(random),
          .high_per_second = any(random),
          .age_s = any(random),
          .guessed_above = any(random)};
}

scale::VersionEvidence any_version(Random& random) {
  scale::VersionEvidence one;
  one.version = "9f31";
  one.capacity = any_capacity(random);
  one.levels.resize(random.below(3), {any(random), any(random), any(random)});
  one.unused_s = any(random);
  return one;
}

TEST(Codec, models_come_back_equal) {
  constexpr std::uint64_t seed = 3;
  Random random(seed);
  for (int round = 0; round < 200; ++round) {
    scale::Model model;
    for (const char* name : {"checkout", "catalog"}) {
      scale::ServiceModel& service = model.services[name];
      service.levels.resize(random.below(3));
      for (auto& level : service.levels) level = {any(random), any(random), any(random)};
      service.capacity = any_capacity(random);
      service.other_versions.resize(random.below(3), any_version(random));
      service.scaling_law = {any(random), any(random), any(random), any(random), any(random)};
      service.suspicion = {any(random), any(random), any(random)};
      service.service_time_s = any(random);
      service.judged_by.resize(random.below(3), Duration(static_cast<int>(random.below(9))));
      service.version_check = any_check(random);
      service.startups_s = some(random);
      service.startup_s = any(random);
      service.lead_s = any(random);
      service.season.days.resize(random.below(3), some(random));
      service.season.day = static_cast<std::int64_t>(random.below(100'000));
      service.season.bin = static_cast<int>(random.below(288));
      service.season.requests = any(random);
      service.season.seen_s = any(random);
      service.repeat = any_repeat(random);
      service.growth = any_growth(random);
    }
    const auto back = decode<scale::Model>(encode(model));
    ASSERT_TRUE(back) << back.error().message;
    ASSERT_EQ(*back, model) << "seed " << seed << " round " << round;
  }
}

TEST(Codec, growth_stored_by_bins_that_followed_the_peak_begins_anew_and_all_else_is_kept) {
  const auto model = decode<scale::Model>(
      R"({"services":{"shop":{"startup_s":7.0,"season":{"day":20000},"growth":{"rises":{"pooled":)"
      R"([1.0,2.0],"cells":{"4":[3.0]}},"unit_per_second":128.0,"estimator":2,"loss":[0,1.5]}}}})");
  ASSERT_TRUE(model) << model.error().message;
  const scale::ServiceModel& shop = model->services.at("shop");
  EXPECT_EQ(shop.growth, scale::Growth{});
  EXPECT_EQ(shop.startup_s, 7);
  EXPECT_EQ(shop.season.day, 20000);
  EXPECT_TRUE(well_formed(*model));
}

TEST(Codec, states_come_back_equal) {
  constexpr std::uint64_t seed = 4;
  Random random(seed);
  for (int round = 0; round < 200; ++round) {
    scale::State state;
    scale::ServiceState& service = state.services["checkout"];
    service.demand.resize(random.below(4));
    for (auto& sample : service.demand) sample = {any(random), any(random)};
    service.outcomes.resize(random.below(4));
    for (auto& sample : service.outcomes)
      sample = {any(random), any(random), any(random), any(random), any(random), any(random)};
    service.needs.resize(random.below(4));
    for (auto& sample : service.needs) sample = {any(random), any(random)};
    service.events.resize(random.below(3));
    for (auto& sample : service.events) sample = {any(random), any(random)};
    service.situation = {any(random), any(random), any(random)};
    service.roughness = any(random);
    service.pid = {any(random), any(random)};
    service.unseen_s = any(random);
    service.replicas = static_cast<int>(random.below(9)) - 1;
    const auto back = decode<scale::State>(encode(state));
    ASSERT_TRUE(back) << back.error().message;
    ASSERT_EQ(*back, state) << "seed " << seed << " round " << round;
  }
}

TEST(Codec, policies_come_back_with_all_that_decisions_depend_on) {
  scale::Policy policy;
  policy.services.resize(1);
  policy.services[0].service = "checkout";
  policy.services[0].objective = {.quantile = 0.95,
                                  .latency = std::chrono::milliseconds(150),
                                  .availability = 0.99,
                                  .window = std::chrono::hours(1),
                                  .misses = 0.001};
  policy.services[0].replicas = {
      .min = 2, .max = 40, .cost_per_hour = 0.04, .concurrency = 8, .zones = 3};
  policy.services[0].scale.target_concurrency = 0.0;
  policy.services[0].scale.drain_within = std::chrono::seconds(10);
  policy.services[0].scale.priority = spec::Priority::sheddable;
  policy.services[0].scale.pid = spec::Pid{.cpu = 0.7, .reset = std::chrono::minutes(2)};
  policy.services[0].scale.uses = {{"postgres", 12}};
  policy.services[0].scale.calendar = {{.cron = spec::parse_cron("0 8 * * mon-fri").value(),
                                        .zone = spec::find_zone("Europe/Berlin").value(),
                                        .length = std::chrono::hours(3),
                                        .at_least = 10}};
  policy.downstreams = {{"postgres", 200}};
  policy.budget_per_hour = 3.0;
  const auto back = decode<scale::Policy>(encode(policy));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(encode(*back), encode(policy));
  EXPECT_EQ(back->services[0].objective.latency, std::chrono::milliseconds(150));
  EXPECT_EQ(back->services[0].replicas.max, 40);
  EXPECT_EQ(back->services[0].replicas.zones, 3);
  EXPECT_EQ(back->services[0].scale.target_concurrency, 0.0) << "stated as 0 is not unstated";
  EXPECT_EQ(back->services[0].scale.uses.at("postgres"), 12);
  EXPECT_EQ(back->services[0].scale.drain_within, std::chrono::seconds(10));
  EXPECT_EQ(back->services[0].scale.priority, spec::Priority::sheddable);
  ASSERT_TRUE(back->services[0].scale.pid);
  EXPECT_EQ(back->services[0].scale.pid->cpu, 0.7);
  EXPECT_EQ(back->services[0].scale.pid->reset, std::chrono::minutes(2));
  ASSERT_EQ(back->services[0].scale.calendar.size(), 1);
  const spec::Event& event = back->services[0].scale.calendar[0];
  EXPECT_EQ(event.cron.hours, std::uint32_t{1} << 8) << "not only the text";
  EXPECT_TRUE(event.zone == spec::find_zone("Europe/Berlin").value());
  EXPECT_EQ(event.length, std::chrono::hours(3));
  EXPECT_EQ(event.at_least, 10);
  EXPECT_EQ(back->downstreams.at("postgres"), 200);
  EXPECT_EQ(back->budget_per_hour, 3.0);
}

TEST(Codec, an_estimator_that_does_not_exist_is_refused_and_not_looked_up) {
  const auto model = [](const std::string& service) {
    const auto read = decode<scale::Model>(R"({"services":{"shop":{)" + service + "}}}");
    return read ? "read" : read.error().message;
  };
  const std::string refused = "stored data is not readable: ";
  EXPECT_EQ(model(R"("demand_growth":{"estimator":2})"), "read");
  EXPECT_EQ(model(R"("capacity":{"basis":3})"), "read");
  EXPECT_EQ(model(R"("demand_growth":{"estimator":3})"),
            refused + "found 3, allowed 0 to 2 for an estimator of growth");
  EXPECT_EQ(model(R"("demand_growth":{"estimator":-1})"),
            refused + "found -1, allowed 0 to 2 for an estimator of growth");
  EXPECT_EQ(model(R"("demand_growth":{"estimator":257})"),
            refused + "found 257, allowed 0 to 2 for an estimator of growth")
      << "not cut to eight bits, which would be 1";
  EXPECT_EQ(model(R"("capacity":{"basis":4})"),
            refused + "found 4, allowed 0 to 3 for a basis of capacity");
  const auto policy = decode<scale::Policy>(R"({"services":[{"scale":{"priority":9}}]})");
  ASSERT_FALSE(policy);
  EXPECT_EQ(policy.error().message, refused + "found 9, allowed 0 to 2 for a priority");
}

/// The policy of one service with one event, which has these fields.
Result<scale::Policy> with_event(const std::string& fields) {
  return decode<scale::Policy>(R"({"services":[{"scale":{"calendar":[{)" + fields + "}]}}]}");
}

TEST(Codec, events_stored_before_there_were_zones_are_in_utc_and_are_stored_as_before) {
  const std::string before = R"("cron":"0 8 * * *","for":10800000000000,"at_least":10)";
  const auto policy = with_event(before);
  ASSERT_TRUE(policy) << policy.error().message;
  EXPECT_TRUE(policy->services.at(0).scale.calendar.at(0).zone == spec::Zone());
  EXPECT_NE(encode(*policy).find("{" + before + "}"), std::string::npos) << encode(*policy);
}

TEST(Codec, a_stored_zone_that_this_machine_does_not_know_is_refused) {
  const auto policy = with_event(R"("cron":"0 8 * * *","zone":"Europe/Berln")");
  ASSERT_FALSE(policy);
  EXPECT_EQ(
      policy.error().message,
      "stored data is not readable: time zone: found 'Europe/Berln', allowed a time zone such "
      "as Europe/Berlin or UTC; did you mean 'Europe/Berlin'?");
}

}  // namespace
}  // namespace headroom::control

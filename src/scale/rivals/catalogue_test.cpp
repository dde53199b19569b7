// The rivals by name: what is made, what is refused, what holds for all of them.
#include "scale/rivals/catalogue.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/random.h"
#include "scale/rivals/watched_for_test.h"

namespace headroom::rivals {
namespace {

constexpr ServiceShape shape{.slots = 8, .service_s = 0.1, .min = 1, .max = 40};

std::string refusal(std::string_view name, const Setting& setting, const ServiceShape& of = shape) {
  const auto made = make(name, setting, of);
  EXPECT_FALSE(made) << name;
  return made ? "" : made.error().message;
}

/// Wild demand, and replicas that follow what is wanted after 3 s; every wanted number.
std::vector<int> run(Autoscaler& rival, std::uint64_t seed) {
  Watched world(rival);
  Random random(seed);
  double rate = 100;
  std::vector<int> wanted;
  world.ready(2);
  for (int t = 0; t < 1500; ++t) {
    if (random.below(80) == 0) rate = 4000 * random.uniform() * random.uniform();
    world.seen.arrivals = static_cast<std::uint64_t>(rate);
    world.seen.completeness = random.below(20) == 0 ? 0 : 1;
    const double busy = rate * shape.service_s;
    world.seen.concurrency = busy;
    const auto there = static_cast<double>(std::max<std::size_t>(1, world.seen.replicas.size()));
    world.cpu(std::min(1.0, busy / (shape.slots * there)));
    wanted.push_back(world.second());
    while (static_cast<int>(world.seen.replicas.size()) > wanted.back())
      world.seen.replicas.pop_back();
    world.starting(wanted.back() - static_cast<int>(world.seen.replicas.size()));
    if (t % 3 == 0) world.become_ready();
  }
  return wanted;
}

TEST(RivalsCatalogue, every_rival_keeps_its_bounds_and_repeats_itself) {
  for (const std::string_view name : names()) {
    for (const bool fresh : {false, true}) {
      for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        SCOPED_TRACE(std::string(name) + " seed " + std::to_string(seed));
        const Setting setting{.target = 0.6, .stabilise_s = 60, .fresh_signal = fresh};
        const auto once = make(name, setting, shape);
        const auto again = make(name, setting, shape);
        ASSERT_TRUE(once && again);
        const auto wanted = run(**once, seed);
        EXPECT_EQ(wanted, run(**again, seed));
        for (const int count : wanted) ASSERT_TRUE(count >= shape.min && count <= shape.max);
      }
    }
  }
}

/// A steady demand that keeps 24 slots busy, at half of 8 slots each: 6 replicas, by whatever
/// unit the rival counts. HPA's and AWS' bands of tolerance lie around it.
TEST(RivalsCatalogue, a_target_means_the_same_share_of_a_replica_to_all_of_them) {
  for (const std::string_view name : names()) {
    if (name == "fixed") continue;
    SCOPED_TRACE(name);
    const auto rival = make(name, {.target = 0.5, .stabilise_s = 60}, shape);
    ASSERT_TRUE(rival);
    Watched world(**rival);
    world.ready(2);
    world.seen.arrivals = 240;
    world.seen.concurrency = 24;
    int wanted = 0;
    for (int t = 0; t < 1800; ++t) {
      const auto now = static_cast<double>(world.seen.replicas.size());
      world.cpu(std::min(1.0, 24 / (8 * now)));
      wanted = world.second();
      world.ready(std::max(0, wanted - static_cast<int>(world.seen.replicas.size())));
      world.seen.replicas.resize(static_cast<std::size_t>(wanted));
    }
    EXPECT_EQ(wanted, 6);
  }
}

TEST(RivalsCatalogue, a_fixed_fleet_is_its_share_of_the_greatest_number) {
  const auto size = [](double target) {
    const auto rival = make("fixed", {.target = target}, shape);
    return rival ? Watched(**rival).second() : -1;
  };
  EXPECT_EQ(size(1), 40);
  EXPECT_EQ(size(0.51), 21);
  EXPECT_EQ(size(0.001), 1);
}

TEST(RivalsCatalogue, an_unknown_name_is_refused_with_the_nearest) {
  EXPECT_EQ(refusal("hpa-cpo", {}), "no rival is called 'hpa-cpo'; did you mean 'hpa-cpu'?");
  EXPECT_EQ(refusal("kpq", {}), "no rival is called 'kpq'; did you mean 'kpa'?");
  EXPECT_EQ(refusal("something", {}),
            "no rival is called 'something'; known: hpa-cpu, hpa-rate, keda, kpa, kpa-window, aws, "
            "aws-predictive, wpa, phpa, ehpa, fixed");
}

TEST(RivalsCatalogue, a_setting_or_a_service_that_makes_no_sense_is_refused) {
  EXPECT_EQ(refusal("kpa", {.target = 0}), "target: must be a share in (0, 1], not 0");
  EXPECT_EQ(refusal("kpa", {.target = 1.5}), "target: must be a share in (0, 1], not 1.5");
  EXPECT_EQ(refusal("kpa", {.target = std::nan("")}), "target: must be a share in (0, 1], not nan");
  EXPECT_EQ(refusal("aws", {.stabilise_s = -1}), "stabilise: must be 0 to 3600 s, not -1");
  EXPECT_EQ(refusal("aws", {.stabilise_s = 4000}), "stabilise: must be 0 to 3600 s, not 4000");
  EXPECT_EQ(refusal("aws", {}, {.slots = 0}), "slots: must be 1 or more, not 0");
  EXPECT_EQ(refusal("aws", {}, {.service_s = 0}), "mean service time: must be above 0 s, not 0");
  EXPECT_EQ(refusal("aws", {}, {.min = 5, .max = 4}),
            "replicas: must be 0 <= min <= max, 1 <= max, not 5 to 4");
}

}  // namespace
}  // namespace headroom::rivals

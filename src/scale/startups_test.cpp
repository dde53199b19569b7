// How long a replica is planned to take: what was seen, what goes on, and of which version.
#include "scale/startups.h"

#include <gtest/gtest.h>

#include "scale/fluid_world_for_test.h"

namespace headroom::scale {
namespace {

using namespace std::chrono_literals;

/// The replicas of a service, told second by second.
struct Starts {
  ServiceModel model;
  ServiceSeen seen;

  ReplicaSeen& replica(std::string_view id) {
    for (auto& one : seen.replicas)
      if (one.id == id) return one;
    ADD_FAILURE() << "no replica " << id;
    return seen.replicas.front();
  }
  void begin(std::string id, std::string version) {
    seen.replicas.emplace_back().id = std::move(id);
    seen.replicas.back().version = std::move(version);
  }
  void become_ready(std::string_view id) {
    replica(id).phase = Phase::ready;
    replica(id).startup = replica(id).age + 1s;
  }
  void end(std::string_view id) {
    std::erase_if(seen.replicas, [id](const ReplicaSeen& one) { return one.id == id; });
  }
  void pass(int ticks) {
    for (int t = 0; t < ticks; ++t) {
      for (auto& one : seen.replicas) one.age += 1s;
      learn_startups(seen, 1s, model);
    }
  }
  /// A replica of the version starts, takes so long and stays.
  void start(const std::string& id, const std::string& version, int length_s) {
    begin(id, version);
    pass(length_s - 1);
    become_ready(id);
    pass(1);
  }
};

TEST(Startups, before_anything_was_seen_a_guess_holds_until_a_start_takes_longer) {
  Starts starts;
  starts.begin("shop-1", "a");
  starts.pass(10);
  EXPECT_EQ(starts.model.startup_s, startup_prior_s);
  starts.pass(5);
  EXPECT_EQ(starts.model.startup_s, 20) << "late by 5 s, and maybe by as much again";
  EXPECT_NEAR(starts.model.lead_s, 1.05 + 1.3 * 20, 1e-9);
}

TEST(Startups, the_first_start_of_a_new_version_counts_for_all_of_the_old_one) {
  Starts starts;
  for (int i = 0; i < 8; ++i) starts.start("old-" + std::to_string(i), "old", 20);
  EXPECT_EQ(starts.model.startup_s, 20);
  starts.start("new-1", "new", 1);
  EXPECT_EQ(starts.model.startup_s, 1);
}

TEST(Startups, a_new_version_that_starts_slowly_is_planned_with_before_its_first_start_is_over) {
  Starts starts;
  for (int i = 0; i < 32; ++i) starts.start("old-" + std::to_string(i), "old", 1);
  starts.begin("new-1", "new");
  starts.pass(1);
  EXPECT_EQ(starts.model.startup_s, 1) << "the old one's is all that is known";
  starts.pass(11);
  EXPECT_EQ(starts.model.startup_s, 12 + 11);
  starts.become_ready("new-1");
  starts.pass(1);
  EXPECT_EQ(starts.model.startup_s, 13);
  starts.begin("new-2", "new");
  starts.pass(15);
  EXPECT_EQ(starts.model.startup_s, 15 + 2) << "the second one takes longer still";
}

TEST(Startups, one_slow_start_among_many_is_not_the_rule) {
  Starts starts;
  for (int i = 0; i < 20; ++i) starts.start("shop-" + std::to_string(i), "a", 2);
  starts.begin("slow", "a");
  starts.pass(60);
  EXPECT_EQ(starts.model.startup_s, 2);
}

TEST(Startups, of_starts_that_became_much_slower_two_are_enough_even_while_they_go_on) {
  Starts starts;
  for (int i = 0; i < 32; ++i) starts.start("fast-" + std::to_string(i), "a", 3);
  starts.begin("slow-1", "a");  // the same version: what it needs to start has become slow
  starts.pass(30);
  EXPECT_EQ(starts.model.startup_s, 3) << "one among many is not the rule";
  starts.begin("slow-2", "a");
  starts.pass(30);
  EXPECT_GT(starts.model.startup_s, 30) << "two at once are";
}

TEST(Startups, a_second_slow_start_after_the_first_is_believed_before_it_is_over) {
  Starts starts;
  for (int i = 0; i < 32; ++i) starts.start("fast-" + std::to_string(i), "a", 3);
  starts.start("slow-1", "a", 120);
  EXPECT_EQ(starts.model.startup_s, 3);
  starts.begin("slow-2", "a");
  starts.pass(10);
  EXPECT_GE(starts.model.startup_s, 10);
  starts.pass(109);
  starts.become_ready("slow-2");
  starts.pass(1);
  EXPECT_EQ(starts.model.startup_s, 120);
}

TEST(Startups, a_release_that_needs_forty_times_as_long_is_planned_ahead_of_what_it_took_so_far) {
  Starts starts;
  for (int i = 0; i < 32; ++i) starts.start("old-" + std::to_string(i), "old", 3);
  starts.begin("new-1", "new");
  starts.pass(60);
  EXPECT_NEAR(starts.model.startup_s, 117, 1) << "what it is late by, it may be late by again";
  starts.pass(59);
  starts.become_ready("new-1");
  starts.pass(1);
  EXPECT_EQ(starts.model.startup_s, 120);
}

TEST(Startups, slow_starts_that_are_over_for_good_are_forgotten_before_all_else_is) {
  Starts starts;
  for (int i = 0; i < 20; ++i) starts.start("slow-" + std::to_string(i), "a", 120);
  EXPECT_EQ(starts.model.startup_s, 120);
  int fast = 0;
  for (; fast < 32 && starts.model.startup_s > 3; ++fast)
    starts.start("fast-" + std::to_string(fast), "a", 3);
  EXPECT_LE(fast, 28);
  EXPECT_EQ(starts.model.startup_s, 3);
}

TEST(Startups, a_version_that_never_became_ready_leaves_what_was_known_of_the_one_before) {
  Starts starts;
  for (int i = 0; i < 5; ++i) starts.start("old-" + std::to_string(i), "old", 3);
  starts.begin("broken", "new");
  starts.pass(60);
  EXPECT_EQ(starts.model.startup_s, 60 + 57);
  starts.end("broken");
  starts.pass(1);
  EXPECT_EQ(starts.model.startup_s, 3);
}

TEST(Startups, go_on_being_learned_while_nobody_tells_of_requests) {
  Pilot pilot(policy_for_test());
  FluidWorld world;
  world.startup_s = 40;
  world.apply(1);
  for (int t = 0; t < 20; ++t) {
    Observations seen = world.tick(pilot.policy.services[0], 0);
    seen.services[0].completeness = 0;
    pilot.decide_on(seen);
  }
  EXPECT_EQ(pilot.model.services.at("shop").startup_s, 20 + 10);
}

TEST(Startups, times_of_an_unknown_version_are_those_of_the_first_one_known) {
  Starts starts;
  starts.start("shop-1", "", 7);
  starts.begin("shop-2", "a");
  starts.pass(1);
  EXPECT_EQ(starts.model.startup_s, 7);
  EXPECT_EQ(starts.model.startups_s.size(), 1);
}

}  // namespace
}  // namespace headroom::scale

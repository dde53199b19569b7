// A checkpoint in parts: no tick has many, each service has its turn, and replay is as exact.
#include "control/journal/checkpoint_round.h"

#include <gtest/gtest.h>

#include <cmath>

#include "control/journal/journal_for_test.h"
#include "control/journal/recall.h"
#include "control/journal/replay.h"
#include "scale/fluid_world_for_test.h"

namespace headroom::control {
namespace {

constexpr std::size_t at_once = CheckpointRound::services_at_once;

scale::Policy policy_of(std::size_t services) {
  scale::Policy policy;
  for (std::size_t i = 0; i < services; ++i)
    policy.services.emplace_back(scale::policy_for_test(1, 6)).service =
        "service-" + std::to_string(i);
  return policy;
}

TEST(CheckpointRound, a_small_fleet_is_whole_in_one_tick) {
  CheckpointRound round;
  const auto policy = policy_of(at_once);
  const auto point = round.next("start", false, policy, {}, {});
  ASSERT_TRUE(point);
  EXPECT_EQ(point->reason, "start");
  EXPECT_EQ(point->model.services.size(), at_once) << "also of what has nothing learned";
  EXPECT_TRUE(point->complete);
  EXPECT_FALSE(round.next(std::nullopt, false, policy, {}, {}));
}

TEST(CheckpointRound, a_large_one_goes_over_ticks_each_service_once) {
  CheckpointRound round;
  const auto policy = policy_of(3 * at_once - 1);
  std::set<std::string> had;
  for (int tick = 0; tick < 3; ++tick) {
    const auto point =
        round.next(tick == 0 ? std::optional("start") : std::nullopt, false, policy, {}, {});
    ASSERT_TRUE(point);
    EXPECT_LE(point->model.services.size(), at_once);
    EXPECT_EQ(point->policy.has_value(), tick == 0);
    EXPECT_EQ(point->complete, tick == 2);
    for (const auto& [service, model] : point->model.services)
      EXPECT_TRUE(had.insert(service).second) << service;
  }
  EXPECT_EQ(had.size(), policy.services.size());
  EXPECT_FALSE(round.next(std::nullopt, false, policy, {}, {}));
}

TEST(CheckpointRound, a_reload_brings_the_policy_and_the_services_that_are_new) {
  CheckpointRound round;
  (void)round.next("start", false, policy_of(2), {}, {});
  const auto point = round.next(std::nullopt, true, policy_of(3), {}, {});
  ASSERT_TRUE(point);
  EXPECT_EQ(point->reason, "reload");
  EXPECT_EQ(point->policy->services.size(), 3U);
  EXPECT_EQ(point->model.services.size(), 1U);
  EXPECT_TRUE(point->model.services.contains("service-2"));
  EXPECT_FALSE(point->complete) << "it is no round of all";
}

/// 40 services over a budget that they share, recorded as `run` does it.
class ManyServices : public JournalTest {
 protected:
  static constexpr std::size_t services = 2 * at_once + 8;

  ManyServices() {
    policy_.budget_per_hour = 70;
    for (auto& one : policy_.services) one.replicas.cost_per_hour = 1;
    for (std::size_t i = 0; i < services; ++i) {
      worlds_[i].random = Random(i);
      worlds_[i].apply(1);
    }
  }

  void run(int ticks) {
    for (int i = 0; i < ticks; ++i) {
      scale::Observations seen;
      for (std::size_t s = 0; s < services; ++s) {
        const auto t_s = static_cast<double>(worlds_[s].time_s);
        const double rate = 150 + 140 * std::sin(t_s / 30 + static_cast<double>(s));
        auto one = worlds_[s].tick(policy_.services[s], rate);
        seen.now = {one.now.wall + asleep_, one.now.elapsed};
        seen.dt = one.dt;
        seen.services.push_back(std::move(one.services[0]));
      }
      auto point =
          round_.next(journal_->checkpoint_due(seen.now.elapsed), false, policy_, model_, state_);
      auto step = scale::step(policy_, std::move(model_), state_, seen);
      model_ = std::move(step.model);
      state_ = std::move(step.decisions.next);
      for (std::size_t s = 0; s < services; ++s)
        worlds_[s].apply(step.decisions.services[s].replicas);
      last_ = seen.now.wall;
      const auto ticket = journal_->record(seen, step.decisions.services, std::move(point));
      ASSERT_TRUE(journal_->wait_committed(ticket, patience));
    }
  }

  scale::Policy policy_ = policy_of(services);
  std::array<scale::FluidWorld, services> worlds_;
  scale::Model model_;
  scale::State state_;
  CheckpointRound round_;
  WallTime last_;
  Duration asleep_{};  // wall time that passed and ticks did not
  std::unique_ptr<Journal> journal_;
};

TEST_F(ManyServices, are_decided_again_without_a_difference_once_each_has_had_its_part) {
  journal_ = open(path_, {.max_bytes = 64 << 20, .retention = 400s});  // a round each 100 s
  run(250);
  Replay again;
  auto reader = JournalReader::open(path_);
  ASSERT_TRUE(reader);
  const auto replayed = reader->each({}, true, [&](StoredTick&& tick) -> Result<> {
    (void)TRY(again.feed(tick));
    return {};
  });
  ASSERT_TRUE(replayed) << replayed.error().message;
  EXPECT_EQ(again.counts().skipped, 2) << "until the third part had come";
  EXPECT_EQ(again.counts().observations, 248);
  EXPECT_EQ(again.counts().differences, 0);
  EXPECT_EQ(again.counts().worded, 0);
  EXPECT_EQ(again.counts().drifted, 0);
}

TEST_F(ManyServices, are_recalled_as_they_were_from_the_last_whole_round_and_the_ticks_after_it) {
  journal_ = open(path_, {.max_bytes = 64 << 20, .retention = 400s});
  run(102);  // two of three parts of the second round
  const auto before = recall(path_, policy_, last_ + 1s);
  ASSERT_TRUE(before) << before.error().message;
  ASSERT_TRUE(*before);
  ASSERT_EQ((*before)->model.services.size(), services);
  for (const auto& [name, is] : (*before)->model.services) {
    const auto& was = model_.services.at(name);
    EXPECT_EQ(is.startups_s, was.startups_s) << name;
    EXPECT_EQ(is.growth.rises, was.growth.rises) << name;
  }
}

TEST_F(ManyServices, a_round_that_begins_after_a_long_sleep_leaves_none_without_its_part) {
  journal_ = open(path_, {.max_bytes = 64 << 20, .retention = 400s});
  run(50);
  asleep_ = 8 * 24h;  // beyond retention, and what is kept of services that have gone
  run(52);            // one of three parts of the next round
  journal_.reset();
  const auto before = recall(path_, policy_, last_ + 1s);
  ASSERT_TRUE(before) << before.error().message;
  ASSERT_TRUE(*before);
  EXPECT_EQ((*before)->model.services.size(), services);
}

}  // namespace
}  // namespace headroom::control

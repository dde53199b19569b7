// The tick with a target that answers late.
#include "control/controller.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>

#include "control/status.h"
#include "gateway/testing/front.h"
#include "io/clock.h"
#include "io/eventually_for_test.h"
#include "io/folder_for_test.h"

namespace headroom::control {
namespace {

using namespace std::chrono_literals;

constexpr int running = 3;

/// Runs replicas that it does not tell of before it is asked for the third time.
class LateTarget : public Target {
 public:
  std::optional<ReplicasByService> observe(Duration /*wait*/) override {
    if (++asked < 3) return std::nullopt;
    ReplicasByService replicas;
    auto& listed = replicas["shop"].replicas;
    for (int i = 0; i < running; ++i) listed.emplace_back().phase = scale::Phase::ready;
    return replicas;
  }

  void admit(const Admissions& services) override {
    admitted = services.at("shop").in_flight;
    ++told;
  }

  void apply(const Wanted& wanted) override {
    const auto shop = wanted.replicas.find("shop");
    if (shop == wanted.replicas.end()) return;
    if (shop->second < running) lowered = true;
    applied = shop->second;
  }

  std::atomic<int> asked = 0;
  std::atomic<int> applied = -1;
  std::atomic<bool> lowered = false;
  std::atomic<int> admitted = 0;
  std::atomic<int> told = 0;  // what is let in
};

spec::Config shop_that_runs() {
  spec::Config config = gateway::testing::shop();
  config.services.front().run.emplace().command = {"shop"};
  config.services.front().replicas.min = 1;
  return config;
}

TEST(Controller, what_runs_is_left_alone_until_it_is_known) {
  const TestFolder folder;
  const spec::Config config = shop_that_runs();
  gateway::testing::Front front(config);
  auto journal = Journal::open(folder.path() + "/headroom.journal", {}, io::wall_now());
  ASSERT_TRUE(journal) << journal.error().message;
  Status status;
  LateTarget target;
  {
    const Controller controller({.gateway = front.gateway(),
                                 .target = target,
                                 .journal = **journal,
                                 .status = status,
                                 .recall = {}},
                                config, 1);
    ASSERT_TRUE(eventually([&] { return target.applied >= 0; }));
  }
  EXPECT_GE(target.asked, 3);
  EXPECT_FALSE(target.lowered) << "an adopted replica must not be stopped for want of an answer";
  EXPECT_EQ(target.applied, running);
}

/// Has what it was told last, until somebody else changes it.
class ForgetfulTarget : public Target {
 public:
  std::optional<ReplicasByService> observe(Duration /*wait*/) override {
    ++asked;
    ReplicasByService replicas;
    for (int i = 0; i < standing; ++i)
      replicas["shop"].replicas.emplace_back().phase = scale::Phase::ready;
    return replicas;
  }
  void admit(const Admissions& /*services*/) override {}
  void apply(const Wanted& wanted) override {
    generation = static_cast<int>(wanted.generation);
    standing = wanted.replicas.at("shop");
  }

  std::atomic<int> asked = 0;
  std::atomic<int> standing = 0;
  std::atomic<int> generation = -1;
};

TEST(Controller, what_was_told_once_and_came_to_nothing_is_told_again) {
  const TestFolder folder;
  spec::Config config = shop_that_runs();
  config.services.front().replicas.min = 8;
  config.services.front().replicas.max = 8;
  gateway::testing::Front front(config);
  auto journal = Journal::open(folder.path() + "/headroom.journal", {}, io::wall_now());
  ASSERT_TRUE(journal) << journal.error().message;
  Status status;
  ForgetfulTarget target;
  Controller controller({.gateway = front.gateway(),
                         .target = target,
                         .journal = **journal,
                         .status = status,
                         .recall = {}},
                        config, 1);
  ASSERT_TRUE(eventually([&] { return target.standing == 8; }));
  target.standing = 3;  // as after `max` 8 → 3 → 8 by two reloads between two ticks
  EXPECT_TRUE(eventually([&] { return target.standing == 8; }));
  EXPECT_EQ(target.generation, 1);
  controller.reload(config, 3);
  EXPECT_TRUE(eventually([&] { return target.generation == 3; })) << "by which file it is";
}

TEST(Controller, what_is_let_in_is_told_once_until_it_changes) {
  const TestFolder folder;
  spec::Config config = shop_that_runs();
  config.services.front().replicas.concurrency = 5;
  gateway::testing::Front front(config);
  auto journal = Journal::open(folder.path() + "/headroom.journal", {}, io::wall_now());
  ASSERT_TRUE(journal) << journal.error().message;
  Status status;
  LateTarget target;
  Controller controller({.gateway = front.gateway(),
                         .target = target,
                         .journal = **journal,
                         .status = status,
                         .recall = {}},
                        config, 1);
  ASSERT_TRUE(eventually([&] { return target.asked >= 3; }));
  EXPECT_EQ(target.admitted, 5);
  EXPECT_EQ(target.told, 1);
  config.services.front().replicas.concurrency = 3;
  controller.reload(config, 2);
  EXPECT_TRUE(eventually([&] { return target.admitted == 3; }));
  EXPECT_EQ(target.told, 2);
}

TEST(Controller, endpoints_that_others_run_are_decided_on_in_shadow_and_never_scaled) {
  const TestFolder folder;
  for (const auto mode : {spec::Mode::shadow, spec::Mode::act}) {
    spec::Config config = gateway::testing::shop();  // has neither a command nor endpoints
    config.services.front().endpoints = {"10.0.0.5:8080"};
    config.services.front().replicas.min = 2;
    config.mode = mode;
    gateway::testing::Front front(config);
    auto journal = Journal::open(folder.path() + "/headroom.journal", {}, io::wall_now());
    ASSERT_TRUE(journal) << journal.error().message;
    Status status;
    LateTarget target;
    const Controller controller({.gateway = front.gateway(),
                                 .target = target,
                                 .journal = **journal,
                                 .status = status,
                                 .recall = {}},
                                config, 1);
    // What stands at the first look is kept for a while.
    const std::string told =
        mode == spec::Mode::shadow ? fmt::format("\"wanted\": {}", running) : "\"wanted\": -1";
    EXPECT_TRUE(eventually([&] {
      return target.asked >= 4 && status.services_json().find(told) != std::string::npos;
    })) << told;
    EXPECT_EQ(target.applied, -1);
  }
}

}  // namespace
}  // namespace headroom::control

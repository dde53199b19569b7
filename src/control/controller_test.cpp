// The tick with a target that answers late.
#include "control/controller.h"

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

  void apply(const std::map<std::string, int>& wanted) override {
    if (wanted.at("shop") < running) lowered = true;
    applied = wanted.at("shop");
  }

  std::atomic<int> asked = 0;
  std::atomic<int> applied = -1;
  std::atomic<bool> lowered = false;
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
                                config);
    ASSERT_TRUE(eventually([&] { return target.applied >= 0; }));
  }
  EXPECT_GE(target.asked, 3);
  EXPECT_FALSE(target.lowered) << "an adopted replica must not be stopped for want of an answer";
  EXPECT_EQ(target.applied, running);
}

}  // namespace
}  // namespace headroom::control

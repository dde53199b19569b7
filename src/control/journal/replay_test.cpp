// A journal decided again: the same decisions across reload and restart, others with a knob turned.
#include "control/journal/replay.h"

#include <gtest/gtest.h>

#include <cmath>

#include "control/journal/checkpoint_round.h"
#include "io/eventually_for_test.h"
#include "io/folder_for_test.h"
#include "scale/fluid_world_for_test.h"
#include "scale/knob.h"

namespace headroom::control {
namespace {

using namespace std::chrono_literals;

/// A service in a small world, whose every tick is recorded as `run` does it.
class ReplayTest : public testing::Test {
 protected:
  void open_journal() { journal_ = *Journal::open(path_, {}, world_start()); }
  [[nodiscard]] WallTime world_start() const {
    return WallTime(std::chrono::seconds(1'800'000'000 + world_.time_s));
  }

  /// `seconds` ticks of a wave with a flash crowd; `reason` is why the first has a checkpoint.
  void run(int seconds, std::optional<std::string> reason = std::nullopt) {
    for (int i = 0; i < seconds; ++i) {
      const double wave = 300 + 200 * std::sin(static_cast<double>(world_.time_s) / 40);
      const double rate = world_.time_s % 200 > 150 ? wave * 2.5 : wave;
      const auto seen = world_.tick(pilot_.policy.services[0], rate);
      std::optional<Checkpoint> point;
      const auto due = journal_->checkpoint_due(seen.now.elapsed);
      if (!reason && due) reason = *due;
      if (reason) point = whole_checkpoint(*reason, pilot_.policy, pilot_.model, pilot_.state);
      reason.reset();
      pilot_.decide_on(seen);
      world_.apply(pilot_.last.replicas);
      const auto ticket = journal_->record(seen, {pilot_.last}, std::move(point));
      ASSERT_TRUE(journal_->wait_committed(ticket, patience));
    }
  }

  /// Ends the process: model and state are gone.
  void restart() {
    journal_.reset();
    pilot_.model = {};
    pilot_.state = {};
    open_journal();
  }

  [[nodiscard]] std::vector<Difference> replay(Replay& again, const Span& span = {}) {
    std::vector<Difference> differences;
    auto reader = JournalReader::open(path_);
    EXPECT_TRUE(reader);
    const auto read = reader->each(span, true, [&](StoredTick&& tick) -> Result<> {
      auto outcome = TRY(again.feed(tick, tick.seen.now.wall >= span.from));
      if (outcome) std::ranges::copy(outcome->differences, std::back_inserter(differences));
      return {};
    });
    EXPECT_TRUE(read) << read.error().message;
    return differences;
  }

  TestFolder folder_;
  std::string path_ = folder_.path() + "/headroom.journal";
  scale::FluidWorld world_;
  scale::Pilot pilot_{scale::policy_for_test(1, 12)};
  std::unique_ptr<Journal> journal_;
};

TEST_F(ReplayTest, a_run_with_a_reload_and_a_restart_is_decided_again_without_a_difference) {
  open_journal();
  run(700);  // beyond the first periodic checkpoint
  pilot_.policy.services[0].replicas.max = 9;
  run(150, "reload");
  restart();
  run(200);
  Replay again;
  EXPECT_TRUE(replay(again).empty());
  EXPECT_EQ(again.counts().observations, 1050);
  EXPECT_EQ(again.counts().differences, 0);
  EXPECT_EQ(again.counts().worded, 0) << "every reason is the same, too";
  EXPECT_EQ(again.counts().drifted, 0);
  EXPECT_EQ(again.counts().skipped, 0);
  EXPECT_EQ(again.counts().starts, 2);
  EXPECT_EQ(again.counts().reloads, 1);
}

TEST_F(ReplayTest, a_span_begins_at_the_checkpoint_before_it_and_counts_only_itself) {
  open_journal();
  run(700);
  Replay again;
  const WallTime from = world_start() - 50s;
  EXPECT_TRUE(replay(again, {.from = from, .to = from + 19s}).empty());
  EXPECT_EQ(again.counts().observations, 20);
}

TEST_F(ReplayTest, with_a_knob_changed_the_decisions_that_depended_on_it_differ) {
  open_journal();
  run(300);
  Replay again([](scale::Policy& policy) {
    return scale::set_knob(policy, "services.shop.replicas.max=3");
  });
  const auto differences = replay(again);
  ASSERT_FALSE(differences.empty());
  EXPECT_LT(differences.size(), 300U) << "in quiet times nothing differs";
  for (const auto& difference : differences) {
    EXPECT_EQ(difference.service, "shop");
    EXPECT_GT(difference.recorded, difference.replayed);
    EXPECT_LE(difference.replayed, 3);
  }
  EXPECT_NE(differences[0].reason.find("max"), std::string::npos) << differences[0].reason;
}

TEST_F(ReplayTest, a_tampered_decision_is_found) {
  open_journal();
  run(50);
  pilot_.last.replicas += 1;
  const auto seen = world_.tick(pilot_.policy.services[0], 300);
  ASSERT_TRUE(journal_->wait_committed(journal_->record(seen, {pilot_.last}), patience));
  Replay again;
  const auto differences = replay(again);
  ASSERT_EQ(differences.size(), 1U);
  EXPECT_EQ(differences[0].at, seen.now.wall);
}

TEST_F(ReplayTest, ticks_without_a_checkpoint_are_counted_and_not_guessed) {
  open_journal();
  const auto seen = world_.tick(pilot_.policy.services[0], 300);
  ASSERT_TRUE(journal_->wait_committed(journal_->record(seen, {}), patience));
  run(10, "start");
  Replay again;
  EXPECT_TRUE(replay(again).empty());
  EXPECT_EQ(again.counts().skipped, 1);
  EXPECT_EQ(again.counts().observations, 10);
}

TEST_F(ReplayTest, replay_goes_on_after_old_ticks_were_trimmed_away) {
  journal_ = *Journal::open(path_, {.max_bytes = 1 << 20, .retention = 300s}, world_start());
  run(1500);
  Replay again;
  EXPECT_TRUE(replay(again).empty());
  EXPECT_GE(again.counts().observations, 280);
  EXPECT_LE(again.counts().skipped + again.counts().observations, 301);
}

}  // namespace
}  // namespace headroom::control

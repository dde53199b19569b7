// What was learned survives a restart, and replay still repeats every decision.
#include "control/journal/recall.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "control/journal/checkpoint_round.h"
#include "control/journal/journal_for_test.h"
#include "control/journal/replay.h"
#include "scale/fluid_world_for_test.h"

namespace headroom::control {
namespace {

/// A service in a small world, every tick of which is recorded as `run` does it.
class RecallTest : public JournalTest {
 protected:
  [[nodiscard]] WallTime world_start() const {
    return WallTime(std::chrono::seconds(1'800'000'000 + world_.time_s));
  }
  void open_journal() { journal_ = open(path_, {}, world_start()); }

  void run(int ticks) {
    for (int i = 0; i < ticks; ++i) {
      const double rate = 300 + 200 * std::sin(static_cast<double>(world_.time_s) / 40);
      const auto seen = world_.tick(pilot_.policy.services[0], rate);
      std::optional<Checkpoint> point;
      if (const auto due = journal_->checkpoint_due(seen.now.elapsed))
        point = whole_checkpoint(std::string(*due), pilot_.policy, pilot_.model, pilot_.state);
      pilot_.decide_on(seen);
      world_.apply(pilot_.last.replicas);
      last_wall_ = seen.now.wall;
      const auto ticket = journal_->record(seen, {pilot_.last}, std::move(point));
      ASSERT_TRUE(journal_->wait_committed(ticket, patience));
    }
  }

  [[nodiscard]] Recalled recall_after(Duration pause) {
    auto before = recall(path_, pilot_.policy, last_wall_ + pause);
    EXPECT_TRUE(before) << before.error().message;
    EXPECT_TRUE(*before);
    return before && *before ? **before : Recalled{};
  }

  scale::FluidWorld world_;
  scale::Pilot pilot_{scale::policy_for_test(1, 12)};
  WallTime last_wall_{};
  std::unique_ptr<Journal> journal_;
};

TEST_F(RecallTest, the_model_is_the_one_of_the_last_tick_also_behind_the_last_checkpoint) {
  open_journal();
  run(700);  // the last checkpoint is 100 s old by then
  const Recalled before = recall_after(2s);
  const scale::ServiceModel& was = pilot_.model.services.at("shop");
  const scale::ServiceModel& is = before.model.services.at("shop");
  ASSERT_EQ(was.capacity.basis, scale::Basis::learned);
  EXPECT_EQ(is.capacity.basis, scale::Basis::learned);
  // Levels above the capacity fade with time, a little also in these 2 s.
  ASSERT_EQ(is.levels.size(), was.levels.size());
  for (std::size_t i = 0; i < is.levels.size(); ++i)
    EXPECT_NEAR(is.levels[i].attempts, was.levels[i].attempts, 1e-3 * was.levels[i].attempts);
  EXPECT_EQ(is.startups_s, was.startups_s);
  EXPECT_EQ(is.growth.rises, was.growth.rises);
  EXPECT_EQ(is.season, was.season);
  EXPECT_TRUE(is.growth.pending.empty()) << "what followed those moments was not seen";
}

TEST_F(RecallTest, recent_demand_and_needs_are_taken_along_and_older_ones_are_not) {
  open_journal();
  run(300);
  const scale::State soon = recall_after(10s).state;
  const scale::ServiceState& shop = soon.services.at("shop");
  EXPECT_GE(shop.replicas, pilot_.last.replicas) << "no evidence is no reason for fewer";
  EXPECT_EQ(shop.unseen_s, 10);
  ASSERT_FALSE(shop.demand.empty());
  EXPECT_EQ(shop.demand.back().seconds, 10);
  EXPECT_LT(shop.demand.back().per_second, 0) << "not known";
  EXPECT_TRUE(recall_after(301s).state.services.empty());
  EXPECT_TRUE(recall_after(-60s).state.services.empty()) << "the clock was set back";
  EXPECT_EQ(recall_after(24h).model.services.at("shop").capacity.basis, scale::Basis::learned);
}

TEST_F(RecallTest, is_decided_at_the_time_it_is_not_at_the_beginning_of_all_time) {
  spec::Event new_year;
  new_year.cron = *spec::parse_cron("0 0 1 1 *");
  new_year.length = 1h;
  new_year.at_least = 11;
  pilot_.policy.services[0].scale.calendar = {new_year};
  open_journal();
  run(300);
  ASSERT_LT(pilot_.last.replicas, 11) << "it is not the first of January";
  const scale::ServiceState shop = recall_after(10s).state.services.at("shop");
  EXPECT_TRUE(shop.events.empty());
  EXPECT_LT(shop.replicas, 11);
}

TEST_F(RecallTest, replay_repeats_every_decision_across_the_restart) {
  open_journal();
  run(650);
  for (int restart = 0; restart < 2; ++restart) {
    journal_.reset();
    Recalled before = recall_after(3s);
    pilot_.model = std::move(before.model);
    pilot_.state = std::move(before.state);
    open_journal();
    run(60);
  }
  Replay again;
  auto reader = JournalReader::open(path_);
  ASSERT_TRUE(reader);
  ASSERT_TRUE(reader->each({}, true, [&](StoredTick&& tick) -> Result<> {
    (void)TRY(again.feed(tick));
    return {};
  }));
  EXPECT_EQ(again.counts().observations, 770);
  EXPECT_EQ(again.counts().differences, 0);
  EXPECT_EQ(again.counts().worded, 0);
  EXPECT_EQ(again.counts().starts, 3);
}

TEST_F(RecallTest, many_idle_services_in_a_small_journal_are_recalled_whatever_retention_removed) {
  constexpr int services = 60;
  scale::Policy policy;
  for (int i = 0; i < services; ++i)
    policy.services.emplace_back(scale::policy_for_test()).service = "service-" + std::to_string(i);
  scale::Model model;
  scale::State state;
  WallTime last;
  {
    auto journal = open(path_, {.max_bytes = 1 << 20});
    scale::FluidWorld world;
    world.apply(1);
    for (int second = 0; second < 400; ++second) {
      auto seen = world.tick(policy.services[0], 0);
      seen.services.resize(services, seen.services[0]);
      for (std::size_t i = 0; i < services; ++i) {
        seen.services[i].service = policy.services[i].service;
        // Measured: never twice the same.
        seen.services[i].replicas[0].cpu_cores = 1e-3 * world.random.uniform();
        seen.services[i].replicas[0].rss_bytes = 20'000'000 + 4096 * (second % 7);
      }
      std::optional<Checkpoint> point;
      if (const auto due = journal->checkpoint_due(seen.now.elapsed))
        point = whole_checkpoint(std::string(*due), policy, model, state);
      scale::Step step = scale::step(policy, std::move(model), state, seen);
      model = std::move(step.model);
      state = std::move(step.decisions.next);
      last = seen.now.wall;
      const auto ticket = journal->record(seen, step.decisions.services, std::move(point));
      ASSERT_TRUE(journal->wait_committed(ticket, patience)) << journal->status().problem;
    }
  }
  const auto before = recall(path_, policy, last + 2s);
  ASSERT_TRUE(before) << before.error().message;
  ASSERT_TRUE(*before) << "nothing was recalled";
  ASSERT_EQ((*before)->model.services.size(), services);
  for (const auto& [name, learned] : (*before)->model.services)
    EXPECT_EQ(learned.startups_s, model.services.at(name).startups_s) << name;
}

TEST_F(RecallTest, what_a_journal_of_format_1_had_learned_is_gone_on_with) {
  open_journal();
  run(50);
  journal_.reset();
  const scale::Model learned = pilot_.model;
  ASSERT_FALSE(learned.services.at("shop").startups_s.empty());
  std::filesystem::remove(path_);
  {
    auto old = sqlite::Connection::open(path_, sqlite::Access::write);
    ASSERT_TRUE(old->run(
        "CREATE TABLE meta(key, value); INSERT INTO meta VALUES('format', '1');"
        "CREATE TABLE tick(id INTEGER PRIMARY KEY, run, wall_ns, seen, decided);"
        "CREATE TABLE checkpoint(tick_id INTEGER PRIMARY KEY, reason, policy, model, state);"
        "CREATE TABLE gap(id INTEGER PRIMARY KEY, next_tick_id, from_ns, to_ns, lost, reason)"));
    auto tick = old->prepare("INSERT INTO tick VALUES(7, 1, ?, '{}', '[]')");
    ASSERT_TRUE(tick->bind(unix_ns(last_wall_)).run());
    auto point = old->prepare("INSERT INTO checkpoint VALUES(7, 'periodic', '{}', ?, ?)");
    const std::string model = encode(learned);
    const std::string state = encode(pilot_.state);
    ASSERT_TRUE(point->bind(std::string_view(model)).bind(std::string_view(state)).run());
  }
  const auto refused = JournalReader::open(path_);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("it has format 1, this headroom reads format 2"),
            std::string::npos)
      << refused.error().message;
  open_journal();
  EXPECT_NE(journal_->status().note.find("is kept as " + path_ + ".format-1"), std::string::npos)
      << journal_->status().note;
  EXPECT_TRUE(std::filesystem::exists(path_ + ".format-1"));
  const Recalled before = recall_after(10s);
  EXPECT_EQ(before.model.services.at("shop").startups_s, learned.services.at("shop").startups_s);
  EXPECT_EQ(before.state.services.at("shop").unseen_s, 10) << "by the time of its checkpoint";
}

TEST_F(RecallTest, a_part_alone_is_recalled_where_no_tick_is_left) {
  open_journal();
  run(50);
  journal_.reset();
  {
    auto edit = sqlite::Connection::open(path_, sqlite::Access::write);
    ASSERT_TRUE(
        edit->run("DELETE FROM tick; DELETE FROM seen; DELETE FROM decided;"
                  "DELETE FROM checkpoint"));
  }
  EXPECT_TRUE(recall_after(2s).model.services.contains("shop"));
}

TEST_F(RecallTest, services_that_are_no_longer_there_are_left_behind) {
  open_journal();
  run(50);
  pilot_.policy.services[0].service = "store";
  EXPECT_FALSE(recall(path_, pilot_.policy, last_wall_ + 1s)->has_value());
}

TEST_F(RecallTest, without_a_journal_or_a_checkpoint_there_is_nothing_and_no_error) {
  EXPECT_FALSE(recall(path_, pilot_.policy, start)->has_value());
  std::ofstream(path_).flush();
  const auto of_empty_file = recall(path_, pilot_.policy, start);
  ASSERT_TRUE(of_empty_file) << of_empty_file.error().message;
  EXPECT_FALSE(of_empty_file->has_value());
  open_journal();
  EXPECT_FALSE(recall(path_, pilot_.policy, start)->has_value());
  ASSERT_TRUE(journal_->wait_committed(journal_->record(tick(1), {}), patience));
  EXPECT_FALSE(recall(path_, pilot_.policy, start)->has_value());
}

TEST_F(RecallTest, a_damaged_journal_is_an_error_here_and_set_aside_where_it_is_opened) {
  open_journal();
  run(200);
  journal_.reset();
  {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(100);  // behind the header: the root of the schema
    file << std::string(static_cast<std::size_t>(std::filesystem::file_size(path_)) - 100, '\x5a');
  }
  EXPECT_FALSE(recall(path_, pilot_.policy, last_wall_));
  open_journal();
  ASSERT_NE(journal_, nullptr);
  EXPECT_NE(journal_->status().note.find("is kept as " + path_ + ".damaged"), std::string::npos)
      << journal_->status().note;
  EXPECT_TRUE(std::filesystem::exists(path_ + ".damaged"));
  run(5);
  EXPECT_EQ(all(path_).size(), 5U);
}

TEST(Learned, is_summed_up_in_a_line) {
  scale::Model model;
  EXPECT_EQ(learned_text(model), "");
  model.services["quiet"];
  model.services["cart"].capacity.attempts = 1;
  model.services["shop"].capacity.attempts = 12'430.6;
  model.services["shop"].startups_s.assign(9, 2.5);
  EXPECT_EQ(learned_text(model), "cart 1 attempt, 0 starts; shop 12,431 attempts, 9 starts");
}

}  // namespace
}  // namespace headroom::control

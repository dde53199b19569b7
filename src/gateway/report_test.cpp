// What workers report: counts once each, and how things stand as told last.
#include <gtest/gtest.h>

#include "gateway/testing/ending.h"

namespace headroom::gateway::testing {
namespace {

TEST(Report, that_comes_late_counts_no_connection_twice) {
  ScriptedReplica replica(ScriptedReplica::always(ok("x")));
  Front front(shop(), replica);
  Client client = front.client();
  ASSERT_EQ(client.ask(get("/")).status(), 200);
  for (int i = 0; i < 50; ++i) (void)front.gateway().collect(0ns);  // all reports are late
  const Collected now = front.gateway().collect(patience);
  EXPECT_EQ(now.gauges.connections_open, 1);
  EXPECT_EQ(now.gauges.request_buffers, 1);
}

TEST(Report, says_since_when_it_counts_and_none_counts_what_another_does) {
  spec::Config config = shop();
  config.gateway.workers = 3;
  Front front(config);
  std::vector<std::vector<evidence::Interval>> told(3);
  const int collections = 30;
  for (int i = 0; i < collections; ++i) {
    const Collected now = front.gateway().collect(i % 3 == 2 ? patience : Duration{});
    EXPECT_EQ(now.workers, 3U);
    for (const WorkerReport& report : now.reports) told.at(report.worker).push_back(report.of);
  }
  for (const auto& intervals : told) {
    ASSERT_GE(intervals.size(), static_cast<std::size_t>(collections / 3));
    EXPECT_LE(intervals.size(), static_cast<std::size_t>(collections)) << "asked once at a time";
    for (std::size_t i = 1; i < intervals.size(); ++i) {
      EXPECT_EQ(intervals[i].from, intervals[i - 1].to);
      EXPECT_LE(intervals[i].from, intervals[i].to);
    }
  }
}

TEST(Report, judges_attempts_by_the_objective_in_force_and_leaves_out_those_by_another) {
  spec::Config config = shop();
  Gate gate;
  ScriptedReplica replica([&gate](Talk& talk) {
    while (const auto request = talk.request()) {
      if (request->start.find("/held") != std::string::npos && !gate.pass()) return;
      if (!talk.wire.send(ok("x"))) return;
    }
  });
  Front front(config, replica);
  ASSERT_EQ(front.client().ask(get("/")).status(), 200);
  Client across = front.client();
  across.wire.send(get("/held"));
  ASSERT_TRUE(gate.holds(1));
  route_of(config).objective.latency = 1ns;
  ASSERT_TRUE(front.gateway().reload(config));
  front.publish({replica.shared()});  // behind the reload: once all use it, that is in force
  gate.open();
  EXPECT_EQ(across.answer().status(), 200);
  const RouteStats& route = front.settled(2);
  EXPECT_EQ(route.of(Outcome::good), 2U) << "what was promised to a request stays";
  const ServiceStats& shop = front.totals().services.at("shop");
  EXPECT_EQ(shop.judged_by, std::vector<Duration>{1ns});
  EXPECT_EQ(shop.attempts_ended, 2U);
  std::uint32_t attempts = 0;
  std::uint32_t late = 0;
  for (std::size_t i = 0; i < scale::ByConcurrency::level_count; ++i) {
    attempts += shop.by_concurrency.attempts[i];
    late += shop.by_concurrency.late[i];
  }
  EXPECT_EQ(attempts, 1U) << "the other one ended under the objective before";
  EXPECT_EQ(late, attempts);
}

TEST(Report, has_what_a_request_that_was_served_or_gave_up_has_waited) {
  spec::Config config = shop();
  config.gateway.queue.wait = 50ms;
  Gate gate;
  ScriptedReplica replica(gate.script(), 1);
  Front front(config, replica);
  Client first = front.client();
  first.wire.send(get("/first"));
  ASSERT_TRUE(gate.holds(1));
  EXPECT_EQ(front.client().ask(get("/")).reason(), "queue_timeout");
  gate.open();
  EXPECT_EQ(first.answer().status(), 200);
  (void)front.settled(2);
  const Histogram& waits = front.totals().services.at("shop").queue_wait;
  EXPECT_EQ(waits.count(), 1U) << "the first one did not have to wait";
  EXPECT_GE(waits.quantile(1), 45ms);
}

TEST(Report, counts_answers_by_the_class_of_their_status) {
  ScriptedReplica replica(ScriptedReplica::always(ok("x")));
  Front front(shop(), replica);
  EXPECT_EQ(front.client().ask(get("/")).status(), 200);
  const RouteStats& stats = front.settled(1);
  EXPECT_EQ(stats.answers, (std::array<std::uint64_t, status_classes>{0, 0, 1, 0, 0, 0}));
}

}  // namespace
}  // namespace headroom::gateway::testing

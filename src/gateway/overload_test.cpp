// More requests than replicas can answer in time: who is let in, and who hears at once that it came
// in vain.
#include <gtest/gtest.h>

#include "gateway/testing/ending.h"

namespace headroom::gateway::testing {
namespace {

/// Answers after `time`, but holds "/held" until the gate is open.
ScriptedReplica::Script taking(std::chrono::milliseconds time, Gate& gate) {
  return [time, &gate](Talk& talk) {
    while (const auto request = talk.request()) {
      if (!request->start.starts_with("GET /held "))
        talk.stall(time);
      else if (!gate.pass())
        return;
      if (!talk.wire.send(ok(request->start))) return;
    }
  };
}

spec::Config with_objective(Duration latency) {
  spec::Config config = shop();
  route_of(config).objective.latency = latency;
  return config;
}

TEST(Overload, who_would_wait_too_long_is_refused_and_so_is_who_has_waited_too_long) {
  Gate gate;
  ScriptedReplica replica(taking(200ms, gate), 1);
  Front front(with_objective(2s), replica);
  Client first = front.client();
  EXPECT_EQ(first.ask(get("/")).status(), 200);  // so long it takes
  first.wire.send(get("/held"));
  ASSERT_TRUE(gate.holds(1));
  // Those before it take 200 ms and more each: some five may wait.
  std::vector<Client> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(front.client());
    clients.back().wire.send(get("/"));
  }
  for (Client& client : clients) {
    const Message refused = client.answer();
    EXPECT_EQ(refused.status(), 503);
    EXPECT_EQ(refused.reason(), "deadline_unreachable");
    EXPECT_EQ(refused.field("retry-after"), "1");
  }
  gate.open();
  EXPECT_EQ(first.answer().status(), 200);
  EXPECT_EQ(front.settled(10).reasons.at("deadline_unreachable"), 8U);
}

TEST(Overload, a_more_important_newcomer_counts_only_those_it_stands_behind) {
  spec::Config config = with_objective(4s);
  spec::Route critical = route_of(config);
  critical.name = "shop/critical";
  critical.match.path = "/critical";
  critical.priority = spec::Priority::critical;
  config.services[0].routes.push_back(critical);
  Gate gate;
  ScriptedReplica replica(taking(200ms, gate), 1);
  Front front(config, replica);
  Client first = front.client();
  EXPECT_EQ(first.ask(get("/")).status(), 200);
  first.wire.send(get("/held"));
  ASSERT_TRUE(gate.holds(1));
  std::vector<Client> clients;
  for (int i = 0; i < 12; ++i) {  // of 200 ms and more each: the last ones would come in vain
    clients.push_back(front.client());
    clients.back().wire.send(get("/"));
  }
  EXPECT_EQ(clients.back().answer().reason(), "deadline_unreachable");
  Client important = front.client();
  important.wire.send(get("/critical"));
  gate.open();
  EXPECT_EQ(important.answer().status(), 200);
}

TEST(Overload, what_is_learned_is_let_in_and_the_rest_waits) {
  Gate gate;
  ScriptedReplica replica(gate.script());
  replica.shared()->limit = 2;
  Front front(shop(), replica);
  std::vector<Client> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(front.client());
    clients.back().wire.send(get("/"));
  }
  EXPECT_TRUE(gate.holds(2));
  EXPECT_TRUE(front.waiting(3));
  replica.shared()->limit = 4;
  front.publish({replica.shared()});
  EXPECT_TRUE(gate.holds(4));
  gate.open();
  for (Client& client : clients) EXPECT_EQ(client.answer().status(), 200);
  only(front, 5, Outcome::good);
}

TEST(Overload, a_stream_that_has_begun_stands_in_nobodys_way) {
  ScriptedReplica replica([](Talk& talk) {
    while (const auto request = talk.request()) {
      if (!request->start.starts_with("GET /stream ")) {
        talk.wire.send(ok("an answer"));
        continue;
      }
      talk.wire.send(
          "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
          "Transfer-Encoding: chunked\r\n\r\n5\r\ndata:\r\n");
      talk.stall(patience);
    }
  });
  replica.shared()->limit = 1;
  Front front(shop(), replica);
  Client listener = front.client();
  listener.wire.send(get("/stream"));
  ASSERT_TRUE(listener.wire.until("data:").has_value());
  Client client = front.client();
  EXPECT_EQ(client.ask(get("/")).body, "an answer");
  EXPECT_EQ(replica.shared()->in_flight(), 1) << "the stream";
  listener.wire.reset();
  EXPECT_TRUE(eventually([&] { return replica.shared()->in_flight() == 0; }));
  EXPECT_EQ(client.ask(get("/")).body, "an answer");
}

TEST(ColdStart, is_waited_for_longer_than_for_a_busy_replica_and_than_the_objective) {
  spec::Config config = with_objective(1ms);
  config.gateway.queue.wait = 1ms;
  ScriptedReplica replica(ScriptedReplica::always(ok("warm")));
  Front front(config);
  front.publish({}, 20s);
  Client client = front.client();
  client.wire.send(get("/"));
  ASSERT_TRUE(front.waiting(1));
  front.publish({replica.shared()}, 20s);
  EXPECT_EQ(client.answer().body, "warm");
}

TEST(ColdStart, that_takes_longer_than_planned_or_than_the_route_gives_ends_as_no_replica) {
  for (const bool by_route : {false, true}) {
    spec::Config config = shop();
    config.gateway.queue.wait = 1ms;
    if (by_route) route_of(config).timeouts.total = 50ms;
    Front front(config);
    front.publish({}, by_route ? 20s : 50ms);
    Client client = front.client();
    const Message none = client.ask(get("/"));
    EXPECT_EQ(none.status(), 503) << by_route;
    EXPECT_EQ(none.reason(), "no_replica") << by_route;
    EXPECT_EQ(none.field("retry-after"), "1");
    only(front, 1, Outcome::shed, "no_replica");
  }
}

}  // namespace
}  // namespace headroom::gateway::testing

// Streams: answers whose end is nobody's answer, such as server-sent events.
#include <gtest/gtest.h>

#include <atomic>

#include "gateway/testing/ending.h"

namespace headroom::gateway::testing {
namespace {

/// Sends the head and an event, then waits past every limit of short_limits(), then ends.
ScriptedReplica::Script events(const std::string& type) {
  return [type](Talk& talk) {
    if (!talk.request()) return;
    talk.wire.send("HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\n\r\ndata: 1\n\n");
    talk.stall(300ms);
    talk.wire.send("data: 2\n\n");
  };
}

spec::Config short_limits() {
  spec::Config config = shop();
  route_of(config).objective.latency = 100ms;
  route_of(config).timeouts.total = 150ms;
  return config;
}

TEST(Stream, server_sent_events_go_on_beyond_the_routes_timeout_and_objective) {
  for (const std::string type : {"text/event-stream", "Text/Event-Stream; charset=utf-8"}) {
    ScriptedReplica replica(events(type));
    Front front(short_limits(), replica);
    Client client = front.client();
    const Message answer = client.ask(get("/"));
    EXPECT_TRUE(answer.whole);
    EXPECT_EQ(answer.body, "data: 1\n\ndata: 2\n\n");
    const RouteStats& stats = only(front, 1, Outcome::good);
    EXPECT_LE(stats.latency.quantile(0.5), 100ms);
    EXPECT_LT(front.totals().services.at("shop").attempt_seconds, 0.3);
  }
}

TEST(Stream, another_answer_is_ended_by_the_routes_timeout) {
  ScriptedReplica replica(events("text/event-streams"));
  Front front(short_limits(), replica);
  EXPECT_FALSE(front.client().ask(get("/")).whole);
  only(front, 1, Outcome::failed, "timeout");
}

TEST(Stream, one_that_has_not_begun_in_time_has_failed) {
  ScriptedReplica replica([](Talk& talk) {
    (void)talk.request();
    talk.stall(patience);
  });
  Front front(short_limits(), replica);
  EXPECT_EQ(front.client().ask(get("/")).status(), 504);
  only(front, 1, Outcome::failed, "timeout");
}

TEST(Stream, a_route_without_a_timeout_takes_any_answer_as_one_and_tells_no_time) {
  ScriptedReplica replica(events("application/x-ndjson"));
  spec::Config config = short_limits();
  route_of(config).timeouts.total = spec::Timeouts::none;
  Front front(config, replica);
  const Message answer = front.client().ask(get("/"));
  EXPECT_TRUE(answer.whole);
  EXPECT_EQ(replica.received().find("x-request-timeout-ms"), std::string::npos);
  only(front, 1, Outcome::good);
}

TEST(Stream, whoever_leaves_one_that_had_begun_was_served) {
  ScriptedReplica replica([](Talk& talk) {
    if (!talk.request()) return;
    talk.wire.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n");
    talk.stall(patience);
  });
  spec::Config config = short_limits();
  Front front(config, replica);
  Client client = front.client();
  client.wire.send(get("/"));
  EXPECT_TRUE(client.wire.until("data: 1\n\n").has_value());
  client.wire.reset();
  only(front, 1, Outcome::good);
  EXPECT_EQ(replica.shared()->in_flight(), 0);
}

TEST(Stream, one_that_headroom_ends_has_not_failed) {
  std::atomic<bool> stopped{false};
  const auto script = [&](Talk& talk) {
    if (!talk.request()) return;
    talk.wire.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n");
    (void)eventually([&] { return stopped.load(); });
    talk.wire.reset();
  };
  ScriptedReplica replica(script);
  spec::Config config = short_limits();
  config.services.front().run = draining_within(300ms);
  Front front(config, replica);
  Client client = front.client();
  client.wire.send(get("/"));
  EXPECT_TRUE(client.wire.until("data: 1\n\n").has_value());
  front.publish({});
  replica.stall(300ms);
  stopped = true;
  EXPECT_NE(client.wire.rest(), "0\r\n\r\n");  // visibly cut all the same
  only(front, 1, Outcome::good);
}

TEST(Stream, a_request_may_be_one_too_where_the_route_has_no_timeout) {
  ScriptedReplica replica([](Talk& talk) {
    if (!read_head(talk.wire)) return;
    (void)talk.wire.until("hello");
    talk.wire.send("HTTP/1.1 200 OK\r\n\r\nheard");
    talk.wire.half_close();
    (void)talk.wire.rest();
  });
  spec::Config config = shop();
  route_of(config).timeouts.total = spec::Timeouts::none;
  Front front(config, replica);
  Client client = front.client();
  client.wire.send(
      "POST / HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
  EXPECT_EQ(client.answer().body, "heard");
}

TEST(Stream, one_that_its_replica_breaks_off_has_failed) {
  ScriptedReplica replica([](Talk& talk) {
    if (!talk.request()) return;
    talk.wire.send(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        "9\r\ndata: 1\n\n\r\n");
  });
  Front front(short_limits(), replica);
  EXPECT_FALSE(front.client().ask(get("/")).whole);
  only(front, 1, Outcome::failed, "upstream_closed");
}

}  // namespace
}  // namespace headroom::gateway::testing

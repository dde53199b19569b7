// How requests end: clients that go, replicas that break, timeouts.
#include <gtest/gtest.h>

#include "gateway/testing/ending.h"

namespace headroom::gateway::testing {
namespace {

TEST(Ending, a_client_that_breaks_off_in_flight_frees_the_place_and_the_replicas_connection) {
  ScriptedReplica replica([](Talk& talk) {
    if (talk.request()) (void)talk.wire.rest();
  });
  Front front(shop(), replica);
  Client client = front.client();
  client.wire.send(get("/"));
  ASSERT_TRUE(eventually([&] { return replica.shared()->in_flight() == 1; }));
  ASSERT_TRUE(eventually([&] { return !replica.received().empty(); }));
  client.wire.reset();
  const RouteStats& stats = only(front, 1, Outcome::gone);
  EXPECT_TRUE(stats.reasons.empty());
  EXPECT_TRUE(eventually([&] { return replica.shared()->in_flight() == 0; }));
  EXPECT_TRUE(eventually([&] { return replica.talking() == 0; }));
}

TEST(Ending, a_client_that_goes_after_its_objective_was_late) {
  spec::Config config = shop();
  route_of(config).objective.latency = 1ms;
  ScriptedReplica replica([](Talk& talk) {
    if (talk.request()) (void)talk.wire.rest();
  });
  Front front(config, replica);
  Client client = front.client();
  client.wire.send(get("/"));
  replica.stall(20ms);
  client.wire.reset();
  EXPECT_TRUE(only(front, 1, Outcome::late).reasons.empty());
}

TEST(Ending, a_client_that_goes_while_it_waits_leaves_the_queue) {
  Front front;
  Client client = front.client();
  client.wire.send(get("/"));
  ASSERT_TRUE(front.waiting(1));
  client.wire.close();
  ASSERT_TRUE(front.waiting(0));
  only(front, 1, Outcome::gone);
}

TEST(Ending, a_client_that_never_reads_ends_all_the_same) {
  spec::Config config = shop();
  route_of(config).timeouts.idle = 100ms;
  ScriptedReplica replica(ScriptedReplica::always(ok(std::string(64 << 20, 'x'))));
  Front front(config, replica);
  Client client = front.client(4096);
  client.wire.send(get("/"));
  only(front, 1, Outcome::gone);
  EXPECT_TRUE(eventually([&] { return replica.shared()->in_flight() == 0; }));
}

TEST(Ending, a_client_that_reads_steadily_outlasts_the_idle_timeout) {
  spec::Config config = shop();
  route_of(config).timeouts.idle = 400ms;
  const std::string body(24 << 20, 'x');
  ScriptedReplica replica(ScriptedReplica::always(ok(body)));
  Front front(config, replica);
  Client client = front.client(64 * 1024);
  client.wire.send(get("/"));
  ASSERT_TRUE(read_head(client.wire).has_value());
  for (std::size_t read = 0; read < body.size(); read += 1 << 20) {
    replica.stall(40ms);  // 24 times: longer in all than the timeout
    ASSERT_TRUE(client.wire.exactly(1 << 20).has_value());
  }
  only(front, 1, Outcome::good);
}

TEST(Ending, a_replica_that_closes_in_the_middle_of_an_answer_cuts_it_short) {
  ScriptedReplica replica([](Talk& talk) {
    (void)talk.request();
    talk.wire.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
  });
  Front front(shop(), replica);
  Client client = front.client();
  const Message answer = client.ask(get("/"));
  EXPECT_EQ(answer.status(), 200);
  EXPECT_FALSE(answer.whole);
  only(front, 1, Outcome::failed, "upstream_closed");
}

TEST(Ending, a_replica_that_breaks_before_its_answer_is_a_bad_gateway) {
  for (const bool reset : {false, true}) {
    ScriptedReplica replica([reset](Talk& talk) {
      (void)talk.request();
      if (reset) talk.wire.reset();
    });
    Front front(shop(), replica);
    Client client = front.client();
    const Message answer = client.ask(get("/"));
    EXPECT_EQ(answer.status(), 502);
    EXPECT_EQ(answer.reason(), reset ? "upstream_reset" : "upstream_closed");
    EXPECT_NE(answer.field("proxy-status").find("error=connection_terminated"), std::string::npos);
    EXPECT_FALSE(answer.says_close());
    only(front, 1, Outcome::failed);
  }
}

TEST(Ending, an_error_of_the_replica_passes_through_and_counts_as_failed) {
  ScriptedReplica replica(
      ScriptedReplica::always("HTTP/1.1 500 Oops\r\nContent-Length: 4\r\nX-Why: bug\r\n\r\noops"));
  Front front(shop(), replica);
  const Message answer = front.client().ask(get("/"));
  EXPECT_EQ(answer.status(), 500);
  EXPECT_EQ(answer.body, "oops");
  EXPECT_EQ(answer.field("x-why"), "bug");
  only(front, 1, Outcome::failed, "upstream_5xx");
}

TEST(Timeouts, of_the_whole_request) {
  spec::Config config = shop();
  route_of(config).timeouts.total = 100ms;
  ScriptedReplica replica([](Talk& talk) { (void)talk.wire.rest(); });
  Front front(config, replica);
  const Message answer = front.client().ask(get("/"));
  EXPECT_EQ(answer.status(), 504);
  EXPECT_EQ(answer.reason(), "timeout");
  only(front, 1, Outcome::failed, "timeout");
}

TEST(Timeouts, of_the_first_byte_begin_when_the_request_was_sent) {
  spec::Config config = shop();
  route_of(config).timeouts.first_byte = 150ms;
  ScriptedReplica replica([](Talk& talk) {
    while (const auto request = talk.request())
      if (request->body != "never") talk.wire.send(ok("x"));
  });
  Front front(config, replica);
  Client client = front.client();
  client.wire.send("POST / HTTP/1.1\r\nHost: shop\r\nContent-Length: 6\r\n\r\n");
  for (const char c : std::string("slowly")) {
    replica.stall(50ms);
    client.wire.send({&c, 1});
  }
  EXPECT_EQ(client.answer().status(), 200);
  const Message answer = client.ask(post("/", "never"));
  EXPECT_EQ(answer.status(), 504);
  EXPECT_EQ(answer.reason(), "first_byte_timeout");
}

TEST(Timeouts, of_silence_in_the_middle_of_an_answer) {
  spec::Config config = shop();
  route_of(config).timeouts.idle = 100ms;
  ScriptedReplica replica([](Talk& talk) {
    (void)talk.request();
    talk.wire.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
    (void)talk.wire.rest();
  });
  Front front(config, replica);
  EXPECT_FALSE(front.client().ask(get("/")).whole);
  only(front, 1, Outcome::failed, "idle_timeout");
}

TEST(Timeouts, of_a_body_that_stops_coming_are_the_clients_fault) {
  spec::Config config = shop();
  route_of(config).timeouts.idle = 100ms;
  ScriptedReplica replica([](Talk& talk) { (void)talk.wire.rest(); });
  Front front(config, replica);
  const Message answer =
      front.client().ask("POST / HTTP/1.1\r\nHost: shop\r\nContent-Length: 6\r\n\r\nab");
  EXPECT_EQ(answer.status(), 408);
  EXPECT_EQ(answer.reason(), "body_timeout");
  only(front, 1, Outcome::gone);
}

TEST(Timeouts, of_a_head_that_does_not_end) {
  spec::Config config = shop();
  config.gateway.head_timeout = 100ms;
  Front front(config);
  Client client = front.client();
  const Message answer = client.ask("GET / HTTP/1.1\r\nHo");
  EXPECT_EQ(answer.status(), 408);
  EXPECT_TRUE(answer.says_close());
  EXPECT_TRUE(client.wire.ended());
  EXPECT_EQ(front.totals().refused.at("head_timeout"), 1U);
}

TEST(Timeouts, of_connecting) {
  // A listener whose queue is full answers no more connects.
  io::Fd full = *io::listen_on(io::Address::loopback(0), {.backlog = 0});
  const io::Address address = *io::local_address(full.get());
  std::vector<io::Fd> fillers;
  for (int i = 0; i < 4; ++i) fillers.push_back(*io::connect_start(address));
  spec::Config config = shop();
  route_of(config).timeouts.connect = 100ms;
  Front front(config);
  front.publish({std::make_shared<Replica>("full", address, Instant{}, 8)});
  const Message answer = front.client().ask(get("/"));
  EXPECT_EQ(answer.status(), 504);
  EXPECT_EQ(answer.reason(), "connect_timeout");
  EXPECT_EQ(only(front, 1, Outcome::failed).reasons.count("connect_timeout"), 1U);
  EXPECT_EQ(front.totals().services.at("shop").retries, 1U);
}

}  // namespace
}  // namespace headroom::gateway::testing

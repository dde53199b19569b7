// Bytes both ways when a side ends its stream, answers early, or is no longer listened to.
#include <gtest/gtest.h>

#include <atomic>

#include "gateway/testing/bodies.h"
#include "gateway/testing/ending.h"

namespace headroom::gateway::testing {
namespace {

TEST(RelayEnd, a_request_refused_early_gets_its_answer_instead_of_100) {
  spec::Config config = shop();
  route_of(config).match.path = "/only";
  Front front(config);
  Client client = front.client();
  const Message answer = client.ask(
      "POST /x HTTP/1.1\r\nHost: shop\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(answer.status(), 404);
  EXPECT_EQ(client.informational, 0);
  EXPECT_TRUE(answer.says_close());
  EXPECT_TRUE(client.wire.ended());
}

TEST(RelayEnd, an_answer_before_the_body_has_ended_is_passed_on_and_closes) {
  ScriptedReplica replica([](Talk& talk) {
    if (!read_head(talk.wire)) return;
    talk.wire.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
    (void)talk.wire.rest();
  });
  Front front(shop(), replica);
  Client client = front.client();
  client.wire.send("POST / HTTP/1.1\r\nHost: shop\r\nContent-Length: 400000\r\n\r\n");
  client.wire.send(pattern(100'000));
  const Message answer = client.answer();
  EXPECT_EQ(answer.status(), 403);
  EXPECT_EQ(answer.body, "no");
  EXPECT_TRUE(answer.says_close());
  client.wire.send(pattern(300'000));  // a client that did not look up yet
  EXPECT_TRUE(client.wire.ended());
  EXPECT_EQ(client.wire.end(), Wire::End::closed);
  EXPECT_EQ(front.settled(1).of(Outcome::good), 1U);
}

TEST(RelayEnd, an_answer_to_a_body_that_nobody_reads_arrives_whole) {
  spec::Config config = shop();
  route_of(config).match.path = "/only";
  Front front(config);
  for (int i = 0; i < 20; ++i) {
    Client client = front.client();
    client.wire.send(post("/x", pattern(800'000)));  // all of it before the answer is looked at
    const Message answer = client.answer();
    EXPECT_EQ(answer.status(), 404);
    EXPECT_TRUE(answer.whole);
    client.wire.half_close();
    EXPECT_TRUE(client.wire.ended());
    EXPECT_EQ(client.wire.end(), Wire::End::closed);
  }
}

TEST(RelayEnd, an_answer_with_close_arrives_whole_though_more_was_sent_behind_the_request) {
  ScriptedReplica replica([](Talk& talk) {
    while (talk.request()) {
      talk.stall(20ms);
      talk.wire.send(ok(pattern(1000)));
    }
  });
  Front front(shop(), replica);
  for (int i = 0; i < 10; ++i) {
    Client client = front.client();
    client.wire.send(get("/", "Connection: close\r\n"));
    client.wire.send(get("/unwanted") + pattern(200'000));
    const Message answer = client.answer();
    EXPECT_EQ(answer.status(), 200);
    EXPECT_EQ(answer.body, pattern(1000));
    EXPECT_TRUE(answer.says_close());
    EXPECT_TRUE(client.wire.ended());
    EXPECT_EQ(client.wire.end(), Wire::End::closed);
  }
  EXPECT_EQ(replica.received().find("/unwanted"), std::string::npos);
}

TEST(RelayEnd, an_answer_cut_short_looks_cut_short_to_a_client_of_http_1_0) {
  ScriptedReplica replica([](Talk& talk) {
    (void)talk.request();
    talk.wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
  });
  Front front(shop(), replica);
  Client client = front.client();
  const Message answer = client.ask("GET / HTTP/1.0\r\nHost: shop\r\n\r\n");
  EXPECT_FALSE(answer.whole);
  EXPECT_EQ(front.settled(1).of(Outcome::failed), 1U);
}

TEST(RelayEnd, an_answer_that_ends_with_its_connection_is_whole) {
  ScriptedReplica replica([](Talk& talk) {
    if (talk.request()) talk.wire.send("HTTP/1.1 200 OK\r\n\r\n" + pattern(100'000));
  });
  Front front(shop(), replica);
  Client client = front.client();
  for (int i = 0; i < 5; ++i) {
    const Message answer = client.ask(get("/"));
    EXPECT_TRUE(answer.chunked && answer.whole);
    EXPECT_EQ(answer.body, pattern(100'000));
  }
  EXPECT_EQ(front.settled(5).of(Outcome::good), 5U);
}

TEST(RelayEnd, a_request_and_its_end_in_one_segment_are_answered_and_closed) {
  ScriptedReplica replica([](Talk& talk) {
    while (const auto request = talk.request()) {
      talk.stall(20ms);
      if (!talk.wire.send(echo(*request))) return;
    }
  });
  Front front(shop(), replica);
  Client one = front.client();
  one.wire.send_and_half_close(post("/a", "hello"));
  EXPECT_EQ(one.answer().body, "POST /a HTTP/1.1|hello");
  EXPECT_TRUE(one.wire.ended());
  Client three = front.client();
  three.wire.send_and_half_close(get("/1") + get("/2") + get("/3"));
  for (int i = 1; i <= 3; ++i)
    EXPECT_EQ(three.answer().body, "GET /" + std::to_string(i) + " HTTP/1.1|");
  EXPECT_TRUE(three.wire.ended());
}

TEST(RelayEnd, a_client_that_ends_its_stream_while_a_replica_works_for_it_is_answered) {
  for (const std::string& request : {get("/"), post("/", "hello")}) {
    Gate gate;
    ScriptedReplica replica(gate.script());
    Front front(shop(), replica);
    Client client = front.client();
    client.wire.send(request);
    ASSERT_TRUE(gate.holds(1));
    client.wire.half_close();
    // The only worker has seen that end once it has answered somebody who came after it.
    EXPECT_EQ(front.client().ask("nonsense\r\n\r\n").status(), 501);
    gate.open();
    EXPECT_EQ(client.answer().status(), 200);
    EXPECT_TRUE(client.wire.ended());
    only(front, 1, Outcome::good);
  }
}

TEST(RelayEnd, a_body_that_ends_the_clients_stream_is_answered) {
  ScriptedReplica replica(ScriptedReplica::always(echo));
  Front front(shop(), replica);
  Client client = front.client();
  const std::string begin(200'000, 'a');
  client.wire.send("POST /a HTTP/1.1\r\nHost: shop\r\nContent-Length: 200003\r\n\r\n" + begin);
  ASSERT_TRUE(eventually([&] { return replica.received().ends_with("\r\n\r\n" + begin); }));
  client.wire.send_and_half_close("llo");
  EXPECT_EQ(client.answer().body, "POST /a HTTP/1.1|" + begin + "llo");
  EXPECT_TRUE(client.wire.ended());
}

TEST(RelayEnd, an_answer_sent_on_connecting_is_taken) {
  ScriptedReplica replica([](Talk& talk) {
    talk.wire.send("HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbusy");
    talk.stall(patience);
  });
  Front front(shop(), replica);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(front.client().ask(get("/")).body, "busy");
}

/// Answers at once, reads no body, and ends the connection when told to.
class AnswersEarly {
 public:
  AnswersEarly(std::string answer, bool resets) : answer_(std::move(answer)), resets_(resets) {}
  [[nodiscard]] ScriptedReplica::Script script() {
    return [this](Talk& talk) {
      if (!read_head(talk.wire)) return;
      talk.wire.send(answer_);
      sent_ = true;
      (void)eventually([&] { return over_.load(); });
      if (resets_) talk.wire.reset();
      ended_ = true;
    };
  }
  [[nodiscard]] bool sent() {
    return eventually([&] { return sent_.load(); });
  }
  [[nodiscard]] bool end() {
    over_ = true;
    return eventually([&] { return ended_.load(); });
  }

 private:
  const std::string answer_;
  const bool resets_;
  std::atomic<bool> sent_{false};
  std::atomic<bool> over_{false};
  std::atomic<bool> ended_{false};
};

TEST(RelayEnd, a_client_may_send_on_while_it_slowly_reads_an_answer_that_is_whole) {
  const std::string body = pattern(100'000);
  AnswersEarly early(ok(body), false);
  ScriptedReplica replica(early.script());
  Front front(shop(), replica);
  Client client = front.client(4096);
  client.wire.send("POST / HTTP/1.1\r\nHost: shop\r\nContent-Length: 1000000\r\n\r\n");
  client.wire.send(pattern(70'000));  // more than is read before a replica is asked
  ASSERT_TRUE(early.sent());
  // The attempt is over while the client has still to read most of the answer.
  ASSERT_TRUE(eventually([&] { return replica.shared()->in_flight() == 0; }));
  client.wire.send("x");
  const Message answer = client.answer();
  EXPECT_TRUE(answer.whole);
  EXPECT_EQ(answer.body, body);
  only(front, 1, Outcome::good);
  EXPECT_TRUE(early.end());
}

TEST(RelayEnd, an_answer_without_a_length_is_not_whole_when_its_connection_was_reset) {
  AnswersEarly early("HTTP/1.1 200 OK\r\n\r\n" + pattern(200'000), true);
  ScriptedReplica replica(early.script());
  Front front(shop(), replica);
  Client client = front.client(4096);
  client.wire.send("POST / HTTP/1.1\r\nHost: shop\r\nContent-Length: 1000000\r\n\r\n");
  client.wire.send(pattern(70'000));
  ASSERT_TRUE(early.sent());
  ASSERT_TRUE(early.end());
  // Passing this on takes the error of the connection: reading it ends like an orderly end.
  client.wire.send(pattern(70'000));
  const Message answer = client.answer();
  EXPECT_EQ(answer.status(), 200);
  EXPECT_FALSE(answer.whole);
  only(front, 1, Outcome::failed, "upstream_reset");
}

TEST(RelayEnd, an_answer_that_breaks_before_any_of_it_was_passed_on_is_a_bad_gateway) {
  ScriptedReplica replica([](Talk& talk) {
    if (talk.request())
      talk.wire.send(
          "HTTP/1.1 200 OK\r\nX-Kept: no\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloXX");
  });
  Front front(shop(), replica);
  Client client = front.client();
  const Message answer = client.ask(get("/"));
  EXPECT_EQ(answer.status(), 502);
  EXPECT_TRUE(answer.whole);
  EXPECT_EQ(answer.field("x-kept"), "");
  EXPECT_EQ(answer.body.find("hello"), std::string::npos);
  EXPECT_FALSE(answer.says_close());
  only(front, 1, Outcome::failed, answer.reason());
}

TEST(RelayEnd, an_answer_that_is_cut_does_not_destroy_the_one_before_it) {
  const std::string body = pattern(100'000);
  ScriptedReplica replica([&](Talk& talk) {
    if (!talk.request()) return;
    talk.wire.send(ok(body));
    if (!talk.request()) return;
    talk.wire.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
  });
  Front front(shop(), replica);
  Client client = front.client(4096);
  client.wire.send(get("/1") + get("/2") + get("/unread") + std::string(50'000, 'x'));
  ASSERT_TRUE(
      eventually([&] { return front.totals().routes.at("shop/").of(Outcome::failed) == 1; }));
  const Message first = client.answer();
  EXPECT_TRUE(first.whole);
  EXPECT_EQ(first.body, body);
  const Message second = client.answer();
  EXPECT_EQ(second.body, "half");
  EXPECT_FALSE(second.whole);
}

TEST(RelayEnd, what_breaks_early_in_a_drain_is_the_fault_of_the_replica) {
  std::atomic<bool> breaks{false};
  ScriptedReplica replica([&](Talk& talk) {
    (void)talk.request();
    (void)eventually([&] { return breaks.load(); });
  });
  spec::Config config = shop();
  config.services.front().run = draining_within(20s);
  Front front(config, replica);
  Client client = front.client();
  client.wire.send(post("/", "x"));
  ASSERT_TRUE(eventually([&] { return replica.shared()->in_flight() == 1; }));
  front.publish({});
  breaks = true;
  EXPECT_EQ(client.answer().reason(), "upstream_closed");
}

TEST(RelayEnd, what_a_drain_cut_off_is_not_called_the_fault_of_the_replica) {
  std::atomic<bool> stopped{false};
  ScriptedReplica replica([&](Talk& talk) {
    (void)talk.request();
    (void)eventually([&] { return stopped.load(); });
  });
  spec::Config config = shop();
  config.services.front().run = draining_within(300ms);
  Front front(config, replica);
  Client client = front.client();
  client.wire.send(post("/", "x"));
  ASSERT_TRUE(eventually([&] { return replica.shared()->in_flight() == 1; }));
  front.publish({});  // its drain begins, and ends with the request still there
  replica.stall(300ms);
  stopped = true;
  const Message answer = client.answer();
  EXPECT_EQ(answer.status(), 502);
  EXPECT_EQ(answer.reason(), "replica_stopped");
  only(front, 1, Outcome::failed, "replica_stopped");
}

}  // namespace
}  // namespace headroom::gateway::testing

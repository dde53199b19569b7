// Bytes both ways when a side ends its stream, answers early, or is no longer listened to.
#include <gtest/gtest.h>

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
  client.wire.send(pattern(1000));
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
  client.wire.send("POST /a HTTP/1.1\r\nHost: shop\r\nContent-Length: 5\r\n\r\nhe");
  ASSERT_TRUE(eventually([&] { return replica.received().ends_with("\r\n\r\nhe"); }));
  client.wire.send_and_half_close("llo");
  EXPECT_EQ(client.answer().body, "POST /a HTTP/1.1|hello");
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

}  // namespace
}  // namespace headroom::gateway::testing
